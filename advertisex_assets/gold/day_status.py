"""Day status: how complete and how final each day is, by the clock; replaced as a whole, since it is small.

Not here: how completeness is learned (`transforms.marts.arrival`), finalising (`publish`).
"""

from datetime import date, datetime, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.publish import revision_of
from advertisex_assets.gold.sources import Sources
from advertisex_assets.transforms.marts.arrival import SETTLED_HOURS, completeness
from advertisex_assets.transforms.marts.restate import PENDING
from resources.lake import Lake, Marks
from resources.run import Run
from schemas.tables.gold import ARRIVALS, DAY_STATUS, RESTATEMENTS

LEARNING_DAYS = 28
"""Four weeks of settled days: each weekday four times, and old habits are forgotten."""

DAYS = {"event_date": pl.Date(), "weekday": pl.Int64(), "age_hours": pl.Int64(), "is_settled": pl.Boolean()}

EVERY_ROW = "event_date IS NOT NULL"


def refresh_day_status(lake: Lake, run: Run) -> pl.DataFrame:
    """Replaces `gold.day_status` by what is true at the run's time, and returns it."""
    sources, now = Sources(lake), run.clock()
    own = lake.open(DAY_STATUS)
    dates = sorted(sources[ARRIVALS.full_name].rows_by_date)
    rows = _status(sources, dates, now)
    run.step(f"gold:replace:{DAY_STATUS.name}")
    own.replace(rows, EVERY_ROW, Marks())
    return rows


def _status(sources: Sources, dates: list[date], now: datetime) -> pl.DataFrame:
    arrived = sources[ARRIVALS.full_name].opened.scan()
    found = completeness(nw.from_native(arrived), nw.from_native(_days(dates, now).lazy())).collect(
        backend="polars"
    )
    rows = found.to_native()
    assert isinstance(rows, pl.DataFrame)
    revisions = pl.DataFrame(
        {"event_date": dates, "revision": [revision_of(day, sources) for day in dates]},
        schema={"event_date": pl.Date, "revision": pl.Int64},
    )
    joined = rows.join(revisions, on="event_date", how="left").join(
        _pending(sources), on="event_date", how="left"
    )
    return joined.with_columns(
        (pl.col("revision") > 0).alias("is_final"),
        pl.col("pending_restatements").fill_null(0),
        pl.lit(now).dt.cast_time_unit("us").alias("computed_at"),
    ).sort(DAY_STATUS.grain_columns)


def _pending(sources: Sources) -> pl.DataFrame:
    rows = sources[RESTATEMENTS.full_name].opened.scan().filter(pl.col("status") == PENDING)
    return rows.group_by("event_date").agg(pl.len().cast(pl.Int64).alias("pending_restatements")).collect()


def _days(dates: list[date], now: datetime) -> pl.DataFrame:
    """DAYS: settled are the last LEARNING_DAYS of those old enough."""
    ages = {day: _age_hours(day, now) for day in dates}
    settled = [day for day in dates if ages[day] >= SETTLED_HOURS]
    learned = {day for day in settled if day > settled[-1] - timedelta(days=LEARNING_DAYS)}
    rows = [(day, day.weekday(), min(max(ages[day], 0), SETTLED_HOURS), day in learned) for day in dates]
    return pl.DataFrame(rows, schema=DAYS, orient="row")


def _age_hours(day: date, now: datetime) -> int:
    begins = datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
    return int((now - begins) / timedelta(hours=1))
