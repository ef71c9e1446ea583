"""Late: which rows of a mart's inputs are new since a date was computed last, told by versions kept in its marks."""

from collections.abc import Mapping
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.mart import Input, Mart
from advertisex_assets.gold.sources import Source, Sources
from advertisex_assets.silver.handles import fingerprint
from advertisex_assets.transforms.attribution.contract import Frame
from resources.lake import LakeTable

Rows = Mapping[str, pl.LazyFrame]

EVENT = ["table", "event_date", "event_id"]


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
    """The marks that let the next refresh of a sliced mart redo a part only."""
    if mart.slicing is None:
        return {}
    tables = {one.table for one in _events_of(mart).values()}
    versions = {read_mark(day, table): sources[table].opened.version for table in tables}
    return versions | {code_mark(day): code_of(mart, sources, day)}


def touched_slices(mart: Mart, sources: Sources, dates: list[date], inputs: Rows) -> pl.DataFrame | None:
    """Pairs of date and slice that must be redone; None where the whole dates must be.

    That is so when the mart is not sliced, a date is new, its code or reference changed, or an input was rebuilt or
    compacted.
    """
    if mart.slicing is None:
        return None
    pairs = []
    for day in dates:
        late = late_rows(mart, sources, day)
        if late is None:
            return None
        touched = mart.slicing.touched(_frames(late), _frames(_of_day(mart, inputs, day)))
        pairs.append(touched.collect(backend="polars").to_native().filter(pl.col("event_date") == day))
    together: pl.DataFrame = pl.concat(pairs)
    return together


def _of_day(mart: Mart, inputs: Rows, day: date) -> Rows:
    """Inputs without look-back cut to the date itself."""
    own = {
        name: pl.col("event_date") == day for name, one in _events_of(mart).items() if one.days_before == 0
    }
    return {name: rows.filter(own[name]) if name in own else rows for name, rows in inputs.items()}


def late_rows(mart: Mart, sources: Sources, day: date) -> Rows | None:
    """By input the rows that the date has not seen, or not as they are judged now; None if that cannot be told."""
    marks = sources[mart.table.full_name].marks
    if marks.get(code_mark(day)) != code_of(mart, sources, day):
        return None
    added: dict[str, pl.LazyFrame] = {}
    judged: dict[str, pl.LazyFrame] = {}
    for name, one in _events_of(mart).items():
        version = marks.get(read_mark(day, one.table))
        found = (
            None
            if version is None
            else (_compared if one.compared else _added)(sources[one.table], one, day, version)
        )
        if found is None:
            return None
        (judged if one.compared else added)[name] = found
    return {
        name: _with_judged(name, rows, judged, sources, mart.inputs[name], day)
        for name, rows in added.items()
    }


def _events_of(mart: Mart) -> dict[str, Input]:
    return {name: one for name, one in mart.inputs.items() if not one.is_reference}


def _added(source: Source, one: Input, day: date, version: int) -> pl.LazyFrame | None:
    additions = source.additions_since(version)
    rows = None if additions is None else additions.rows(one.first_read(day), one.last_read(day))
    return None if rows is None else rows.with_columns(pl.col(pl.Datetime).cast(pl.Int64))


def _compared(source: Source, one: Input, day: date, version: int) -> pl.LazyFrame | None:
    """Events in one version but not in the other."""
    before = source.opened.at(version)
    if before is None:
        return None
    then, now = (_events(table, one, day) for table in (before, source.opened))
    return pl.concat([then.join(now, on=EVENT, how="anti"), now.join(then, on=EVENT, how="anti")]).lazy()


def _events(table: LakeTable, one: Input, day: date) -> pl.DataFrame:
    return table.scan_dates(one.first_read(day), one.last_read(day)).select(EVENT).collect()


def _with_judged(
    name: str,
    added: pl.LazyFrame,
    judged: Mapping[str, pl.LazyFrame],
    sources: Sources,
    one: Input,
    day: date,
) -> pl.LazyFrame:
    """Added rows, and those whose judgement changed."""
    changed = pl.concat([rows.filter(pl.col("table") == name) for rows in judged.values()]).collect()
    if changed.is_empty():
        return added
    stored = sources[one.table].scan(one.first_read(day), one.last_read(day))
    return pl.concat([added, stored.join(changed.lazy(), on=EVENT[1:], how="semi")])


def _frames(rows: Rows) -> dict[str, Frame]:
    return {name: nw.from_native(frame) for name, frame in rows.items()}
