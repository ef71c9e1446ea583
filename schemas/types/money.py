"""Money: decimal text to integer micros of its currency."""

from dataclasses import dataclass

import polars as pl

from schemas.rules import Rule, Severity, text_of
from schemas.types.mostly import Reading, followed, glanced, mostly, nothing

MICROS = 1_000_000
"""Micros per currency unit; the ad industry's unit of exact money (as in the Google Ads API)."""

DECIMAL_DIGITS = 38
"""The widest decimal Polars has: no price can overflow it before the limit is applied."""

MICRO_SCALE = 6

LARGEST = 10**18
"""Whole amounts below it fit into 64 bits; what is larger is absurd in any currency."""


def whole_amounts(decimals: int) -> Reading:
    """Reads decimals as Int64 of the unit of which one has 10 to the power of `decimals`, rounded half to even; null
    for LARGEST and more."""
    glance = glanced(lambda loops, texts: loops.amounts(texts, decimals), nothing, pl.Int64())
    return mostly(glance, any_amount(decimals), pl.Int64())


def any_amount(decimals: int) -> Reading:
    """The same, however it is written."""

    def read(text: pl.Expr) -> pl.Expr:
        amount = text.str.strip_chars().cast(pl.Decimal(DECIMAL_DIGITS, decimals), strict=False)
        sane = pl.when(amount.abs() < LARGEST // 10**decimals).then(amount)
        whole: pl.Expr = (sane * 10**decimals).cast(pl.Int64, strict=False)
        return whole

    return read


MICROS_OF = whole_amounts(MICRO_SCALE)


@dataclass(frozen=True)
class Money:
    """An amount in currency units sent as decimal text, kept as Int64 micros.

    Below zero (unless `may_be_negative`, as refunds are), above `limit_units`, or no number (an unsubstituted
    `${AUCTION_PRICE}` among them) is refused with `code`.
    """

    limit_units: int
    code: str = "bad_price"
    may_be_negative: bool = False

    dtype = pl.Int64()
    meaning = "amount in micros"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The amount in micros, rounded half to even at the sixth decimal."""
        return followed(MICROS_OF, lambda micros: self._within_limit(micros, MICROS), self.dtype)(text)

    def _within_limit(self, amount: pl.Expr, per_unit: int) -> pl.Expr:
        """The whole amounts, of which a currency unit has so many; null where they are absurd."""
        return pl.when(amount.abs() <= self.limit_units * per_unit).then(amount)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """The amount may be unreadable, absurd or negative."""
        unreadable = text_of(column).is_not_null() & pl.col(column).is_null()
        negative = pl.lit(False) if self.may_be_negative else pl.col(column) < 0
        return (
            Rule(
                code=self.code,
                sentence=f"{column} is no amount between 0 and {self.limit_units:,} currency units.",
                severity=Severity.REFUSE,
                broken=unreadable | negative.fill_null(False),
            ),
        )
