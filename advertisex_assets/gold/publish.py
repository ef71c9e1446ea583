"""Publish: pins a day's campaign numbers when it is final, and again when someone accepts what changed since.

Not here: what changed (`transforms.marts.restate`).
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.basis import basis_of, cause_since, publications
from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.pending import pending_gold
from advertisex_assets.gold.sources import Sources, generation_mark
from advertisex_assets.holds import held_by_batch
from advertisex_assets.transforms.marts.restate import PENDING, by_metric
from resources.lake import CommitConflictError, Lake, Marks
from resources.run import Run
from schemas.errors import AdvertiseXError
from schemas.tables.gold import CAMPAIGN_DAILY, CAMPAIGN_HOURLY, CONVERSIONS, PUBLISHED, RESTATEMENTS

ATTEMPTS = 20
"""How often a publication is repeated when another one commits first."""

Selection = Callable[[Sources], list[date]]

COUNTED = (CONVERSIONS.name, CAMPAIGN_HOURLY.name, CAMPAIGN_DAILY.name)
"""The marts whose numbers are published, and what they are made of."""


def due_dates(lake: Lake, now: datetime, after_days: int) -> list[date]:
    """Every day that ended at least `after_days` ago, was not published yet, and is up to date with silver."""
    last, sources = now.date() - timedelta(days=after_days + 1), Sources(lake)
    known = sorted(sources[CAMPAIGN_DAILY.full_name].rows_by_date)
    return _settled(lake, [day for day in known if day <= last and revision_of(day, sources) == 0])


def finalise(lake: Lake, run: Run, dates: Iterable[date]) -> list[date]:
    """Publishes those of the dates that were not published yet and are up to date with silver; returns them."""
    wanted = set(dates)

    def unpublished(sources: Sources) -> list[date]:
        known = wanted.intersection(sources[CAMPAIGN_DAILY.full_name].rows_by_date)
        return _settled(lake, sorted(day for day in known if revision_of(day, sources) == 0))

    return _publish(lake, run, unpublished, None)


def finalise_due(lake: Lake, run: Run, after_days: int) -> list[date]:
    """Publishes every day that is due; returns those days."""
    return finalise(lake, run, due_dates(lake, run.clock(), after_days))


def accept_restatements(lake: Lake, run: Run, dates: Iterable[date], cause: str | None = None) -> list[date]:
    """Publishes what is true now for those of the dates that have pending restatements, and returns them.

    `cause` says why they differ, where a person knows better than the versions do. Dates that are not up to date with
    silver are left out: their numbers would change again at once.
    """
    wanted = set(dates)

    def pending(sources: Sources) -> list[date]:
        rows = sources[RESTATEMENTS.full_name].opened.scan().filter(pl.col("status") == PENDING)
        found = wanted.intersection(rows.select("event_date").collect()["event_date"].to_list())
        return _settled(lake, sorted(found))

    return _publish(lake, run, pending, cause)


def _settled(lake: Lake, dates: list[date]) -> list[date]:
    """The dates whose campaign numbers are what silver says, and of which nothing is held."""
    if not dates:
        return []
    waiting = pending_gold(lake, [mart_named(name) for name in COUNTED])
    held = {batch: days for batch, days in held_by_batch(lake).items() if _matters(batch)}
    unsettled = {day for some in [*waiting.values(), *held.values()] for day in some}
    return [day for day in dates if day not in unsettled]


def _matters(batch: str) -> bool:
    return batch.startswith("silver.") or batch.removeprefix("gold.") in COUNTED


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
    before = publications(dates, sources)
    rows = []
    for day in dates:
        basis = basis_of(day, sources)
        why = (cause or cause_since(day, before[day], sources)) if day in before else None
        rows.append((day, revision_of(day, sources) + 1, why, basis.rules, basis.reference))
    schema = {
        name: PUBLISHED.schema[name] for name in ("event_date", "revision", "cause", "rules", "reference")
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
