"""Publish: pins a day's campaign numbers when it is final, and again when someone accepts what changed since.

Not here: what changed (`transforms.marts.restate`).
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.basis import basis_of, published_bases
from advertisex_assets.gold.sources import Sources, generation_mark
from advertisex_assets.transforms.marts.restate import PENDING, by_metric
from resources.lake import CommitConflictError, Lake, Marks
from resources.run import Run
from schemas.errors import AdvertiseXError
from schemas.tables.gold import CAMPAIGN_DAILY, PUBLISHED, RESTATEMENTS

FINAL_AFTER_DAYS = 3
"""A day is finalised three days after its end: trackers and exchanges have then settled their own books."""

ATTEMPTS = 20
"""How often a publication is repeated when another one commits first."""

Selection = Callable[[Sources], list[date]]


def finalise_due(lake: Lake, run: Run, after_days: int = FINAL_AFTER_DAYS) -> list[date]:
    """Publishes every day that ended at least `after_days` ago and was not published yet; returns those days."""
    last = run.clock().date() - timedelta(days=after_days + 1)

    def due(sources: Sources) -> list[date]:
        known = sorted(sources[CAMPAIGN_DAILY.full_name].rows_by_date)
        return [day for day in known if day <= last and revision_of(day, sources) == 0]

    return _publish(lake, run, due, None)


def accept_restatements(lake: Lake, run: Run, dates: Iterable[date], cause: str | None = None) -> list[date]:
    """Publishes what is true now for those of the dates that have pending restatements, and returns them.

    `cause` says why they differ, where a person knows better than the versions do (a replay, an erasure).
    """
    wanted = set(dates)

    def pending(sources: Sources) -> list[date]:
        rows = sources[RESTATEMENTS.full_name].opened.scan().filter(pl.col("status") == PENDING)
        return sorted(wanted.intersection(rows.select("event_date").collect()["event_date"].to_list()))

    return _publish(lake, run, pending, cause)


def revision_of(day: date, sources: Sources) -> int:
    """The published revision of a date; 0 before the first."""
    return sources[PUBLISHED.full_name].generation(day)


def _publish(lake: Lake, run: Run, select: Selection, cause: str | None) -> list[date]:
    for _ in range(ATTEMPTS):
        # Opened before anything is read: two who publish one date collide on its mark.
        sources = Sources(lake)
        own = sources[PUBLISHED.full_name].opened
        dates = select(sources)
        if not dates:
            return []
        marks = Marks({generation_mark(day): revision_of(day, sources) + 1 for day in dates})
        rows = _rows(sources, dates, run, cause)
        run.step(f"gold:append:{PUBLISHED.name}")
        try:
            own.append(rows, marks)
        except CommitConflictError:
            continue
        return dates
    raise AdvertiseXError(f"{PUBLISHED.full_name} lost {ATTEMPTS} races against other runs; run it again.")


def _rows(sources: Sources, dates: list[date], run: Run, cause: str | None) -> pl.DataFrame:
    daily = sources[CAMPAIGN_DAILY.full_name].opened.scan_dates(dates[0], dates[-1])
    numbers = by_metric(nw.from_native(daily)).collect(backend="polars").to_native()
    assert isinstance(numbers, pl.DataFrame)
    return numbers.join(_revisions(sources, dates, cause), on="event_date").with_columns(
        pl.lit(run.clock()).dt.cast_time_unit("us").alias("published_at"), pl.lit(run.run_id).alias("run_id")
    )


def _revisions(sources: Sources, dates: list[date], cause: str | None) -> pl.DataFrame:
    """event_date, revision, cause, rules, reference of the revisions to come."""
    before = published_bases(dates, sources)
    rows = []
    for day in dates:
        basis = basis_of(day, sources)
        why = (cause or basis.cause_since(before[day])) if day in before else None
        rows.append((day, revision_of(day, sources) + 1, why, basis.rules, basis.reference))
    schema = {
        name: PUBLISHED.schema[name] for name in ("event_date", "revision", "cause", "rules", "reference")
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
