"""Columns as data: what a feed's column is called, where senders put it, what it means and how its text is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import polars as pl

from schemas.rules import Rule, Severity, text_of


class Pii(StrEnum):
    """How a column that identifies a person is protected before it reaches silver."""

    PSEUDONYMISE = "pseudonymise"
    """Replaced by a keyed HMAC of its value."""
    TRUNCATE_IP = "truncate_ip"
    """Cut to its /24 (IPv4) or /48 (IPv6) network."""


class ConsentSignal(StrEnum):
    """What a column says about the person's consent or the law that applies (IAB)."""

    GDPR_APPLIES = "gdpr_applies"
    TCF = "tcf"
    """The TC string of the Transparency and Consent Framework."""
    US_PRIVACY = "us_privacy"
    GPP = "gpp"
    """The Global Privacy Platform string."""
    GPP_SID = "gpp_sid"
    """Which of its sections apply."""


class ColumnType(Protocol):
    """How the text of one value becomes a typed value, and what can be wrong with it."""

    @property
    def dtype(self) -> pl.DataType:
        """The type stored in silver."""

    @property
    def meaning(self) -> str:
        """The type in words, for the docs and the UI."""

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The typed value; null where the text cannot be read."""

    def rules(self, column: str) -> tuple[Rule, ...]:
        """What a value of this type can break, for the column of that name."""


@dataclass(frozen=True)
class Column:
    """One declared column of a feed.

    `sources` are the dotted paths where senders put it, most trusted first: the first that is neither missing nor
    empty wins. `required` refuses rows without it. `stored=False` is for text that only rules read.
    `content=False` keeps it out of the content hash (values that differ between deliveries of one event).
    """

    name: str
    type: ColumnType
    sources: tuple[str, ...]
    description: str
    unit: str | None = None
    required: bool = False
    pii: Pii | None = None
    consent: ConsentSignal | None = None
    stored: bool = True
    content: bool = True

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that follow from the declaration: a missing required value, and what its type can break."""
        return (*self._missing(), *self.type.rules(self.name))

    def _missing(self) -> tuple[Rule, ...]:
        if not self.required:
            return ()
        return (
            Rule(
                code=f"missing_{self.name}",
                sentence=f"The record has no {self.name}; looked for {', '.join(self.sources)}.",
                severity=Severity.REFUSE,
                broken=text_of(self.name).is_null(),
            ),
        )


def paths_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """Every source path that the columns read, each once, in order of declaration."""
    return tuple(dict.fromkeys(path for column in columns for path in column.sources))
