"""Replay: does what a preview shows: rows go to their dates, and their dates are rebuilt; twice is as good as once."""

from advertisex_assets.silver.catch_up import catch_up, landed_rows, rebuild_dates
from advertisex_assets.silver.handles import open_tables
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.preview import Preview
from advertisex_assets.silver.write import SilverReceipt
from resources.lake import Lake
from resources.run import Run
from schemas.feed import Feed


def replay(lake: Lake, feed: Feed, inputs: Inputs, run: Run, previewed: Preview) -> SilverReceipt:
    """Rebuilds the dates of a preview from bronze; gold is pending afterwards.

    Rebuilt, not only refreshed: what has changed may be nothing that a fingerprint covers (a schema was registered).
    """
    if not previewed.dates:
        return SilverReceipt.of([])
    span = min(previewed.dates), max(previewed.dates)
    landed = landed_rows(open_tables(lake, feed), span)
    rebuilt = rebuild_dates(lake, feed, inputs, run, {day: landed.get(day, 0) for day in previewed.dates})
    # A date may send rows to one that was rebuilt before it.
    return SilverReceipt.of([rebuilt, catch_up(lake, feed, inputs, run, span)])
