"""What a source of reference rows is."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import polars as pl


class ReferenceSource(Protocol):
    """Somewhere that reference tables are written by others."""

    @property
    def name(self) -> str:
        """The source in words, without secrets."""

    def read(self, tables: Iterable[str]) -> Mapping[str, pl.DataFrame]:
        """The rows of those tables that the source has; BadReferenceError if it cannot be read."""
