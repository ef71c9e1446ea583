"""Parse: what a worker does with a unit of bronze files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from advertisex_assets.silver.cluster.units import Unit
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.parsed import Findings, Parsed, parse_batch
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.read import BATCH_ROWS, newer
from advertisex_assets.silver.routes import Routes
from advertisex_assets.transforms.route import FIRST_DATE
from resources.lake.place import Place
from resources.lake.share import Share
from resources.scratch import Scratch
from schemas.feed import Feed

Pieces = tuple[str, ...]
"""Files of parsed rows, a batch each, in the scratch of the pass."""


@dataclass(frozen=True)
class ParseUnit:
    """Parses the rows of a unit that belong to the plan's dates; there is at least one piece."""

    feed: Feed
    plan: Plan
    inputs: Inputs
    bronze: Place
    routes: Routes
    incomplete: frozenset[date]
    scratch: Scratch

    def __call__(self, unit: Unit) -> Parsed[Pieces]:
        pieces, found = [], []
        for batch in self._batches(unit):
            parsed = parse_batch(self.feed, batch, self.inputs, self.incomplete)
            pieces.append(self.scratch.write(parsed.rows))
            found.append(parsed.found)
        return Parsed(tuple(pieces), Findings.of(found))

    def _batches(self, unit: Unit) -> Iterator[pl.DataFrame]:
        names = [*self.bronze.table.schema, FIRST_DATE]
        came = False
        for rows in self._rows(unit):
            for batch in rows.select(names).collect_batches(chunk_size=BATCH_ROWS, engine="streaming"):
                if batch.height:
                    came = True
                    yield batch
        if not came:
            yield pl.DataFrame(schema={**self.bronze.table.schema, FIRST_DATE: pl.Date()})

    def _rows(self, unit: Unit) -> Iterator[pl.LazyFrame]:
        if unit.rebuilt:
            yield self.routes.rows_of(Share(self.bronze, unit.rebuilt), self.plan.rebuild)
        for file, version in unit.new:
            added = Share(self.bronze, [file]).scan().with_columns(pl.lit(version, pl.Int64).alias("_commit_version"))
            yield newer(added, self.routes, self.plan)
