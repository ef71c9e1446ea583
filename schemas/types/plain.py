"""Plain values: text, integers and yes/no flags."""

from dataclasses import dataclass

import polars as pl

from schemas.rules import Rule, Severity, text_of
from schemas.types.mostly import stripped

YES = ("1", "true", "yes")
NO = ("0", "false", "no")


@dataclass(frozen=True)
class Text:
    """Text kept as it came, without surrounding white space."""

    dtype = pl.String()
    meaning = "text"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The text, stripped."""
        return stripped(text)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """Any text will do."""
        return ()


@dataclass(frozen=True)
class Json(Text):
    """A JSON object or array, kept as its text."""

    meaning = "JSON"


@dataclass(frozen=True)
class Labels(Text):
    """Labels, sent as a JSON array (of arrays) or joined by commas; kept sorted, each once, joined by commas."""

    meaning = "labels joined by commas"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The labels; null without any."""
        plain = text.str.replace_all(r'[\[\]"\\]', "").str.split(",")
        labels = plain.list.eval(pl.element().str.strip_chars())
        kept = labels.list.eval(pl.element().filter(pl.element() != "")).list.unique().list.sort()
        joined = kept.list.join(",")
        return pl.when(joined != "").then(joined)


def _unreadable(column: str, kind: str) -> Rule:
    return Rule(
        code=f"bad_{column}",
        sentence=f"{column} is no {kind}.",
        severity=Severity.FLAG,
        broken=text_of(column).is_not_null() & pl.col(column).is_null(),
    )


@dataclass(frozen=True)
class Integer:
    """A whole number; one that cannot be read is flagged and becomes null."""

    dtype = pl.Int64()
    meaning = "whole number"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The number."""
        return text.str.strip_chars().str.strip_suffix(".0").cast(pl.Int64, strict=False)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """It may be no whole number."""
        return (_unreadable(column, "whole number"),)


@dataclass(frozen=True)
class Flag:
    """Yes or no, as 1/0, true/false or yes/no."""

    dtype = pl.Boolean()
    meaning = "yes or no"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """True, false, or null where it is neither."""
        word = text.str.strip_chars().str.to_lowercase()
        return pl.when(word.is_in(YES)).then(True).when(word.is_in(NO)).then(False)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """It may be neither yes nor no."""
        return (_unreadable(column, "yes or no"),)
