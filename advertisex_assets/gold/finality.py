"""Finality: finalising and accepting, and what follows from them at once: restatements, and the status of each day.

Not here: publishing itself (`publish`), the clock (`sensors.schedules`).
"""

from collections.abc import Iterable
from datetime import date

from advertisex_assets.gold.day_status import refresh_day_status
from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.pending import pending_dates
from advertisex_assets.gold.publish import accept_restatements, finalise, finalise_due
from advertisex_assets.gold.refresh import open_for, refresh_mart
from resources.lake import Lake
from resources.run import Run
from schemas.tables.gold import RESTATEMENTS


def close_days(lake: Lake, run: Run, after_days: int, dates: Iterable[date] | None = None) -> list[date]:
    """Finalises those dates, or all that are due, and brings restatements and day status up to date; returns them."""
    done = finalise_due(lake, run, after_days) if dates is None else finalise(lake, run, dates)
    _follow(lake, run)
    return done


def accept_days(lake: Lake, run: Run, dates: Iterable[date], cause: str | None) -> list[date]:
    """Accepts the pending restatements of those dates, the same way."""
    refresh_restatements(lake, run)
    done = accept_restatements(lake, run, dates, cause)
    _follow(lake, run)
    return done


def refresh_restatements(lake: Lake, run: Run) -> None:
    """Brings gold.restatements up to date with what is published and what is true."""
    mart = mart_named(RESTATEMENTS.name)
    sources = open_for([mart], lake, run.engine)
    refresh_mart(lake, mart, pending_dates(mart, sources), run, opened=sources)


def _follow(lake: Lake, run: Run) -> None:
    refresh_restatements(lake, run)
    refresh_day_status(lake, run)
