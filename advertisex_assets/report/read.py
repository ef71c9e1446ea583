"""Read: all numbers of one day's report, from gold, and from silver what gold does not hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.transforms.marts.rates import with_rates
from advertisex_assets.transforms.marts.restate import PENDING
from advertisex_assets.watch.status import watermark
from resources.lake import Lake
from schemas.discover import all_feeds
from schemas.metrics import BID_RATE, CTR, CVR, FILL_RATE, PERFORMANCE_RATES, VIEWABILITY, WIN_RATE, Rate
from schemas.tables.gold import ATTRIBUTION_DAILY, AUCTION_FUNNEL, CAMPAIGN_DAILY, DAY_STATUS, RESTATEMENTS
from schemas.tables.reference import CAMPAIGNS
from schemas.tables.silver import DUPLICATES, INVALID_TRAFFIC, QUARANTINE, silver_tables
from schemas.tables.table import Table

TREND_DAYS = 28
"""Four weeks: each weekday four times."""

SUMMED = tuple(
    dict.fromkeys(name for rate in PERFORMANCE_RATES for name in (rate.numerator, rate.denominator))
)
"""What rates over several campaigns are made of."""

HOPS: Mapping[str, Rate | None] = {
    "bid_requests": None,
    "bids": BID_RATE,
    "wins": WIN_RATE,
    "impressions": FILL_RATE,
    "viewable_impressions": VIEWABILITY,
    "clicks": CTR,
    "conversions": CVR,
}
"""The way from bid request to conversion, and the rate that each hop is judged by."""

FUNNEL = {"hop": pl.String(), "events": pl.Int64(), "rate": pl.Float64(), "rate_name": pl.String()}


@dataclass(frozen=True)
class Day:
    """The numbers of a day.

    `campaigns`: gold.campaign_daily with `name`, most spend first. `trend`: SUMMED by event_date and currency, with
    rates. `funnel`: FUNNEL, null where no feed tells. `credit`: model, campaign_id, conversions. `outcomes`:
    feed, outcome, rows. `refused`: feed, reason, rows. `invalid`: table, reason, rows. `status`: gold.day_status.
    `pending`: restatements that wait. `newest`: feed, newest event.
    """

    day: date
    made_at: datetime
    campaigns: pl.DataFrame
    trend: pl.DataFrame
    funnel: pl.DataFrame
    credit: pl.DataFrame
    outcomes: pl.DataFrame
    refused: pl.DataFrame
    invalid: pl.DataFrame
    status: pl.DataFrame
    pending: pl.DataFrame
    newest: pl.DataFrame


def read_day(lake: Lake, day: date, now: datetime) -> Day:
    """The day as the lake tells it now; tables that were never written count as empty."""
    of_day = pl.col("event_date") == day
    refused = pl.col("codes").list.join(", ").alias("reason")
    pending = _of(lake, RESTATEMENTS).filter(of_day, pl.col("status") == PENDING)
    return Day(
        day=day,
        made_at=now,
        campaigns=_campaigns(lake, day),
        trend=_trend(lake, day),
        funnel=_funnel(lake, day),
        credit=_credit(lake, day),
        outcomes=pl.DataFrame(_outcomes(lake, day), schema=OUTCOMES, orient="row"),
        refused=_counted(_of(lake, QUARANTINE).filter(of_day).with_columns(refused), "feed", "reason"),
        invalid=_counted(_of(lake, INVALID_TRAFFIC).filter(of_day), "table", "reason"),
        status=_of(lake, DAY_STATUS).filter(of_day).sort("events", descending=True).collect(),
        pending=pending.sort("campaign_id", "metric").collect(),
        newest=_newest(lake),
    )


OUTCOMES = {"feed": pl.String(), "outcome": pl.String(), "rows": pl.Int64()}
NEWEST = {"feed": pl.String(), "newest": pl.Datetime("us", "UTC")}


def _of(lake: Lake, table: Table) -> pl.LazyFrame:
    """A table's rows; none if it was never written: looking must not create tables."""
    return lake.open(table).scan() if lake.exists(table) else pl.LazyFrame(schema=table.schema)


