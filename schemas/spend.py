"""Spend: which events a campaign's spend counts, and what one of them costs; declared by exactly one feed.

Not here: which feed that is (`Feed.spend`, found by `schemas.discover.declared_spend`), how it is summed
(`advertisex_assets/transforms/marts/spend`).
"""

from dataclasses import dataclass

from schemas.types.price import PriceBasis


@dataclass(frozen=True)
class Spend:
    """The events of one silver table that cost money.

    `amount` is the column with the price in micros of `currency`, for what `basis` says; `where` (column, value) names
    the rows that count, None all of them. An event without an amount costs nothing, and is not counted as priced.
    """

    table: str
    amount: str
    basis: PriceBasis = PriceBasis.IMPRESSION
    where: tuple[str, str] | None = None
