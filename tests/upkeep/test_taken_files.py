"""Files that others wrote become part of a table in one commit, and never beside rows that they were to replace."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from resources.lake import CommitConflictError, Lake, LakeTable, Marks
from resources.lake.live import live_files
from resources.lake.maintain import optimise
from resources.lake.place import Place
from resources.lake.take import put_files, take, take_instead
from schemas.tables.table import Pieces, Table, TableColumn

FIRST = date(2026, 3, 1)
COLUMNS = (TableColumn("event_date", pl.Date(), ""), TableColumn("number", pl.Int64(), ""))
TABLE = Table("silver", "numbers", "", COLUMNS, "one number", ("event_date",), statistics_columns=("number",))
LARGE_BYTES = 1 << 30


def rows(day: int, *numbers: int) -> pl.DataFrame:
    """Rows of a date."""
    return pl.DataFrame({"event_date": [FIRST + timedelta(days=day)] * len(numbers), "number": numbers})


def numbers(lake: Lake) -> list[int]:
    """All that the table holds."""
    return sorted(lake.open(TABLE).scan().collect()["number"])


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two dates, the first in two files."""
    lake = Lake(str(tmp_path))
    for day, number in ((0, 1), (0, 2), (1, 10)):
        lake.open(TABLE).append(rows(day, number), Marks())
    return lake


def replace_first(opened: LakeTable) -> None:
    """The first date has one number, 3."""
    files = put_files(Place.of(opened), rows(0, 3))
    take_instead(opened, files, {"event_date": [FIRST.isoformat()]}, Marks({"first": (opened.mark("first") or 0) + 1}))


def test_they_are_added_and_put_in_the_place_of_others(lake: Lake) -> None:
    """Other dates keep their rows, and marks are set with the rows."""
    replace_first(lake.open(TABLE))
    assert numbers(lake) == [3, 10]
    opened = lake.open(TABLE)
    take(opened, put_files(Place.of(opened), rows(2, 20)), Marks())
    assert numbers(lake) == [3, 10, 20]
    assert lake.open(TABLE).mark("first") == 1


def test_another_date_may_be_written_meanwhile(lake: Lake) -> None:
    opened = lake.open(TABLE)
    lake.open(TABLE).append(rows(1, 11), Marks({"second": 1}))
    replace_first(opened)
    assert numbers(lake) == [3, 10, 11]


def test_files_that_were_merged_meanwhile_are_noticed(lake: Lake) -> None:
    """Their rows are in another file now, which the commit would not have removed."""
    opened = lake.open(TABLE)
    optimise(lake.open(TABLE), live_files(opened)[0], LARGE_BYTES)
    with pytest.raises(CommitConflictError):
        replace_first(opened)
    assert numbers(lake) == [1, 2, 10]


def test_of_two_that_set_a_mark_one_is_first(lake: Lake) -> None:
    """Also where the other one changed no file of the date."""
    opened = lake.open(TABLE)
    lake.open(TABLE).append([], Marks({"first": 7}))
    with pytest.raises(CommitConflictError):
        replace_first(opened)


def test_a_column_that_was_declared_since_is_added_first(lake: Lake) -> None:
    """The files have it already."""
    wider = Table(
        "silver", "numbers", "", (*COLUMNS, TableColumn("word", pl.String(), "")), "one number", ("event_date",),
        statistics_columns=("number",),
    )  # fmt: skip
    opened = lake.open(wider)
    take(opened, put_files(Place.of(opened), rows(2, 20).with_columns(pl.lit("w").alias("word"))), Marks())
    found = lake.open(wider).scan().sort("number").collect()
    assert found["word"].to_list() == [None, None, None, "w"]


def test_a_table_that_is_cut_finely_has_files_and_row_groups_of_that_size(tmp_path: Path) -> None:
    """Whoever looks up few of its keys reads one of them, found by bounds that the log, which all may read, has not."""
    finely = replace(
        TABLE, pieces=Pieces(row_group_rows=100, file_bytes=2_000), sort_by=("number",), statistics_columns=()
    )
    opened = Lake(str(tmp_path)).open(finely)
    put = put_files(opened, rows(0, *range(10_000)))
    take(opened, put, Marks())
    assert len(put) > 10
    assert opened.scan().collect()["number"].sort().to_list() == list(range(10_000))
    kept = [pq.read_metadata(tmp_path / "silver" / "numbers" / file.path) for file in put]
    assert sum(one.num_rows for one in kept) == 10_000
    groups = [one.row_group(n) for one in kept for n in range(one.num_row_groups)]
    assert max(group.num_rows for group in groups) == 100
    places = [group.column(0).statistics for group in groups]
    assert all(high - low < 100 for low, high in ((place.min, place.max) for place in places))
    assert pl.DataFrame(opened.delta.get_add_actions(flatten=True))["min.number"].null_count() == len(put)
