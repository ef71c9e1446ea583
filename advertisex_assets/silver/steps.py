"""Steps: who does the work of a pass: this process, or a cluster if there is one and the pass is worth it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from advertisex_assets.silver.cluster.on_cluster import OnCluster
from advertisex_assets.silver.cluster.units import units_of
from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.in_process import InProcess
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.plan import Plan
from resources.engine import POLARS, Engine
from resources.engine.spark import Spark
from resources.lake import Lake
from resources.scratch import Scratch
from resources.stores import StoreError

SMALL_ROWS = 500_000
"""A pass that reads no more bronze rows is done by this process although there is a cluster: it takes one core a few
seconds, which is what the jobs of a pass cost before they do anything."""

STRETCH_ROWS = 1_000_000
"""Rows of one pass in this process: what it keeps on disk meanwhile, and large enough that commits cost nothing."""

CLUSTER_STRETCH_ROWS = 200_000_000
"""The same on a cluster: enough to keep many workers busy, and not too much to do again when another run was first."""


@contextmanager
def steps_for(
    lake: Lake, tables: FeedTables, plan: Plan, inputs: Inputs, engine: Engine
) -> Iterator[InProcess | OnCluster]:
    """Who does the work of that pass (see `refresh.Pass`), until it is committed."""
    if not isinstance(engine, Spark):
        yield InProcess(tables, inputs, engine)
    elif sum(unit.rows for unit in units_of(tables, plan)) <= SMALL_ROWS:
        yield InProcess(tables, inputs, POLARS)
    else:
        scratch = Scratch.in_lake(lake.root, lake.storage_options)
        try:
            yield OnCluster(tables, inputs, engine, scratch)
        finally:
            # What is left is removed by upkeep.
            with suppress(StoreError):
                scratch.remove()


def stretch_rows(engine: Engine) -> int:
    """About how many rows one pass should have."""
    return CLUSTER_STRETCH_ROWS if isinstance(engine, Spark) else STRETCH_ROWS
