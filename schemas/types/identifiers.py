"""Identifiers: ids of events, campaigns and creatives, and ids of users with their placeholders."""

from dataclasses import dataclass

import polars as pl

from schemas.codecs.native.values import Values
from schemas.rules import Rule, Severity, text_of
from schemas.types.mostly import glanced, mostly, nothing, stripped

MAX_ID_CHARACTERS = 256
"""Longer than any id in OpenRTB traffic we know (URLs in id fields aside), short enough to index."""

CONTROL_CHARACTERS = r"[\x00-\x1f\x7f]"

NESTED = r'^(?:\{\}|\{"|\[\]|\[["{\[\d])'
"""How JSON's objects and arrays begin, as the decoder writes them; macros such as `[ID]` and ids in braces do not."""

ZERO_ADVERTISING_ID = r"^[0\-]+$"
"""What iOS and Android send for a limited advertising id: zeros and dashes only (also a bare 0)."""

SURELY_USER = r"^[!-~]*[1-9][!-~]*$"
"""A digit that is not zero, and nothing invisible: no placeholder."""

PLACEHOLDER_WORDS = ("null", "none", "undefined", "nan", "unknown", "(null)")
"""What client code writes when it has no user, compared in lower case."""


def _surely_well_formed(loops: Values, texts: pl.Series) -> pl.Series:
    plain = loops.plain_ids(texts, MAX_ID_CHARACTERS) & texts.is_not_null()
    return pl.select(pl.when(plain).then(False)).to_series()


def _is_malformed(text: pl.Expr) -> pl.Expr:
    return (text.str.len_chars() > MAX_ID_CHARACTERS) | text.str.contains(f"{CONTROL_CHARACTERS}|{NESTED}")


IS_MALFORMED = mostly(glanced(_surely_well_formed, nothing, pl.Boolean()), _is_malformed, pl.Boolean())


def _surely_user(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(SURELY_USER)).then(text)


def _user(text: pl.Expr) -> pl.Expr:
    user = text.str.strip_chars()
    placeholder = user.str.contains(ZERO_ADVERTISING_ID) | user.str.to_lowercase().is_in(PLACEHOLDER_WORDS)
    return pl.when(~placeholder).then(user)


USER = mostly(_surely_user, _user, pl.String())


def malformed(column: str) -> Rule:
    """The rule that refuses ids no system can have meant."""
    return Rule(
        code="malformed_id",
        sentence=f"{column} is longer than {MAX_ID_CHARACTERS} characters, nested, or has control characters.",
        severity=Severity.REFUSE,
        broken=IS_MALFORMED(text_of(column)),
        version=2,
    )


@dataclass(frozen=True)
class Identifier:
    """An id sent as text or as an integer, kept as text."""

    dtype = pl.String()
    meaning = "identifier"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The id without surrounding white space."""
        return stripped(text)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """An id may be malformed."""
        return (malformed(column),)


@dataclass(frozen=True)
class UserId:
    """A user or device id; placeholders become null, so that they never match anything."""

    dtype = pl.String()
    meaning = "user or device identifier"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The id, null where it is a placeholder."""
        return USER(text)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """An id may be malformed."""
        return (malformed(column),)
