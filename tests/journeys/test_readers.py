"""Everything that people read gold with reads the same numbers: one lake, every reader for real."""

import dataclasses
import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import url2pathname

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable

from resources.lake import Lake, LakeTable, Marks
from resources.lake.exchange import replace_dates
from resources.lake.manifest import write_manifest
from resources.sample_traffic import TrafficConfig, write_files
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.table import Table
from tests.journeys.world import World, new_seed
from tests.real.object_store import BUCKET, ObjectStore
from tests.real.processes import free_port
from tests.real.trino import Trino

BY_FOLDER = dataclasses.replace(CAMPAIGN_DAILY, dated_by=None, partition_by=("event_date",))
"""As gold's larger tables are laid out."""

COLUMNS = ("event_date", "campaign_id", "impressions", "clicks", "spend_micros", "ctr")

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three days of traffic, refreshed."""
    world = World(tmp_path_factory.mktemp("readers"))
    write_files(world.folder / "t", TrafficConfig(seed=new_seed(), events=1_000, days=3))
    world.load_reference(world.folder / "t" / "reference")
    for feed in ("impressions", "clicks_conversions"):
        world.land(feed, world.folder / "t" / feed)
    world.refresh(CAMPAIGN_DAILY.name)
    return world


@pytest.fixture(scope="module")
def table(world: World) -> str:
    """Where gold.campaign_daily is."""
    return world.lake.uri(CAMPAIGN_DAILY)


@pytest.fixture(scope="module")
def expected(world: World) -> Rows:
    """What the pipeline itself reads."""
    return sorted(world.rows(CAMPAIGN_DAILY).select(COLUMNS).rows())


def by_polars(table: str) -> Rows:
    return pl.scan_delta(table).select(COLUMNS).collect().rows()


def by_duckdb(table: str) -> Rows:
    daily = DeltaTable(table).to_pyarrow_dataset()
    assert daily is not None  # DuckDB finds it by its name
    return duckdb.sql(f"SELECT {', '.join(COLUMNS)} FROM daily").fetchall()


def by_arrow(table: str) -> Rows:
    columns = DeltaTable(table).to_pyarrow_table(columns=list(COLUMNS)).to_pydict()
    return list(zip(*columns.values(), strict=True))


def by_pandas(table: str) -> Rows:
    pytest.importorskip("pandas")
    frame = DeltaTable(table).to_pandas(columns=list(COLUMNS))
    frame = frame.astype(object).where(frame.notna(), None)
    return [tuple(row) for row in frame.itertuples(index=False)]


def said(table: str, *command: str) -> Any:
    """What a command of ours prints as JSON."""
    program = Path(sys.executable).parent / "advertisex"
    lake = {"ADVERTISEX_LAKE": str(Path(table).parents[1])}
    printed = subprocess.run(
        [program, *command, "--format", "json"], env=lake, capture_output=True, text=True, check=True
    )
    return json.loads(printed.stdout)


def by_sql_command(table: str) -> Rows:
    rows = said(table, "sql", f"SELECT {', '.join(COLUMNS)} FROM gold.campaign_daily")
    return [(date.fromisoformat(row["event_date"]), *(row[name] for name in COLUMNS[1:])) for row in rows]


@pytest.mark.parametrize("read", [by_polars, by_duckdb, by_arrow, by_pandas, by_sql_command])
def test_it_reads_the_same_numbers(read: Callable[[str], Rows], table: str, expected: Rows) -> None:
    """Row for row, rates included."""
    assert sorted(read(table)) == expected


@pytest.mark.real
def test_spark_reads_the_same_numbers(spark: Any, table: str, expected: Rows) -> None:
    """With Delta's own jars."""
    rows = spark.read.format("delta").load(table).select(*COLUMNS).collect()
    assert sorted(tuple(row) for row in rows) == expected


def replace(rows: LakeTable, others: pl.DataFrame, day: date) -> None:
    """Puts other rows in the place of a date's."""
    replace_dates(rows, others, [day], Marks())


def listed_rows(uri: str) -> Rows:
    """What a warehouse reads that knows the lists alone: their files, and dates from the lists' folders, if any."""
    rows: Rows = []
    for names in sorted(Path(uri).rglob("manifest")):
        files = [url2pathname(line) for line in names.read_text().splitlines()]
        found = duckdb.read_parquet(files, hive_partitioning=False)
        _, _, day = names.parent.name.partition("event_date=")
        date_column = f"DATE '{day}'" if day else "event_date"
        rows += found.project(", ".join((date_column, *COLUMNS[1:]))).fetchall()
    return sorted(rows)


def test_the_command_lists_files(table: str, expected: Rows) -> None:
    (listed,) = said(table, "manifest", "gold.campaign_daily")
    assert listed["table"] == "gold.campaign_daily"
    assert listed_rows(listed["uri"]) == expected


layouts = pytest.mark.parametrize(
    "declared", [CAMPAIGN_DAILY, BY_FOLDER], ids=["shared files", "a folder for each date"]
)


@layouts
def test_lists_of_files_name_what_is_live(
    declared: Table, world: World, tmp_path: Path, expected: Rows
) -> None:
    """Also after a date was rewritten, and after one was emptied."""
    copy = Lake(str(tmp_path)).open(declared)
    first, second = sorted({row[0] for row in expected})[:2]
    all_rows = world.rows(CAMPAIGN_DAILY)
    for day in (first, second):
        replace(copy, all_rows.filter(pl.col("event_date") == day), day)
    write_manifest(copy)
    replace(copy, all_rows.filter(pl.col("event_date") == first).head(1), first)
    replace(copy, all_rows.clear(), second)
    written = write_manifest(copy)
    assert listed_rows(written.uri) == sorted(copy.scan().select(COLUMNS).collect().rows())
    assert {row[0] for row in listed_rows(written.uri)} == {first}


@pytest.mark.real
@pytest.mark.soak  # 450 MB to download, a minute to start
@pytest.mark.timeout(1_200)
@layouts
def test_trino_reads_the_lists(
    declared: Table, world: World, object_store: ObjectStore, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real Trino, by a Hive catalogue, of a lake on a real S3 server; also after a date was rewritten."""
    pytest.importorskip("thrift_files", reason="`.ci/setup real` brings Hive's interface")
    from tests.real.hive_catalog import HiveCatalog, ListedTable

    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    copy = Lake(f"s3://{BUCKET}/{uuid.uuid4()}").open(declared)
    days = sorted({row[0] for row in expected})
    replace_dates(copy, world.rows(CAMPAIGN_DAILY), days, Marks())
    day = days[0]
    replace(copy, world.rows(CAMPAIGN_DAILY).filter(pl.col("event_date") == day), day)
    written = write_manifest(copy)
    counts = dict.fromkeys(("impressions", "clicks", "spend_micros"), "bigint")
    kinds = {"event_date": "date", "campaign_id": "string", **counts, "ctr": "double"}
    by_folder = {name: kinds.pop(name) for name in declared.partition_by}
    listed = ListedTable("gold", "campaign_daily", written.uri, kinds, by_folder, [day.isoformat() for day in days])
    port = free_port()
    HiveCatalog(listed).serve(port)
    trino = Trino(object_store, port)
    trino.start()
    rows = trino.query(f"SELECT {', '.join(COLUMNS)} FROM gold.campaign_daily")
    assert sorted((date.fromisoformat(row[0]), *row[1:]) for row in rows) == expected
    counted = trino.query(f"SELECT count(*) FROM gold.campaign_daily WHERE event_date = DATE '{day}'")
    assert counted == [[sum(row[0] == day for row in expected)]]
    trino.end(keep_log=False)
