"""Rows that the lake writes into files of its own making are read back as they were, and commit as any others do."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.lake import CommitConflictError, Lake, Marks
from schemas.tables.table import UTC_MICROS, Table, TableColumn

SCHEMA = {
    "day": pl.Date(),
    "text": pl.String(),
    "bytes": pl.Binary(),
    "number": pl.Int64(),
    "at": UTC_MICROS,
    "flags": pl.List(pl.String()),
    "ratio": pl.Float64(),
}
TABLE = Table(
    layer="test",
    name="files",
    description="Rows of every kind.",
    columns=tuple(TableColumn(name, dtype, name) for name, dtype in SCHEMA.items()),
    grain="one row",
    partition_by=("day",),
    append_only=True,
    change_feed=True,
    statistics_columns=("text", "number", "at"),
)

TEXTS = st.sampled_from(["same", "", "ü"]) | st.text(max_size=300)
MOMENTS = st.integers(-62_135_510_400_000_000, 253_402_214_400_000_000).map(
    lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)
ROWS = st.fixed_dictionaries(
    {
        "day": st.sampled_from([date(2026, 3, 1), date(2026, 3, 2)]),
        "text": st.none() | TEXTS,
        "bytes": st.none() | st.binary(max_size=100),
        "number": st.none() | st.integers(-(2**63), 2**63 - 1),
        "at": st.none() | MOMENTS,
        "flags": st.none() | st.lists(TEXTS, max_size=3),
        "ratio": st.none() | st.floats(allow_nan=False),
    }
)


def frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


def alike(rows: pl.DataFrame, others: pl.DataFrame) -> bool:
    """The same rows in any order."""
    one, other = (sorted(map(repr, each.select(list(SCHEMA)).iter_rows())) for each in (rows, others))
    return one == other


@given(rows=st.lists(ROWS, min_size=1, max_size=8) | ROWS.map(lambda row: [row] * 3))
@settings(deadline=None, max_examples=50)
def test_rows_come_back_and_are_found_by_their_values(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    table = Lake(str(tmp_path_factory.mktemp("lake"))).open(TABLE)
    table.append(frame(rows[:1]), Marks())
    table.append(frame(rows), Marks({"mark": 7}))
    written = frame([*rows[:1], *rows])
    assert table.mark("mark") == 7
    assert alike(table.scan().collect(), written)
    for column in TABLE.statistics_columns:
        wanted = pl.col(column) == pl.lit(rows[-1][column], SCHEMA[column])
        assert alike(table.scan().filter(wanted).collect(), written.filter(wanted))


@given(rows=st.lists(ROWS, min_size=1, max_size=6), bounds=st.tuples(TEXTS, TEXTS), has_statistics=st.booleans())
@settings(deadline=None, max_examples=30)
def test_files_between_two_texts_hold_every_row_between_them(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, object]],
    bounds: tuple[str, str],
    has_statistics: bool,
) -> None:
    declared = TABLE if has_statistics else dataclasses.replace(TABLE, statistics_columns=("number",))
    table = Lake(str(tmp_path_factory.mktemp("lake"))).open(declared)
    for row in rows:
        table.append(frame([row]), Marks())
    low, high = sorted(bounds)
    between = pl.col("text").is_between(pl.lit(low), pl.lit(high))
    found = table.scan_files_between("text", low, high).filter(between).collect()
    assert alike(found, frame(rows).filter(between))


def test_files_between_leave_others_unread(tmp_path: Path) -> None:
    table = Lake(str(tmp_path)).open(TABLE)
    for text in ("b", None, "d"):
        table.append(frame([{"day": date(2026, 3, 1), "text": text, "number": 1}]), Marks())
    assert table.scan_files_between("text", "a", "c").collect()["text"].to_list() == ["b"]


def one(number: int) -> pl.DataFrame:
    return frame([{"day": date(2026, 3, 1), "text": "a", "number": number}])


def test_of_two_writers_of_one_mark_the_second_fails(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    first, second = lake.open(TABLE), lake.open(TABLE)
    first.append(one(1), Marks({"mark": 1}))
    with pytest.raises(CommitConflictError):
        second.append(one(2), Marks({"mark": 2}))
    assert lake.open(TABLE).scan().collect()["number"].to_list() == [1]


def test_a_handle_sees_its_own_commits_and_those_before_them(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    first, second = lake.open(TABLE), lake.open(TABLE)
    first.append(one(1), Marks({"one": 1}))
    second.append(one(2), Marks({"two": 2}))
    assert (second.version, second.mark("one"), second.mark("two")) == (2, 1, 2)
    assert second.changes(after=0)["number"].sort().to_list() == [1, 2]


def test_the_log_is_summed_up_now_and_then(tmp_path: Path) -> None:
    table = Lake(str(tmp_path)).open(TABLE)
    for number in range(101):
        table.append(one(number), Marks({"mark": number}))
    assert list((tmp_path / "test" / "files" / "_delta_log").glob("*.checkpoint.parquet"))
    assert Lake(str(tmp_path)).open(TABLE).marks() == {"mark": 100}


@pytest.mark.parametrize("before", [False, True])
def test_a_handle_tells_its_marks_after_somebody_summed_up_newer_ones(tmp_path: Path, before: bool) -> None:
    lake = Lake(str(tmp_path))
    for number in range(4):
        lake.open(TABLE).append(one(number), Marks({"mark": number}))
        if before and number == 1:
            lake.open(TABLE).delta.create_checkpoint()
    handle, asked_late = lake.open(TABLE), lake.open(TABLE)
    lake.open(TABLE).append(one(4), Marks({"mark": 4}))
    lake.open(TABLE).delta.create_checkpoint()
    assert handle.marks() == {"mark": 3}
    for commit in (tmp_path / "test" / "files" / "_delta_log").glob("*[0-3].json"):
        commit.unlink()
    with pytest.raises(CommitConflictError, match="no longer tells"):
        asked_late.marks()


def test_a_replace_takes_the_place_of_such_rows(tmp_path: Path) -> None:
    table = Lake(str(tmp_path)).open(dataclasses.replace(TABLE, append_only=False))
    table.append(pl.concat([one(1), one(2).with_columns(pl.lit(date(2026, 3, 2)).alias("day"))]), Marks())
    table.replace(one(3), "day IN ('2026-03-01')", Marks())
    assert table.scan().collect()["number"].sort().to_list() == [2, 3]
