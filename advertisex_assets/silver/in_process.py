"""In process: one pass of silver by this process alone, batch by batch; what does not fit in memory waits in files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.contested import contested
from advertisex_assets.silver.fates import agreeing, counts_of, fates, table_names
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
from advertisex_assets.silver.settled import Settled, SpooledRows
from advertisex_assets.transforms.deduplicate import disturbed_days, losers, resolve
from advertisex_assets.transforms.parse import is_valid
from resources.engine import Engine
from resources.spool import Spool


@dataclass(frozen=True)
class InProcess:
    """The steps of a pass (see `refresh.Pass`)."""

    tables: FeedTables
    inputs: Inputs
    engine: Engine

    def parsed(self, plan: Plan) -> Parsed[Spool]:
        """Every row of the plan, parsed."""
        rows, found = Spool(), []
        for batch in bronze_rows(self.tables, plan):
            parsed = parse_batch(self.tables.feed, batch, self.inputs, self.tables.incomplete)
            rows.add(parsed.rows)
            found.append(parsed.found)
        return Parsed(rows, Findings.of(found))

    def judged(self, plan: Plan, parsed: Parsed[Spool]) -> tuple[pl.DataFrame, set[date]]:
        """Which rows lost to whom, and stored dates whose outcomes change with them."""
        incoming = as_keys(parsed.rows.scan().filter(is_valid()))
        keys = map(self.engine.rows, contested(incoming, stored_keys(self.tables, plan)))
        found = self.engine.collect(resolve(*keys, self.tables.feed.key.window_days))
        resolved = nw.from_native(found.lazy())
        disturbed = _collect(disturbed_days(resolved))["day"].to_list()
        return _collect(losers(resolved)), as_dates(disturbed) | orphaned_dates(self.tables, plan, incoming)

    def settled(self, parsed: Parsed[Spool], lost: pl.DataFrame) -> Settled:
        """The rows of every table; their sum is what was received, or it raises."""
        feed = self.tables.feed
        rows = {name: Spool() for name in table_names(feed)}
        counts = [parsed.found.received]
        for batch in _batches(parsed.rows):
            parts = fates(feed, batch, lost, self.inputs.reference)
            counts.append(counts_of(feed, parts))
            for name, part in parts.items():
                rows[name].add(part)
        spooled = {name: SpooledRows(spool) for name, spool in rows.items()}
        return Settled(spooled, agreeing(feed, counts), parsed.found.drift)


def _batches(rows: Spool) -> Iterator[pl.DataFrame]:
    for piece in rows:
        yield from piece.iter_slices(BATCH_ROWS) if piece.height else [piece]


def _collect(frame: nw.LazyFrame) -> pl.DataFrame:
    native = frame.collect(backend="polars").to_native()
    assert isinstance(native, pl.DataFrame)
    return native
