"""Losses: finds the very records behind sums that do not agree, and the tables that should hold them."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from advertisex_assets.bronze.kafka.balance import kafka_balance
from advertisex_assets.silver.handles import FeedTables, open_tables
from advertisex_assets.transforms.parse import is_valid, parse
from advertisex_assets.transforms.watch.conservation import unbalanced
from advertisex_assets.transforms.watch.losses import PLACE, Loss, LossKind, doubled, losses, without_outcome
from advertisex_assets.watch.file_balance import file_balance
from advertisex_assets.watch.recount import recount
from resources.lake import Lake, LakeTable
from schemas.feed import Feed
from schemas.tables.bronze import EXCLUDED_KINDS, POSITION, bronze_table
from schemas.tables.silver import DUPLICATES, QUARANTINE

NO_KEY = b""
"""Records are parsed only to learn which table they belong in: pseudonyms are thrown away."""


def find_losses(lake: Lake, feed: Feed) -> list[Loss]:
    """Every stretch of records of the feed that is missing, doubled or unknown; empty when all is well.

    Rows that silver has yet to read are not missing. Costs a few columns of every table when the sums agree,
    and reads records only of dates where they do not.
    """
    if not lake.exists(bronze_table(feed)):
        return []
    wrong = unbalanced(recount(lake, feed))["event_date"].drop_nulls().to_list()
    tables = open_tables(lake, feed)
    twice = doubled(_landed_places(lake, tables))
    if not wrong:
        return losses(feed.name, LossKind.DOUBLED, twice)
    received = _read_rows(tables, wrong)
    outcomes = pl.concat([_places(table, table.scan(), feed, wrong) for table in tables.dated])
    lost = without_outcome(received, outcomes)
    unknown = without_outcome(outcomes, _landed(tables, wrong, excluded=True))
    return [
        *losses(feed.name, LossKind.MISSING, _with_expected_table(tables, lost)),
        *losses(feed.name, LossKind.DOUBLED, pl.concat([doubled(outcomes), twice])),
        *losses(feed.name, LossKind.UNKNOWN, unknown.with_columns(_in(tables.bronze))),
    ]


def _landed_places(lake: Lake, tables: FeedTables) -> pl.DataFrame:
    """PLACE of the rows whose source holds more or less than was landed of it; normally none."""
    balances = (kafka_balance(tables.bronze), file_balance(lake, tables.feed, tables.bronze))
    wrong = pl.concat([one.filter(~pl.col("balanced"))["source"] for one in balances]).unique()
    rows = tables.bronze.scan().filter(pl.col("source").is_in(wrong.implode()))
    return rows.with_columns(_in(tables.bronze)).select(PLACE).collect()


def _landed(tables: FeedTables, dates: Sequence[date], excluded: bool = False) -> pl.DataFrame:
    """PLACE of the bronze rows routed to those dates; what silver excludes is left out unless wanted."""
    rows = tables.routes.applied(tables.bronze.scan())
    kept = rows if excluded else rows.filter(~pl.col("kind").is_in(EXCLUDED_KINDS))
    return _places(tables.bronze, kept, tables.feed, dates)


def _places(table: LakeTable, rows: pl.LazyFrame, feed: Feed, dates: Sequence[date]) -> pl.DataFrame:
    """PLACE of those of the feed's rows that are of those dates."""
    rows = rows.filter(pl.col("event_date").is_in(dates))
    if "feed" in table.table.schema:
        rows = rows.filter(pl.col("feed") == feed.name)
    return rows.with_columns(_in(table)).select(PLACE).collect()


def _in(table: LakeTable) -> pl.Expr:
    return pl.lit(table.table.full_name).alias("table")


def _read_rows(tables: FeedTables, dates: Sequence[date]) -> pl.DataFrame:
    """PLACE of the bronze rows of those dates that silver says it has read."""
    states = {day: state.bronze_version for day in dates if (state := tables.state(day)) is not None}
    rows = _landed(tables, sorted(states))
    marks = [version for version in states.values() if version is not None]
    if not marks:
        return rows
    # Up to the frontier no row waits, and older versions may be gone.
    after = max(min(marks), tables.frontier or 0)
    newer = tables.bronze.changes(after, columns=[*POSITION, "event_date"])
    read = pl.DataFrame(
        {"event_date": list(states), "read": marks}, schema={"event_date": pl.Date, "read": pl.Int64}
    )
    unread = newer.join(read, on="event_date").filter(pl.col("_commit_version") > pl.col("read"))
    return rows.join(unread.select(POSITION), on=POSITION, how="anti")


def _with_expected_table(tables: FeedTables, lost: pl.DataFrame) -> pl.DataFrame:
    """Missing records with the table that they belong in, found by parsing their bytes again."""
    if lost.is_empty():
        return lost
    dates = lost["event_date"].unique().to_list()
    bronze = tables.routes.rows_of(tables.bronze, dates).collect()
    parsed = parse(tables.feed, bronze.join(lost.select(POSITION), on=POSITION, how="semi"), NO_KEY)
    held = pl.concat([_event_ids(table, dates) for table in tables.outputs.values()])
    name: pl.Expr = pl.lit(None, pl.String)
    for output in tables.feed.outputs:
        full_name = tables.outputs[output.table].table.full_name
        name = pl.when(output.when).then(pl.lit(full_name)).otherwise(name)
    name = (
        pl.when(pl.col("event_id").is_in(held.implode())).then(pl.lit(DUPLICATES.full_name)).otherwise(name)
    )
    name = pl.when(is_valid()).then(name).otherwise(pl.lit(QUARANTINE.full_name))
    return parsed.with_columns(name.alias("table")).select(PLACE)


def _event_ids(table: LakeTable, dates: Sequence[date]) -> pl.Series:
    return table.scan().filter(pl.col("event_date").is_in(dates)).select("event_id").collect().to_series()
