"""Price: an amount that records state per thousand impressions (CPM) or for one, kept as micros of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from schemas.rules import text_of
from schemas.types.codes import Category
from schemas.types.money import Money, whole_amounts
from schemas.types.mostly import followed


class PriceBasis(StrEnum):
    """What an amount buys."""

    IMPRESSION = "impression"
    CPM = "cpm"
    """A thousand impressions, as all prices in OpenRTB (2.6, section 3.2.4: `bidfloor`, `price`)."""


BASIS_BY_NAME: Mapping[str, str] = {
    "cpm": PriceBasis.CPM,
    "per_mille": PriceBasis.CPM,
    "impression": PriceBasis.IMPRESSION,
    "per_impression": PriceBasis.IMPRESSION,
}
"""What senders call it, in lower case."""

NANO_SCALE = 9
"""Decimals that are read of an amount: a micro of CPM is a billionth of a currency unit per impression."""
NANOS = 10**NANO_SCALE
NANOS_OF = whole_amounts(NANO_SCALE)
PER_MILLE = 1_000
NANOS_PER_MICRO_OF_CPM = NANOS // 1_000_000 * PER_MILLE
"""Nanos of CPM that make one micro per impression."""


@dataclass(frozen=True)
class Price(Money):
    """What one impression costs, in currency units; whole Int64 micros, whatever its record states it for.

    `basis` is what an amount means where its record does not say; `basis_column` is the feed's column in which records
    may (None: no record does). Limit, sign and what is no number: as Money. A CPM is rounded once, half to even
    (decision 026).
    """

    basis: PriceBasis = PriceBasis.IMPRESSION
    basis_column: str | None = None

    meaning = "amount in micros"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The amount in micros per impression."""
        return pl.when(self._is_cpm()).then(self._of_thousand(text)).otherwise(super().parse(text))

    def _is_cpm(self) -> pl.Expr:
        default = pl.lit(self.basis is PriceBasis.CPM)
        if self.basis_column is None:
            return default
        stated = Category(BASIS_BY_NAME).parse(text_of(self.basis_column))
        is_stated: pl.Expr = stated == PriceBasis.CPM
        return is_stated.fill_null(default)

    def _of_thousand(self, text: pl.Expr) -> pl.Expr:
        return followed(NANOS_OF, self._rounded, self.dtype)(text)

    def _rounded(self, amount: pl.Expr) -> pl.Expr:
        nanos = self._within_limit(amount, NANOS)
        micros, rest = nanos // NANOS_PER_MICRO_OF_CPM, nanos % NANOS_PER_MICRO_OF_CPM
        half = NANOS_PER_MICRO_OF_CPM // 2
        is_up = (rest > half) | ((rest == half) & (micros % 2 == 1))
        rounded: pl.Expr = micros + is_up.cast(pl.Int64)
        return rounded
