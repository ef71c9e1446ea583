"""Layers: the upkeep of every table of a layer that the lake holds, under the rules that the settings give."""

from collections.abc import Iterator
from datetime import timedelta

from advertisex_assets.upkeep.readers import SilverReader
from advertisex_assets.upkeep.work import Rules, Upkept, upkeep_table
from resources.lake import Lake
from resources.run import Run
from resources.scratch import remove_leftovers
from resources.settings import Settings
from schemas.discover import all_feeds
from schemas.every_table import every_table
from schemas.tables.bronze import bronze_table
from schemas.tables.table import Table

LAYERS = ("bronze", "silver", "gold", "reference", "ops")
"""In the order of the data: what silver has yet to read is decided before bronze is touched."""


def rules_of(settings: Settings) -> Rules:
    """The rules that the settings give."""
    keep, time_travel = (timedelta(hours=n) for n in (settings.slowest_reader_hours, settings.time_travel_hours))
    return Rules(keep, retention_days=dict(settings.retention_days), time_travel=time_travel)


def upkeep_layer(lake: Lake, layer: str, rules: Rules, run: Run) -> Iterator[Upkept]:
    """Keeps up every table of the layer, one after another; what dead passes left in the scratch goes too."""
    remove_leftovers(lake.root, run.clock() - rules.keep)
    for table in every_table():
        if table.layer == layer and lake.exists(table):
            yield upkeep_table(lake, table, rules, run, _reader_of(lake, table))


def _reader_of(lake: Lake, table: Table) -> SilverReader | None:
    return next((SilverReader(lake, feed) for feed in all_feeds() if table == bronze_table(feed)), None)
