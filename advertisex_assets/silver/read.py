"""Read: the bronze rows of a plan, and the stored keys that they could be duplicates of."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.routes import Routes
from advertisex_assets.transforms.deduplicate import KEYS, WINNER_OF, orphaned_days
from advertisex_assets.transforms.route import FIRST_DATE
from resources.lake.batches import added_batches
from schemas.errors import IncompleteBronzeError
from schemas.tables.bronze import POSITION

BATCH_ROWS = 100_000
"""Rows that are worked on at once: enough that starting costs nothing, few enough for the memory of a laptop."""

EPOCH = date(1970, 1, 1)


def bronze_rows(tables: FeedTables, plan: Plan) -> Iterator[pl.DataFrame]:
    """The rows routed to the plan's dates, in batches: only new ones for incremental dates, all for rebuilt ones.

    `event_date` is the date that a row is routed to now, FIRST_DATE the one that landing gave it. There is at least
    one batch.
    """
    names = [*tables.bronze.table.schema, FIRST_DATE]
    came = False
    for rows in _batches(tables, plan):
        came = True
        yield rows.select(names)
    if not came:
        yield _no_rows(tables).select(names)


def _batches(tables: FeedTables, plan: Plan) -> Iterator[pl.DataFrame]:
    if plan.incremental:
        after = min(plan.incremental.values())
        for rows in added_batches(tables.bronze, after, "event_date", plan.incremental, BATCH_ROWS):
            yield newer(rows.lazy(), tables.routes, plan).collect()
    if plan.rebuild:
        refuse_incomplete(tables, plan)
        yield from tables.routes.batches_of(tables.bronze, plan.rebuild, BATCH_ROWS)


def refuse_incomplete(tables: FeedTables, plan: Plan) -> None:
    """IncompleteBronzeError if a date is to be rebuilt of which retention has dropped rows."""
    refused = plan.rebuild & tables.incomplete
    if refused:
        raise IncompleteBronzeError(tables.feed.name, sorted(refused))


def newer(rows: pl.LazyFrame, routes: Routes, plan: Plan) -> pl.LazyFrame:
    """Of added bronze rows, with `_commit_version`, those that the plan's incremental dates have not read."""
    read = pl.LazyFrame(
        {"event_date": list(plan.incremental), "read_version": list(plan.incremental.values())},
        schema={"event_date": pl.Date, "read_version": pl.Int64},
    )
    new = rows.join(read, on="event_date", how="inner").filter(pl.col("_commit_version") > pl.col("read_version"))
    # A date that a row has left or come to since it was read has another fingerprint, and is rebuilt.
    stayed = new.join(routes.moved.lazy(), on=POSITION, how="anti")
    return stayed.with_columns(pl.col("event_date").alias(FIRST_DATE))


def _no_rows(tables: FeedTables) -> pl.DataFrame:
    return pl.DataFrame(schema={**tables.bronze.table.schema, FIRST_DATE: pl.Date()})


def stored_keys(tables: FeedTables, plan: Plan) -> pl.LazyFrame:
    """Keys (see `deduplicate.KEYS`) of every stored valid record within the window of the plan's dates.

    Dates that are rebuilt are left out: their rows are all incoming.
    """
    return _keys_of(tables, tables.window_of(plan.dates) - plan.rebuild)


def orphaned_dates(tables: FeedTables, plan: Plan, valid: pl.LazyFrame) -> set[date]:
    """Stored dates with a record that lost to one which a rebuilt date no longer has: they must be rebuilt too.

    `valid` are the KEYS of all valid records of the plan's dates.
    """
    losers = as_losers(_lost(tables, sorted(at_risk(tables, plan)))).collect()
    if losers.is_empty():
        return set()
    before = _keys_of(tables, plan.rebuild).filter(pl.col("event_id").is_in(losers["event_id"].unique().implode()))
    found = orphaned_days(*(nw.from_native(rows) for rows in (losers.lazy(), before, valid)))
    return as_dates(found.collect(backend="polars")["day"].to_list())


def at_risk(tables: FeedTables, plan: Plan) -> set[date]:
    """The stored dates of which records may have lost to one that a rebuilt date no longer has."""
    # What cannot be made anew stays as it is.
    return tables.window_of(plan.rebuild) - plan.rebuild - tables.incomplete


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


def as_keys(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The columns that deduplication reads, in its units."""
    return rows.with_columns(_day(), pl.col("received_at").cast(pl.Int64)).select(KEYS)


def as_losers(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Of stored losers the columns that `orphaned_days` reads, in its units."""
    return rows.with_columns(_day(), pl.col(WINNER_OF[0]).cast(pl.Int64)).select("event_id", "day", *WINNER_OF)


def _day() -> pl.Expr:
    return pl.col("event_date").cast(pl.Int32).cast(pl.Int64).alias("day")


def as_dates(days: Iterable[int]) -> set[date]:
    """The dates that so many days since 1970 are."""
    return {EPOCH + timedelta(days=day) for day in days}
