"""Spend: what each event cost, as the feed that declares spend says.

Not here: the reporting currency (`money`), sums (`activity`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from schemas.spend import Spend
from schemas.types.price import PER_MILLE, PriceBasis

COST = "cost_micros"
"""What an event cost, in whole micros of its `currency`; null where it cost nothing or does not say."""


def with_cost(events: Frame, spend: Spend) -> Frame:
    """The rows of the table of spend with COST; each is rounded by itself, so that sums agree at every grain."""
    amount = nw.col(spend.amount)
    cost = _of_one(amount) if spend.basis is PriceBasis.CPM else amount
    if spend.where is not None:
        column, value = spend.where
        cost = nw.when(nw.col(column) == value).then(cost)
    return events.with_columns(cost.alias(COST))


def _of_one(cpm: nw.Expr) -> nw.Expr:
    """A thousandth, half to even; prices are never negative."""
    micros, rest, half = cpm // PER_MILLE, cpm % PER_MILLE, PER_MILLE // 2
    is_up = (rest > half) | ((rest == half) & (micros % 2 == 1))
    return nw.when(is_up).then(micros + 1).otherwise(micros)
