"""Rules as data: a code, a sentence, a severity, a version and the expression that is true where a row breaks it."""

from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Severity(StrEnum):
    """What a broken rule does to its row."""

    REFUSE = "refuse"
    """The row is kept out of silver and explained in `silver.quarantine`."""
    FLAG = "flag"
    """The row is let in; the code stands in its `flags`."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One thing that a row can break.

    `broken` reads the text columns (see `text_of`) and the typed columns of one normalised row; true means broken,
    null counts as kept. Raise `version` whenever `broken` changes its meaning: dates judged by an older version are
    rebuilt.
    """

    code: str
    sentence: str
    severity: Severity
    broken: pl.Expr
    version: int = 1

    @property
    def identity(self) -> str:
        """What distinguishes this rule from its other versions, as text."""
        return f"{self.code}/{self.severity}/{self.version}"


def text_column(name: str) -> str:
    """The name of the column that holds a declared column's text as it was received."""
    return f"text:{name}"


def text_of(name: str) -> pl.Expr:
    """The text of a declared column as it was received; null where missing or empty."""
    return pl.col(text_column(name))
