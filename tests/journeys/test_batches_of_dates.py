"""Rows of some dates come in batches: every one of them, once, and nothing is read before its turn."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from resources.lake import Lake, Marks
from resources.lake import batches as module
from resources.lake.batches import batches
from schemas.discover import feed_named
from schemas.tables.bronze import bronze_table

FIRST = date(2026, 11, 2)
TABLE = bronze_table(feed_named("impressions"))

file = st.lists(st.integers(0, 3), min_size=1, max_size=12)
"""The days of a file's rows, in their order."""


def rows_of(days: list[int], number: int) -> pl.DataFrame:
    """Rows of bronze that say nothing but where they stand."""
    landed = datetime(2026, 11, 9 + number % 2, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "event_date": [FIRST + timedelta(days=day) for day in days],
            "landing_date": [landed.date()] * len(days),
            "payload": [f"{number}/{place}".encode() for place in range(len(days))],
        }
    )
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in TABLE.schema.items()
    )


@settings(max_examples=20)
@given(st.lists(file, max_size=4), st.sets(st.integers(0, 3), min_size=1), st.integers(1, 7))
def test_batches_are_the_rows_of_the_dates(tmp_path_factory, files, days, rows):
    table = Lake(str(tmp_path_factory.mktemp("lake"))).open(TABLE)
    for number, some in enumerate(files):
        table.append(rows_of(some, number), Marks())
    dates = {FIRST + timedelta(days=day) for day in days}

    found = list(batches(table, "event_date", dates, rows))

    assert [piece.height for piece in found[:-1]] == [rows] * len(found[:-1])
    expected = table.scan().filter(pl.col("event_date").is_in(sorted(dates))).collect()
    assert_frame_equal(pl.concat([expected.clear(), *found]), expected, check_row_order=False)


def test_no_slice_is_read_before_its_turn(tmp_path, monkeypatch):
    table = Lake(str(tmp_path)).open(TABLE)
    table.append(rows_of([0, 1] * 50, 0), Marks())
    read = []
    monkeypatch.setattr(module, "copied", lambda rows: (read.append(rows.height), rows)[1])

    found = batches(table, "event_date", {FIRST}, 10)

    assert next(found).height == 10
    assert read == [5, 5]
