"""Read: the bronze rows of a plan, and the stored keys that they could be duplicates of."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.contested import ID_MARK
from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.routes import Routes
from advertisex_assets.transforms.deduplicate import KEYS, WINNER_OF, orphaned_days
from advertisex_assets.transforms.route import FIRST_DATE
from resources.lake import LakeTable
from resources.lake.batches import added_batches
from resources.lake.key_filters import is_filtered, may_hold
from resources.lake.live import live_files
from resources.lake.place import Place
from resources.lake.share import Share
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
    read = pl.col("event_date").replace_strict(dict(plan.incremental), default=None, return_dtype=pl.Int64)
    new = rows.filter(pl.col("_commit_version") > read).with_columns(pl.col("event_date").alias(FIRST_DATE))
    # A date that a row has left or come to since it was read has another fingerprint, and is rebuilt.
    return new if routes.moved.is_empty() else new.join(routes.moved.lazy(), on=POSITION, how="anti")


def _no_rows(tables: FeedTables) -> pl.DataFrame:
    return pl.DataFrame(schema={**tables.bronze.table.schema, FIRST_DATE: pl.Date()})


def stored_keys(tables: FeedTables, plan: Plan, marks: pl.Series) -> pl.LazyFrame:
    """Keys (see `deduplicate.KEYS`) of the stored valid records within the window of the plan's dates; those of files
    that surely hold none of some marks (`ID_MARK`, sorted) may be left out.

    Dates that are rebuilt are left out: their rows are all incoming.
    """
    days = sorted(tables.window_of(plan.dates) - plan.rebuild)
    events = [_near(table, days, marks) for table in tables.outputs.values()]
    return pl.concat(as_keys(rows) for rows in (*events, _lost(tables, days)))


def _near(table: LakeTable, days: Sequence[date], marks: pl.Series) -> pl.LazyFrame:
    """The rows of those dates, without files that surely hold none of the marks."""
    files = live_files(table, days)
    filtered = [file for file in files if is_filtered(file, len(marks))]
    passed_over = {file.path for file in filtered if not may_hold(table, file, ID_MARK, marks)}
    if not passed_over:
        return _on(table, days)
    return Share(Place.of(table), [file for file in files if file.path not in passed_over]).scan(OF_KEYS)


def _on(table: LakeTable, days: Sequence[date]) -> pl.LazyFrame:
    if not days:
        return pl.LazyFrame(schema=table.table.schema)
    return table.scan_dates(days[0], days[-1], "event_date").filter(pl.col("event_date").is_in(days))


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
    events = [_on(table, days) for table in tables.outputs.values()]
    return pl.concat(as_keys(rows) for rows in (*events, _lost(tables, days)))


def _lost(tables: FeedTables, dates: Sequence[date]) -> pl.LazyFrame:
    return _on(tables.duplicates, dates).filter(pl.col("feed") == tables.feed.name)


OF_KEYS = frozenset((*KEYS, "event_date"))
"""The stored columns that `as_keys` reads."""


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
