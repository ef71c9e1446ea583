"""Read: the bronze rows of a plan, and the stored keys that they could be duplicates of."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

import polars as pl

from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.plan import Plan
from advertisex_assets.transforms.deduplicate import KEYS, WINNER_OF
from advertisex_assets.transforms.route import FIRST_DATE
from resources.lake.table import dates_predicate
from schemas.errors import IncompleteBronzeError
from schemas.tables.bronze import ORDER_KEY, POSITION

BATCH_ROWS = 100_000
"""Rows that are worked on at once: enough that starting costs nothing, few enough for the memory of a laptop."""


def bronze_rows(tables: FeedTables, plan: Plan) -> Iterator[pl.DataFrame]:
    """The rows routed to the plan's dates, in batches: only new ones for incremental dates, all for rebuilt ones.

    `event_date` is the date that a row is routed to now, FIRST_DATE the one that landing gave it. There is at least
    one batch.
    """
    names = [*tables.bronze.table.schema, FIRST_DATE]
    yield _no_rows(tables).select(names)
    yield from _new_rows(tables, plan).select(names).iter_slices(BATCH_ROWS)
    if plan.rebuild:
        refused = plan.rebuild & tables.incomplete
        if refused:
            raise IncompleteBronzeError(tables.feed.name, sorted(refused))
        every = tables.routes.rows_of(tables.bronze, plan.rebuild).select(names)
        yield from every.collect_batches(chunk_size=BATCH_ROWS, engine="streaming")


def _new_rows(tables: FeedTables, plan: Plan) -> pl.DataFrame:
    if not plan.incremental:
        return _no_rows(tables)
    # A date that was last read long ago would have every other date's rows since then read with it.
    wanted = dates_predicate(plan.incremental)
    rows = tables.bronze.changes(after=min(plan.incremental.values()), predicate=wanted)
    read = pl.DataFrame(
        {"event_date": list(plan.incremental), "read_version": list(plan.incremental.values())},
        schema={"event_date": pl.Date, "read_version": pl.Int64},
    )
    new = rows.join(read, on="event_date", how="inner").filter(pl.col("_commit_version") > pl.col("read_version"))
    # A date that a row has left or come to since it was read has another fingerprint, and is rebuilt.
    stayed = new.join(tables.routes.moved, on=POSITION, how="anti")
    return stayed.with_columns(pl.col("event_date").alias(FIRST_DATE))


def _no_rows(tables: FeedTables) -> pl.DataFrame:
    return pl.DataFrame(schema={**tables.bronze.table.schema, FIRST_DATE: pl.Date()})


def stored_keys(tables: FeedTables, plan: Plan) -> pl.LazyFrame:
    """Keys (see `deduplicate.KEYS`) of every stored valid record within the window of the plan's dates.

    Dates that are rebuilt are left out: their rows are all incoming.
    """
    return _keys_of(tables, _around(tables, plan.dates) - plan.rebuild)


def orphaned_dates(tables: FeedTables, plan: Plan, valid: pl.LazyFrame) -> set[date]:
    """Stored dates with a record that lost to one which a rebuilt date no longer has: they must be rebuilt too.

    `valid` are the KEYS of all valid records of the plan's dates. A record is gone also where it now says something
    else, or stands on another date.
    """
    # What cannot be made anew stays as it is.
    near = sorted(_around(tables, plan.rebuild) - plan.rebuild - tables.incomplete)
    losers = _lost(tables, near).select("event_id", "event_date", *WINNER_OF).collect()
    if losers.is_empty():
        return set()
    losers = losers.with_columns(pl.col(WINNER_OF[0]).cast(pl.Int64))
    before = _keys_of(tables, plan.rebuild).filter(pl.col("event_id").is_in(losers["event_id"].unique().implode()))
    gone = before.join(valid, on=KEYS, how="anti").collect()
    orphans = losers.join(gone, left_on=["event_id", *WINNER_OF], right_on=["event_id", *ORDER_KEY], how="semi")
    return set(orphans["event_date"].to_list())


def _keys_of(tables: FeedTables, dates: Collection[date]) -> pl.LazyFrame:
    """KEYS of every stored valid record of those dates."""
    days = sorted(dates)
    if not days:
        return as_keys(_lost(tables, days))
    events = [table.scan_dates(days[0], days[-1], "event_date") for table in tables.outputs.values()]
    keys = [as_keys(rows.filter(pl.col("event_date").is_in(days))) for rows in (*events, _lost(tables, days))]
    return pl.concat(keys)


def _lost(tables: FeedTables, dates: Sequence[date]) -> pl.LazyFrame:
    if not dates:
        return pl.LazyFrame(schema=tables.duplicates.table.schema)
    rows = tables.duplicates.scan_dates(dates[0], dates[-1], "event_date")
    return rows.filter(pl.col("feed") == tables.feed.name, pl.col("event_date").is_in(dates))


def _around(tables: FeedTables, dates: Iterable[date]) -> set[date]:
    """The dates and those within the feed's window of them."""
    window = tables.feed.key.window_days
    return {day + timedelta(days=shift) for day in dates for shift in range(-window, window + 1)}


def as_keys(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The columns that deduplication reads, in its units."""
    return rows.with_columns(
        pl.col("event_date").cast(pl.Int32).cast(pl.Int64).alias("day"),
        pl.col("received_at").cast(pl.Int64),
    ).select(KEYS)
