"""Late: which rows of a mart's inputs are new since a date was computed last, told by versions kept in its marks."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from advertisex_assets.gold.mart import Input, Mart
from advertisex_assets.gold.reading import in_process
from advertisex_assets.gold.sources import Source, Sources
from advertisex_assets.silver.handles import fingerprint
from resources.engine import POLARS

Rows = Mapping[str, pl.LazyFrame]

EVENT = ["table", "event_date", "event_id"]

MOST_LATE_ROWS = 100_000
"""What Polars in this process takes over from another engine: seconds and some 100 MB at most, where a job on a cluster
costs seconds for nothing. Beyond, whole dates are the engine's."""


def read_mark(day: date, table: str) -> str:
    """The application id under which a date keeps the version of an input that it was made from."""
    return f"{day.isoformat()}/read/{table}"


def code_mark(day: date) -> str:
    """The application id under which a date keeps what its mart meant when it was made."""
    return f"{day.isoformat()}/code"


def code_of(mart: Mart, sources: Sources, day: date) -> int:
    """What the mart means on that date beside its events, as one number: its version, and the reference."""
    references = [one.table for one in mart.inputs.values() if one.is_reference]
    digests = [sources[table].validity.digest(day) for table in references]
    return fingerprint(mart.table.full_name, mart.version, repr(mart.table.schema), *digests)


def slice_marks(mart: Mart, sources: Sources, day: date) -> dict[str, int]:
    """The marks that let the next refresh redo a part only."""
    if mart.slicing is None and not mart.row_wise:
        return {}
    tables = {one.table for one in _events_of(mart).values()}
    versions = {read_mark(day, table): sources[table].opened.version for table in tables}
    return versions | {code_mark(day): code_of(mart, sources, day)}


def touched_slices(mart: Mart, sources: Sources, dates: list[date], inputs: Rows) -> pl.DataFrame | None:
    """What must be redone, as date and keys of the mart's slicing; None where the whole dates must be.

    That is so when the mart is not sliced, a date is new, its code or reference changed, or an input cannot tell.
    """
    if mart.slicing is None:
        return None
    found = []
    for days in _by_what_they_read(mart, sources, dates):
        late = late_rows(mart, sources, days)
        if late is None:
            return None
        touched = mart.slicing.touched(in_process(late), in_process(_of_days(mart, inputs, days)))
        found.append(POLARS.collect(touched).filter(pl.col("event_date").is_in(days)))
    return pl.concat(found)


def _by_what_they_read(mart: Mart, sources: Sources, dates: list[date]) -> list[list[date]]:
    """The dates, those together that were made from the same versions of the inputs."""
    marks, tables = sources[mart.table.full_name].marks, {one.table for one in _events_of(mart).values()}
    alike: dict[tuple[int | None, ...], list[date]] = {}
    for day in dates:
        alike.setdefault(tuple(marks.get(read_mark(day, table)) for table in sorted(tables)), []).append(day)
    return list(alike.values())


def _of_days(mart: Mart, inputs: Rows, days: list[date]) -> Rows:
    """Inputs without look-back cut to the dates themselves."""
    own = {name for name, one in _events_of(mart).items() if one.days_before == 0}
    return {
        name: rows.filter(pl.col("event_date").is_in(days)) if name in own else rows
        for name, rows in inputs.items()
    }


def late_rows(mart: Mart, sources: Sources, days: list[date]) -> Rows | None:
    """By input the rows by which it differs from what the dates have seen, and those that are judged otherwise.

    The dates were made from the same versions. None if it cannot be told.
    """
    changes = _changes(mart, sources, days)
    if changes is None:
        return None
    added, judged = changes
    return {
        name: _with_judged(name, rows, judged, sources, mart.inputs[name], days)
        for name, rows in added.items()
    }


def additions_alone(mart: Mart, sources: Sources, dates: list[date]) -> Rows | None:
    """By input the rows that came, if nothing left and no older row is judged otherwise; else None."""
    found: list[Rows] = []
    for days in _by_what_they_read(mart, sources, dates):
        changes = _changes(mart, sources, days)
        if changes is None or not _only_came(mart, sources, days):
            return None
        added, judged = changes
        if not all(_came_with(added, rows.collect()) for rows in judged.values()):
            return None
        # Other dates may lie between, made from other versions.
        found.append({name: rows.filter(pl.col("event_date").is_in(days)) for name, rows in added.items()})
    return {name: pl.concat([rows[name] for rows in found]) for name in found[0]}


