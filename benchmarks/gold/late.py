"""One late click against a rebuild of the date that it reaches, in one lake, by turns."""

import statistics
import tempfile
from datetime import date
from typing import Any

from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.refresh import refresh_gold, refresh_mart
from benchmarks.gold import silver
from benchmarks.measure import cost_of
from resources.lake import Lake
from resources.run import new_run

TURNS = 5
MARTS = tuple(mart_named(name) for name in ("conversions", "touches", "attribution"))


def run(impressions: int) -> tuple[str, dict[str, Any]]:
    """A paragraph and the figures."""
    with tempfile.TemporaryDirectory(prefix="gold-") as folder:
        lake = Lake(folder)
        day = silver.fill(lake, impressions)
        refresh(lake)
        rebuilds, clicks = [], []
        for turn in range(TURNS):
            rebuilds.append(cost_of(lambda: _rebuild(lake, day)))
            silver.add_click(lake, turn * 97)
            clicks.append(cost_of(lambda: refresh(lake)))
    rebuild, click = (statistics.median(cost.cpu_seconds for cost in costs) for costs in (rebuilds, clicks))
    peak = max(cost.peak_megabytes for cost in rebuilds)
    text = (
        f"## One late click: {impressions:,} impressions\n\n"
        f"A rebuild of the date of the conversions, in `gold.conversions`, `gold.touches` and `gold.attribution`: "
        f"{rebuild:.2f} s CPU, peak {peak:.0f} MB. One click ten days before it, from silver through the same tables: "
        f"{click:.2f} s CPU, 1/{rebuild / click:.0f}."
    )
    return text, {
        "impressions": impressions,
        "rebuild_cpu_seconds": rebuild,
        "late_click_cpu_seconds": click,
        "peak_megabytes": peak,
    }


def _rebuild(lake: Lake, day: date) -> None:
    for mart in MARTS:
        refresh_mart(lake, mart, [day], new_run("rebuild"), rebuild=True)


def refresh(lake: Lake) -> None:
    """What a refresh does for these marts."""
    refresh_gold(lake, new_run("late"), marts=MARTS)
