"""What an engine reads of a table is what is stored, to the type: its dates, its files, columns declared later."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl
import pytest

from resources.engine import Engine
from resources.engine.spark import Spark
from resources.engine.tasks import each
from resources.lake import Lake, LakeTable, Marks
from resources.lake.live import live_files
from schemas.errors import ContractError
from schemas.tables.table import UTC_MICROS, Table, TableColumn

FIRST = date(2026, 3, 28)
TYPES = {
    "feed": pl.String(),
    "event_date": pl.Date(),
    "text": pl.String(),
    "number": pl.Int64(),
    "rate": pl.Float64(),
    "is_it": pl.Boolean(),
    "at": UTC_MICROS,
    "day": pl.Date(),
    "exact": pl.Decimal(18, 9),
    "bytes": pl.Binary(),
    "texts": pl.List(pl.String()),
}
TIMES = (
    datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
"""Around changes of clocks, to the microsecond."""


def table_of(types: dict[str, pl.DataType]) -> Table:
    """A table with those columns."""
    columns = tuple(TableColumn(name, dtype, "") for name, dtype in types.items())
    return Table("silver", "everything", "", columns, "", ("feed", "event_date"))


def rows_of(day: date, number: int, **later: object) -> pl.DataFrame:
    """Three rows, the last of nulls."""
    base = {"feed": "clicks", "event_date": day}
    full = [
        base
        | {
            "text": f"naïve {n} \U0001f600\n'\"",
            "number": (-1) ** n * (2**63 - 1),
            "rate": 0.1 + n,
            "is_it": n == 0,
            "at": TIMES[(number + n) % len(TIMES)],
            "day": day - timedelta(days=n),
            "exact": Decimal("1.083400001"),
            "bytes": b"\x00\xff",
            "texts": ["a", None, ""],
        }
        | later
        for n in range(2)
    ]
    return pl.DataFrame([*full, base], schema=TYPES | {name: pl.String() for name in later}, orient="row")


@pytest.fixture
def stored(tmp_path: Path) -> LakeTable:
    """Four dates of two files each; `later` was declared when half of them were written."""
    lake, old, new = Lake(str(tmp_path / "it's")), table_of(TYPES), table_of(TYPES | {"later": pl.String()})
    for n in range(8):
        day = FIRST + timedelta(days=n % 4)
        if n < 4:
            lake.open(old).append(rows_of(day, n), Marks())
        else:
            lake.open(new).append(rows_of(day, n, later="now"), Marks())
    return lake.open(new)


def assert_same(rows: pl.DataFrame, expected: pl.DataFrame) -> None:
    """Columns, types and values, in any order."""
    assert rows.schema == expected.schema
    lists = pl.col(pl.List(pl.String)).list.join("|", ignore_nulls=True)
    assert rows.with_columns(lists).sort(pl.all()).equals(expected.with_columns(lists).sort(pl.all()))


def test_dates_of_a_table(stored: LakeTable, engine: Engine) -> None:
    """Those dates and no others."""
    first, last = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
    found = engine.collect(engine.scan_dates(stored, first, last))
    assert found.height == 12
    assert_same(found, stored.scan_dates(first, last).collect())


def test_files_of_a_table(stored: LakeTable, engine: Engine) -> None:
    """One of before the column was declared; none at all."""
    oldest = live_files(stored)[:1]
    found = engine.collect(engine.scan_files(stored, oldest))
    assert_same(found, stored.scan().filter(pl.col("event_date") == FIRST, pl.col("later").is_null()).collect()[:3])
    none = engine.collect(engine.scan_files(stored, []))
    assert none.is_empty() and none.schema == found.schema


def test_rows_come_back_as_they_went(engine: Engine) -> None:
    """Of every type that tables have."""
    rows = rows_of(FIRST, 0)
    assert_same(engine.collect(engine.rows(rows)), rows)


def test_times_become_epoch_microseconds(engine: Engine) -> None:
    """To the microsecond, and null where there is none."""
    rows = pl.DataFrame({"at": [*TIMES, None], "n": range(len(TIMES) + 1)}, schema={"at": UTC_MICROS, "n": pl.Int64()})
    counted = engine.collect(engine.epoch_micros(engine.rows(rows), ["at"]))
    assert_same(counted, rows.with_columns(pl.col("at").cast(pl.Int64)))


def test_frames_of_one_engine_join(stored: LakeTable, engine: Engine) -> None:
    """Stored rows with rows made in Python; a filter by time is by the instant."""
    scanned = engine.scan_dates(stored, FIRST, FIRST + timedelta(days=3)).filter(nw.col("at") == nw.lit(TIMES[0]))
    wanted = engine.rows(pl.DataFrame({"event_date": [FIRST]}))
    joined = scanned.join(wanted, on="event_date", how="semi").select("event_date", "at")
    expected = stored.scan().filter(pl.col("at") == TIMES[0], pl.col("event_date") == FIRST).select("event_date", "at")
    assert expected.collect().height > 0
    assert_same(engine.collect(joined), expected.collect())


def test_folders_that_do_not_tell_the_partition_are_refused(stored: LakeTable, engine: Engine) -> None:
    """They would show wrong dates, since they read partition values from names."""
    one = live_files(stored)[0]
    elsewhere = replace(one, path="plain/" + one.path.rpartition("/")[2])
    with pytest.raises(ContractError, match="not named by its partitions"):
        engine.scan_files(stored, [elsewhere])


def test_spark_sessions_that_cannot_be_had_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence that says what to install."""
    monkeypatch.setattr("resources.engine.spark.find_spec", lambda name: None)
    with pytest.raises(Exception, match=r"pip install 'advertisex-lakehouse\[spark\]'"):
        Spark("local[1]")


@pytest.mark.real
@pytest.mark.usefixtures("spark")
def test_workers_of_a_local_spark_run_what_this_process_runs() -> None:
    """Whatever Python comes first in the path: they need our packages."""
    assert each(Spark("local[2]").session, str.upper, ["a", "b"]) == ["A", "B"]