def _came_with(added: Rows, judged: pl.DataFrame) -> bool:
    """Whether all of those events are among the rows that came."""
    parts = ((judged.lazy().filter(pl.col("table") == name), rows) for name, rows in added.items())
    of_older = (events.join(rows, on=EVENT[1:], how="anti") for events, rows in parts)
    return judged.is_empty() or all(rows.collect().is_empty() for rows in of_older)


def _only_came(mart: Mart, sources: Sources, days: list[date]) -> bool:
    marks = sources[mart.table.full_name].marks
    alone = []
    for one in _events_of(mart).values():
        if not one.compared:
            additions = sources[one.table].additions_since(marks[read_mark(days[0], one.table)])
            alone.append(
                additions is not None
                and additions.only_came(one.first_read(days[0]), one.last_read(days[-1]))
            )
    return all(alone)


def _changes(mart: Mart, sources: Sources, days: list[date]) -> tuple[Rows, Rows] | None:
    """By input the rows that differ, and the events whose judgement does."""
    marks = sources[mart.table.full_name].marks
    if any(marks.get(code_mark(day)) != code_of(mart, sources, day) for day in days):
        return None
    added: dict[str, pl.LazyFrame] = {}
    judged: dict[str, pl.LazyFrame] = {}
    for name, one in _events_of(mart).items():
        version = marks.get(read_mark(days[0], one.table))
        look = _compared if one.compared else _added
        found = None if version is None else look(sources[one.table], one, days, version)
        if found is None:
            return None
        (judged if one.compared else added)[name] = found
    return (added, judged) if _are_few(sources, [*added.values(), *judged.values()]) else None


def _are_few(sources: Sources, late: list[pl.LazyFrame]) -> bool:
    if sources.engine is POLARS:
        return True
    # Footers alone are read for it.
    return sum(rows.select(pl.len()).collect().item() for rows in late) <= MOST_LATE_ROWS


def _events_of(mart: Mart) -> dict[str, Input]:
    return {name: one for name, one in mart.inputs.items() if not one.is_reference}


def _added(source: Source, one: Input, days: list[date], version: int) -> pl.LazyFrame | None:
    additions = source.additions_since(version)
    rows = None if additions is None else additions.rows(one.first_read(days[0]), one.last_read(days[-1]))
    return None if rows is None else rows.with_columns(pl.col(pl.Datetime).cast(pl.Int64))


def _compared(source: Source, one: Input, days: list[date], version: int) -> pl.LazyFrame | None:
    """Events in one version but not in the other."""
    additions, read = source.additions_since(version), (one.first_read(days[0]), one.last_read(days[-1]))
    if additions is not None and not additions.changed(*read):
        return pl.LazyFrame(schema={name: source.opened.table.schema[name] for name in EVENT})
    before = source.opened.at(version)
    if before is None:
        return None
    try:
        then, now = (table.scan_dates(*read).select(EVENT).collect() for table in (before, source.opened))
    except (OSError, pl.exceptions.ComputeError):
        # Upkeep has removed the files of that version.
        return None
    return pl.concat([then.join(now, on=EVENT, how="anti"), now.join(then, on=EVENT, how="anti")]).lazy()


def _with_judged(
    name: str,
    added: pl.LazyFrame,
    judged: Mapping[str, pl.LazyFrame],
    sources: Sources,
    one: Input,
    days: list[date],
) -> pl.LazyFrame:
    """Added rows, and those whose judgement changed."""
    if not judged:
        return added
    changed = pl.concat([rows.filter(pl.col("table") == name) for rows in judged.values()]).collect()
    if changed.is_empty():
        return added
    stored = sources[one.table].scan(one.first_read(days[0]), one.last_read(days[-1]))
    return pl.concat([added, stored.join(changed.lazy(), on=EVENT[1:], how="semi")])
