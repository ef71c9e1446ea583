"""In process: one pass of silver by this process alone, batch by batch; what does not fit in memory waits in files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from typing import NamedTuple, Protocol

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.contested import contested
from advertisex_assets.silver.fates import agreeing, counts_of, fates_of_valid, parted
from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.parsed import Findings, Parsed, parse_batch
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.read import (
    BATCH_ROWS,
    as_dates,
    as_keys,
    bronze_rows,
    orphaned_dates,
    stored_keys,
)
from advertisex_assets.silver.settled import PlacingRows, Settled, TableRows
from advertisex_assets.transforms.deduplicate import disturbed_days, losers, resolve
from resources.engine import Engine
from resources.lake import LakeTable
from resources.spool import Spool
from schemas.tables.silver import QUARANTINE


class Sink(TableRows, Protocol):
    """Rows of one table, taken piece by piece."""

    def add(self, rows: pl.DataFrame) -> None:
        """Takes a piece."""


class Sorted(NamedTuple):
    """Parsed rows: the refused ones, as the quarantine keeps them, and the valid ones (see `fates.parted`)."""

    refused: Spool
    valid: Spool


@dataclass(frozen=True)
class InProcess:
    """The steps of a pass (see `refresh.Pass`); `sink` takes the rows of a table."""

    tables: FeedTables
    inputs: Inputs
    engine: Engine
    sink: Callable[[LakeTable], Sink] = PlacingRows

    def parsed(self, plan: Plan) -> Parsed[Sorted]:
        """Every row of the plan, parsed."""
        rows, found = Sorted(Spool(), Spool()), []
        for batch in bronze_rows(self.tables, plan):
            parsed = parse_batch(self.tables.feed, batch, self.inputs, self.tables.incomplete)
            for spool, part in zip(rows, parted(self.tables.feed, parsed.rows), strict=True):
                spool.add(part)
            found.append(parsed.found)
        return Parsed(rows, Findings.of(found))

    def judged(self, plan: Plan, parsed: Parsed[Sorted]) -> tuple[pl.DataFrame, set[date]]:
        """Which rows lost to whom, and stored dates whose outcomes change with them."""
        incoming = as_keys(parsed.rows.valid.scan())
        keys = map(self.engine.rows, contested(incoming, partial(stored_keys, self.tables, plan)))
        found = self.engine.collect(resolve(*keys, self.tables.feed.key.window_days))
        resolved = nw.from_native(found.lazy())
        disturbed = _collect(disturbed_days(resolved))["day"].to_list()
        return _collect(losers(resolved)), as_dates(disturbed) | orphaned_dates(self.tables, plan, incoming)

    def settled(self, parsed: Parsed[Sorted], lost: pl.DataFrame) -> Settled:
        """The rows of every table; their sum is what was received, or it raises."""
        feed = self.tables.feed
        rows = {table.table.name: self.sink(table) for table in self.tables.dated}
        refused = ({QUARANTINE.name: piece} for piece in parsed.rows.refused)
        valid = (fates_of_valid(feed, batch, lost, self.inputs.reference) for batch in _batches(parsed.rows.valid))
        counts = [parsed.found.received]
        for parts in chain(refused, valid):
            counts.append(counts_of(feed, parts))
            for name, part in parts.items():
                rows[name].add(part)
        return Settled(rows, agreeing(feed, counts), parsed.found.drift)


def _batches(rows: Spool) -> Iterator[pl.DataFrame]:
    for piece in rows:
        yield from piece.iter_slices(BATCH_ROWS) if piece.height else [piece]


def _collect(frame: nw.LazyFrame) -> pl.DataFrame:
    native = frame.collect(backend="polars").to_native()
    assert isinstance(native, pl.DataFrame)
    return native