def _counted(rows: pl.LazyFrame, *by: str) -> pl.DataFrame:
    counts = rows.group_by(by).agg(pl.len().cast(pl.Int64).alias("rows"))
    return counts.sort("rows", *by, descending=[True, *(False for _ in by)]).collect()


def _campaigns(lake: Lake, day: date) -> pl.DataFrame:
    rows = _of(lake, CAMPAIGN_DAILY).filter(pl.col("event_date") == day).collect()
    noon = datetime.combine(day, time(12), UTC)
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= noon)
    held = pl.col("valid_to").is_null() | (pl.col("valid_to") > noon)
    names = _of(lake, CAMPAIGNS).filter(begun & held).select("campaign_id", "name").collect()
    named = rows.join(names, on="campaign_id", how="left")
    ranked = named.with_columns(pl.coalesce("name", "campaign_id").alias("name"))
    return ranked.sort("spend_micros", "campaign_id", descending=[True, False])


def _trend(lake: Lake, day: date) -> pl.DataFrame:
    since = day - timedelta(days=TREND_DAYS - 1)
    rows = _of(lake, CAMPAIGN_DAILY).filter(pl.col("event_date").is_between(since, day))
    sums = rows.group_by("event_date", "currency").agg(pl.col(SUMMED).sum())
    rated = with_rates(nw.from_native(sums), PERFORMANCE_RATES).collect(backend="polars").to_native()
    assert isinstance(rated, pl.DataFrame)
    return rated.sort("event_date", "currency")


def _funnel(lake: Lake, day: date) -> pl.DataFrame:
    rows = _of(lake, AUCTION_FUNNEL).filter(pl.col("event_date") == day)
    parts = list(dict.fromkeys([*HOPS, *(name for rate in HOPS.values() if rate for name in _parts(rate))]))
    # The sum of nothing but nulls would be zero: a hop that no feed tells is not.
    told = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in parts]
    sums = nw.from_native(rows.select(told))
    rated = with_rates(sums, [rate for rate in HOPS.values() if rate]).collect(backend="polars").to_native()
    row = rated.row(0, named=True)
    found = [
        (hop, row[hop], row[rate.name] if rate else None, rate and rate.name) for hop, rate in HOPS.items()
    ]
    return pl.DataFrame(found, schema=FUNNEL, orient="row")


def _parts(rate: Rate) -> tuple[str, str]:
    return rate.numerator, rate.denominator


def _credit(lake: Lake, day: date) -> pl.DataFrame:
    rows = _of(lake, ATTRIBUTION_DAILY).filter(pl.col("event_date") == day)
    conversions = (pl.col("credit_micros") / 1_000_000).alias("conversions")
    return rows.select("model", "campaign_id", conversions).sort("model", "campaign_id").collect()


def _outcomes(lake: Lake, day: date) -> Iterator[tuple[str, str, int]]:
    """What became of the records that were routed to the day."""
    of_day = pl.col("event_date") == day
    lost = _counted(_of(lake, DUPLICATES).filter(of_day), "feed", "outcome")
    refused = _counted(_of(lake, QUARANTINE).filter(of_day), "feed")
    for feed in all_feeds():
        held = [lake.open(table).rows_by_date() for table in silver_tables(feed) if lake.exists(table)]
        yield feed.name, "accepted", sum(rows.get(day, 0) for rows in held)
        yield from lost.filter(feed=feed.name).iter_rows()
        yield from ((name, "quarantined", rows) for name, rows in refused.filter(feed=feed.name).iter_rows())


def _newest(lake: Lake) -> pl.DataFrame:
    rows = [(feed.name, watermark(lake, feed)) for feed in all_feeds()]
    return pl.DataFrame(rows, schema=NEWEST, orient="row")
