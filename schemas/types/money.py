"""Money: decimal text to integer micros of its currency."""

from dataclasses import dataclass

import polars as pl

from schemas.rules import Rule, Severity, text_of

MICROS = 1_000_000
"""Micros per currency unit; the ad industry's unit of exact money (as in the Google Ads API)."""

DECIMAL_DIGITS = 38
"""The widest decimal Polars has: no price can overflow it before the limit is applied."""

MICRO_SCALE = 6


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
        amount = text.str.strip_chars().cast(pl.Decimal(DECIMAL_DIGITS, MICRO_SCALE), strict=False)
        in_range = amount.abs() <= self.limit_units
        return pl.when(in_range).then((amount * MICROS).cast(pl.Int64, strict=False))

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
