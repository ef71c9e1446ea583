"""SQL gives the same answers however DuckDB is handed a table: what it pushes into Polars is what was asked."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, Field, write_deltalake
from deltalake.schema import PrimitiveType

from resources.lake import Lake
from resources.query import query
from tests.journeys.gold.silver_rows import write

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, 0, 0, 123_456, UTC)
CONDITIONS = (
    "event_date = DATE '2026-03-02'",
    "event_date NOT IN (DATE '2026-03-02')",
    "event_at >= TIMESTAMPTZ '2026-03-02 13:00:00.123456+01'",
    "event_at < TIMESTAMP '2026-03-03'",
    "website = 'it''s.example'",
    "website <> 'it''s.example'",
    "website IS DISTINCT FROM ''",
    "website LIKE 'ü%' OR price_micros IS NULL",
    "price_micros = 9007199254740993",
    "price_micros > 0.5",
    "price_micros NOT IN (0, 4611686018427387904)",
    "NOT (price_micros = 0)",
    "list_contains(flags, 'late')",
    "len(flags) = 0",
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two dates with every mixture of some awkward values."""
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    mixtures = product((None, "", "it's.example", "ü.example"), (None, 0, 2**53 + 1, 2**62), (None, [], ["late"]))
    for shift in (timedelta(), timedelta(days=1)):
        rows = [
            {"event_id": f"i-{n}", "event_at": NOON + shift, "website": site, "price_micros": price, "flags": flags}
            for n, (site, price, flags) in enumerate(mixtures)
        ]
        write(lake, "impressions", DAY + shift, rows)
        mixtures = product((None, "ü.example"), (None, 2**62), (None,))
    return lake


@pytest.mark.parametrize("condition", CONDITIONS)
def test_small_and_large_tables_give_the_same_rows(lake: Lake, condition: str, monkeypatch) -> None:
    """A table that is streamed, as large ones are, and one that is not."""
    statement = f"SELECT event_date, event_id, website FROM silver.impressions WHERE {condition} ORDER BY ALL"
    small = query(lake, statement)
    monkeypatch.setattr("resources.lake.lake.MOST_HELD_ROWS", 0)
    assert small.height > 0
    assert small.equals(query(lake, statement))


def test_files_and_plans_give_the_same_rows(tmp_path: Path, monkeypatch) -> None:
    """A table without partitions, which DuckDB reads by its files: one column came later, one has no rows yet."""
    lake, uri = Lake(str(tmp_path)), str(tmp_path / "gold" / "table")
    first = pl.DataFrame({"at": [NOON, None], "day": [DAY, DAY], "rate": [Decimal("1.50"), None], "names": [["a"], []]})
    write_deltalake(uri, first)
    write_deltalake(uri, first.with_columns(late=pl.lit(2**62)), mode="append", schema_mode="merge")
    found, statement = [], "SELECT * FROM gold.table ORDER BY ALL"
    for few in (16, 0):
        monkeypatch.setattr("resources.lake.lake.FEW_FILES", few)
        found.append(query(lake, statement))
    assert found[0].equals(found[1]) and found[0].schema == found[1].schema
    assert found[0]["late"].drop_nulls().to_list() == [2**62] * 2
    DeltaTable(uri).alter.add_columns([Field("since", PrimitiveType("string"))])
    monkeypatch.setattr("resources.lake.lake.FEW_FILES", 16)
    assert query(lake, statement)["since"].to_list() == [None] * 4


def test_a_name_in_quotes_or_capitals_is_found(lake: Lake) -> None:
    """As DuckDB itself takes names; columns of an alias are no tables."""
    statement = 'SELECT count(i.event_id) AS n FROM "silver"."IMPRESSIONS" AS i WHERE i.website IS NULL'
    assert query(lake, statement).to_dicts() == query(lake, statement.replace('"', "")).to_dicts() == [{"n": 14}]
