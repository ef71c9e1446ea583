"""On a cluster: the steps of a pass as jobs of Spark; this process plans, judges what comes back, and commits.

Workers read and write the lake by themselves: rows never pass through the driver, which holds file names, counts and
what is about to be told. What the functions do on the workers is in the modules beside this one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.cluster.judge import (
    KEY_TYPES,
    LOSER_TYPES,
    KeepLost,
    KeysOfPiece,
    Stored,
    keys_of_stored,
    losers_of_stored,
)
from advertisex_assets.silver.cluster.parse import ParseUnit, Pieces
from advertisex_assets.silver.cluster.settle import GrainOfFile, SettlePiece, placed
from advertisex_assets.silver.cluster.units import units_of
from advertisex_assets.silver.fates import agreeing
from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.parsed import Findings, Parsed
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.read import as_dates, at_risk
from advertisex_assets.silver.settled import PlacedRows, Settled
from advertisex_assets.transforms.deduplicate import orphaned_days, resolve
from resources.engine.spark import Spark
from resources.engine.tasks import each, every_part, rows_of
from resources.lake import LakeTable
from resources.lake.live import live_files
from resources.lake.place import Place
from resources.scratch import Scratch
from schemas.contracts import doubled
from schemas.tables.bronze import POSITION
from schemas.tables.silver import DUPLICATES


@dataclass(frozen=True)
class OnCluster:
    """The steps of a pass (see `refresh.Pass`), with files in a scratch that is removed by whoever made it."""

    tables: FeedTables
    inputs: Inputs
    engine: Spark
    scratch: Scratch

    def parsed(self, plan: Plan) -> Parsed[Pieces]:
        """Every row of the plan, parsed, in files."""
        tables = self.tables
        bronze = Place.of(tables.bronze)
        parse = ParseUnit(
            tables.feed, plan, self.inputs, bronze, tables.routes, tables.incomplete, self.scratch
        )
        done = each(self.engine.session, parse, units_of(tables, plan))
        pieces = tuple(piece for unit in done for piece in unit.rows)
        return Parsed(pieces, Findings.of([unit.found for unit in done]))

    def judged(self, plan: Plan, parsed: Parsed[Pieces]) -> tuple[tuple[str, ...], set[date]]:
        """Files of the rows that lost, and stored dates whose outcomes change with them."""
        incoming = self._rows(KeysOfPiece(self.scratch), parsed.rows, KEY_TYPES)
        stored = self._keys_stored(self.tables.window_of(plan.dates) - plan.rebuild)
        resolved = resolve(incoming, stored, self.tables.feed.key.window_days)
        # Sorted, so that each file says which positions it is about.
        told = every_part(resolved.sort(*POSITION), KeepLost(self.scratch))
        lost = tuple(path for path, _ in told if path is not None)
        disturbed = {day for _, days in told for day in days}
        return lost, as_dates(disturbed | self._orphaned(plan, incoming))

    def settled(self, parsed: Parsed[Pieces], lost: tuple[str, ...]) -> Settled:
        """The rows of every table, in files that nobody has committed; HeldBatchError unless all fit and agree."""
        tables = self.tables
        places = {table.table.name: Place.of(table) for table in tables.dated}
        settle = SettlePiece(tables.feed, self.inputs.reference, places, self.scratch, lost)
        done = each(self.engine.session, settle, parsed.rows)
        counts = agreeing(tables.feed, [parsed.found.received, *(one.counts for one in done)])
        rows = placed(done, places)
        self._hold_unless_unique(places, rows)
        return Settled(rows, counts, parsed.found.drift)

    def _hold_unless_unique(self, places: dict[str, Place], rows: dict[str, PlacedRows]) -> None:
        files = [(name, file) for name, one in rows.items() for file in one.files]
        types = {"table": pl.String(), "grain": pl.String()}
        counted = self._rows(GrainOfFile(places), files, types).group_by("table", "grain").agg(nw.len().alias("rows"))
        found = counted.filter(nw.col("rows") > 1).group_by("table").agg((nw.col("rows") - 1).sum().alias("doubled"))
        for name, count in self.engine.collect(found).select("table", "doubled").iter_rows():
            raise doubled(places[name].table, count, rows[name].height)

    def _orphaned(self, plan: Plan, incoming: nw.LazyFrame) -> set[int]:
        files = self._stored(self.tables.duplicates, at_risk(self.tables, plan))
        if not files:
            return set()
        losers = self._rows(losers_of_stored, files, LOSER_TYPES)
        found = orphaned_days(losers, self._keys_stored(set(plan.rebuild)), incoming)
        return set(self.engine.collect(found)["day"].to_list())

    def _keys_stored(self, dates: set[date]) -> nw.LazyFrame:
        holding = (*self.tables.outputs.values(), self.tables.duplicates)
        files = [file for table in holding for file in self._stored(table, dates)]
        return self._rows(keys_of_stored, files, KEY_TYPES)

    def _stored(self, table: LakeTable, dates: set[date]) -> list[Stored]:
        """The feed's files of those dates."""
        place, shared = Place.of(table), table.table.name == DUPLICATES.name
        mine = [file for file in live_files(table) if not shared or ("feed", self.tables.feed.name) in file.partition]
        return [(place, file) for file in mine if file.day in dates]

    def _rows(self, function: Callable[[Any], pl.DataFrame], items: Any, types: dict[str, pl.DataType]) -> nw.LazyFrame:
        return rows_of(self.engine.session, function, items, types)
