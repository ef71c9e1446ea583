"""Activity: what happened at a grain, from the four kinds of silver events; the base of all performance marts.

Not here: the choice of currency (`currency`), rates (`rates`), which grains are tables (`performance`).
"""

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import UNASSIGNED, Frame
from advertisex_assets.transforms.marts.spend import COST
from advertisex_assets.transforms.marts.traffic import judged

HOUR_US = 3_600_000_000
HOURS_PER_DAY = 24

VIEWABLE_MS = 1_000
"""MRC Viewable Ad Impression Measurement Guidelines: display counts after one continuous second in view."""

MEASURES = (
    "impressions",
    "valid_impressions",
    "billable_impressions",
    "measured_impressions",
    "viewable_impressions",
    "clicks",
    "valid_clicks",
    "conversions",
    "valid_conversions",
    "engagements",
    "spend_micros",
    "billable_spend_micros",
    "revenue_micros",
    "money_rows",
)
"""What is summed, in every part of the union."""

MONEY_CURRENCY = "money_currency"
"""The currency of a group's amounts; null for groups that carry none."""


def activity(
    impressions: Frame,
    clicks: Frame,
    conversions: Frame,
    engagements: Frame,
    invalid_traffic: Frame,
    grain: Sequence[str],
    spend_events: Frame | None = None,
) -> Frame:
    """MEASURES summed by grain and MONEY_CURRENCY; a silver row is in exactly one group.

    `grain` may name silver columns and `hour`. invalid_traffic: table, event_date, event_id of invalid events.
    `spend_events` carry COST; if they are None, impressions do. Each kind is summed before the union, so that the union
    stays small.
    """
    shown = judged("impressions", impressions, invalid_traffic)
    if spend_events is None:
        delivered = [_summed(shown, grain, COST, _of_impressions() | _of_costs())]
    else:
        # What is billed is billable: nobody but the exchange judges a notice.
        billed = spend_events.with_columns(is_valid=nw.lit(True))
        delivered = [_summed(shown, grain, None, _of_impressions()), _summed(billed, grain, COST, _of_costs())]
    parts = [
        *delivered,
        _summed(
            judged("clicks", clicks, invalid_traffic),
            grain,
            None,
            {"clicks": _rows(), "valid_clicks": _valid()},
        ),
        _summed(
            judged("conversions", conversions, invalid_traffic), grain, "revenue_micros", _of_conversions()
        ),
        _summed(engagements, grain, None, {"engagements": _rows()}),
    ]
    keys = [*grain, MONEY_CURRENCY]
    return nw.concat(parts, how="vertical").group_by(*keys).agg(_sum(name) for name in MEASURES)


def _of_impressions() -> dict[str, nw.Expr]:
    viewable_ms = nw.col("viewable_ms")
    return {
        "impressions": _rows(),
        "valid_impressions": _valid(),
        "measured_impressions": _filled(viewable_ms),
        "viewable_impressions": _where(viewable_ms >= VIEWABLE_MS),
    }


def _of_costs() -> dict[str, nw.Expr]:
    billable = nw.when(nw.col("is_valid")).then(nw.col(COST))
    return {
        "billable_impressions": _filled(billable),
        "spend_micros": _total(nw.col(COST)),
        "billable_spend_micros": _total(billable),
        "money_rows": _filled(nw.col(COST)),
    }


def _of_conversions() -> Mapping[str, nw.Expr]:
    revenue = nw.col("revenue_micros")
    return {
        "conversions": _rows(),
        "valid_conversions": _valid(),
        "revenue_micros": _total(revenue),
        "money_rows": _filled(revenue),
    }


def _summed(rows: Frame, grain: Sequence[str], amount: str | None, measures: Mapping[str, nw.Expr]) -> Frame:
    keyed = rows.with_columns(*_keys(grain), _money_currency(amount).alias(MONEY_CURRENCY))
    # Under names of their own: an aggregate must not shadow the column that another one reads.
    named = [expression.alias(f"sum:{name}") for name, expression in measures.items()]
    summed = keyed.group_by(*grain, MONEY_CURRENCY).agg(*named)
    zero = nw.lit(0, nw.Int64)
    columns = [(nw.col(f"sum:{name}") if name in measures else zero).alias(name) for name in MEASURES]
    return summed.select(*grain, MONEY_CURRENCY, *columns)


def _keys(grain: Sequence[str]) -> list[nw.Expr]:
    derived = {
        "hour": ((nw.col("event_at") // HOUR_US) % HOURS_PER_DAY).alias("hour"),
        "website": nw.col("website").fill_null(UNASSIGNED).alias("website"),
    }
    return [derived[name] for name in grain if name in derived]


def _money_currency(amount: str | None) -> nw.Expr:
    if amount is None:
        return nw.lit(None, nw.String)
    return nw.when(~nw.col(amount).is_null()).then(nw.col("currency"))


def _rows() -> nw.Expr:
    return nw.len().cast(nw.Int64)


def _valid() -> nw.Expr:
    return _where(nw.col("is_valid"))


def _filled(column: nw.Expr) -> nw.Expr:
    return column.count().cast(nw.Int64)


def _where(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).sum().cast(nw.Int64)


def _total(column: nw.Expr) -> nw.Expr:
    # The sum of no values is null on some engines, zero on others.
    return column.fill_null(0).sum().cast(nw.Int64)


def _sum(name: str) -> nw.Expr:
    return nw.col(name).sum().cast(nw.Int64)
