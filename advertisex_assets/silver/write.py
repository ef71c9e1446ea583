"""Write: the commits of one pass, in the order of invariant 4: quarantine, duplicates, silver tables, ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from advertisex_assets.silver.handles import FeedTables, marks_for
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.settled import Settled, TableRows, feed_predicate
from advertisex_assets.transforms.drift import together
from resources.lake import LakeTable, Marks
from resources.run import Run
from schemas.tables.ops import LEDGER


@dataclass(frozen=True)
class SilverReceipt:
    """What silver writes did: the ledger rows, the rows written by table, and what the contract did not expect."""

    ledger: pl.DataFrame
    rows: Mapping[str, int]
    drift: pl.DataFrame

    @classmethod
    def of(cls, receipts: Sequence["SilverReceipt"]) -> "SilverReceipt":
        """Several receipts as one."""
        ledgers = [receipt.ledger for receipt in receipts] or [pl.DataFrame(schema=LEDGER.schema)]
        rows: Counter[str] = Counter()
        for receipt in receipts:
            rows.update(receipt.rows)
        return cls(pl.concat(ledgers), rows, together([receipt.drift for receipt in receipts]))


def commit(
    tables: FeedTables, plan: Plan, settled: Settled, fingerprints: Mapping[date, int], run: Run
) -> SilverReceipt:
    """Commits a pass to every table and returns what it did; HeldBatchError, and no commit, unless all rows fit."""
    for table in tables.dated:
        settled.rows[table.table.name].hold_unless_fit(table.table)
    for table in tables.dated:
        _commit_table(tables, table, plan, settled.rows[table.table.name], fingerprints, run)
        if table is tables.quarantine:
            # Among the tables with marks: if the process dies before the last of these, the dates are rebuilt, and
            # what is reported of them is replaced.
            _commit_drift(tables, plan, settled.drift, run)
    ledger = _ledger_rows(tables, plan, settled, run)
    run.step("silver:ledger")
    tables.ledger.append(ledger, Marks())
    written = {name: rows.height for name, rows in settled.rows.items()}
    return SilverReceipt(ledger, written, settled.drift)


def _commit_table(
    tables: FeedTables,
    table: LakeTable,
    plan: Plan,
    rows: TableRows,
    fingerprints: Mapping[date, int],
    run: Run,
) -> None:
    if plan.rebuild:
        run.step(f"silver:replace:{table.table.name}")
        is_changed = rows.height > 0 or not plan.rebuild.isdisjoint(table.rows_by_date())
        marks = marks_for(tables, table, plan.rebuild, fingerprints, is_changed)
        rows.replace(table, tables.feed, plan.rebuild, marks)
    if plan.incremental:
        run.step(f"silver:append:{table.table.name}")
        marks = marks_for(tables, table, plan.incremental, fingerprints, is_changed=rows.height > 0)
        rows.append(table, plan.incremental, marks)


def _commit_drift(tables: FeedTables, plan: Plan, drift: pl.DataFrame, run: Run) -> None:
    """Writes nothing where nothing drifted, which is the rule."""
    rows = drift.with_columns(pl.lit(tables.feed.name).alias("feed"))
    rebuilt = pl.col("event_date").is_in(sorted(plan.rebuild))
    run.step("silver:drift")
    if plan.rebuild & tables.drift.rows_by_date().keys():
        mine = feed_predicate(tables.drift.table, tables.feed, plan.rebuild)
        tables.drift.replace(rows.filter(rebuilt), mine, Marks())
        rows = rows.filter(~rebuilt)
    if rows.height:
        tables.drift.append(rows, Marks())


def _ledger_rows(tables: FeedTables, plan: Plan, settled: Settled, run: Run) -> pl.DataFrame:
    mode = pl.when(pl.col("event_date").is_in(sorted(plan.rebuild))).then(pl.lit("rebuild"))
    return settled.counts.with_columns(
        pl.lit(tables.feed.name).alias("feed"),
        mode.otherwise(pl.lit("incremental")).alias("mode"),
        pl.lit(tables.bronze.version).cast(pl.Int64).alias("bronze_version"),
        pl.lit(run.run_id).alias("run_id"),
        pl.lit(run.clock()).dt.cast_time_unit("us").alias("written_at"),
    ).select(list(tables.ledger.table.schema))
