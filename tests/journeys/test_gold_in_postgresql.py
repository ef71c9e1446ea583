"""Gold in a real PostgreSQL is the lake's gold, row for row; what did not change is not brought again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import psycopg
import pytest
from pydantic import SecretStr

from advertisex_assets.serving.serve import SERVED_TABLES, Brought, serve, stale_tables
from resources.lake import Lake, Marks
from resources.lake.exchange import replace_dates
from resources.sample_traffic import TrafficConfig, write_files
from resources.serving import ServingError, served
from schemas.tables.gold import CAMPAIGN_DAILY, DAY_STATUS
from schemas.tables.table import Table
from tests.journeys.world import World, new_seed
from tests.real.postgres import Postgres

pytestmark = pytest.mark.real

DAY = date(2026, 3, 2)


@pytest.fixture
def uri(postgres: Postgres) -> SecretStr:
    """A database of this test's own."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS serving WITH (FORCE)")
        connection.execute("CREATE DATABASE serving")
    return SecretStr(postgres.url.removesuffix("postgres") + "serving")


def rows_there(uri: SecretStr, table: Table) -> pl.DataFrame:
    """A table as PostgreSQL has it."""
    with psycopg.connect(uri.get_secret_value()) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        columns = ", ".join(f'"{name}"' for name in table.schema)
        rows = connection.execute(f"SELECT {columns} FROM {table.layer}.{table.name}").fetchall()
    return pl.DataFrame(rows, schema=table.schema, orient="row")


def assert_same(lake: Lake, uri: SecretStr) -> None:
    """Every served table, row for row."""
    for table in filter(lake.exists, SERVED_TABLES):
        here = lake.open(table).scan().collect()
        there = rows_there(uri, table)
        assert there.sort(pl.all()).equals(here.sort(pl.all())), table.full_name


def lake_of(folder: Path, rows: pl.DataFrame) -> Lake:
    """A lake whose only table is gold.campaign_daily."""
    lake = Lake(str(folder / "lake"))
    replace_dates(lake.open(CAMPAIGN_DAILY), rows, rows["event_date"].unique().to_list(), Marks())
    return lake


def counts(day: date, campaign: str | None, impressions: int) -> pl.DataFrame:
    """One row of the mart."""
    row = {"event_date": day, "campaign_id": campaign, "impressions": impressions}
    return pl.DataFrame([row], schema_overrides=CAMPAIGN_DAILY.schema).select(
        (pl.col(name) if name in row else pl.lit(None, dtype).alias(name))
        for name, dtype in CAMPAIGN_DAILY.schema.items()
    )


def test_every_table_row_for_row_and_late_data_alone(uri: SecretStr, tmp_path: Path) -> None:
    """All of gold on generated traffic; then a late file, of which only its dates are brought."""
    traffic, world = tmp_path / "t", World(tmp_path)
    write_files(traffic, TrafficConfig(seed=new_seed(), events=2_000, days=3))
    world.load_reference(traffic / "reference")
    first, *others = sorted((traffic / "impressions").iterdir())
    for path in others:
        world.land("impressions", path)
    world.land("clicks_conversions", traffic / "clicks_conversions")
    world.refresh()
    assert any(table.rows for table in serve(world.lake, uri))
    assert_same(world.lake, uri)
    assert {(table.parts, table.rows) for table in serve(world.lake, uri)} == {(0, 0)}
    assert stale_tables(world.lake, uri) == []

    world.land("impressions", first)
    world.refresh()
    assert CAMPAIGN_DAILY.full_name in stale_tables(world.lake, uri)
    brought = {table.table: table for table in serve(world.lake, uri)}
    dates = world.rows(CAMPAIGN_DAILY)["event_date"].n_unique()
    assert 0 < brought[CAMPAIGN_DAILY.full_name].parts < dates
    assert_same(world.lake, uri)


def test_nothing_of_a_part_stands_when_its_bringing_dies(uri: SecretStr, tmp_path: Path) -> None:
    """Half a date is never seen, and the whole comes the next time."""
    lake = lake_of(tmp_path, counts(DAY, "c1", 5))
    serve(lake, uri)
    before = rows_there(uri, CAMPAIGN_DAILY)

    def dying() -> Iterator[pl.DataFrame]:
        yield counts(DAY, "c1", 6)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"), served(uri, CAMPAIGN_DAILY) as copy:
        copy.replace(DAY.isoformat(), dying(), "other")
    assert rows_there(uri, CAMPAIGN_DAILY).equals(before)
    replace_dates(lake.open(CAMPAIGN_DAILY), counts(DAY, None, 7), [DAY], Marks())
    assert serve(lake, uri) == [Brought(CAMPAIGN_DAILY.full_name, 1, 1, 0)]
    assert_same(lake, uri)


def test_a_date_that_is_gone_goes(uri: SecretStr, tmp_path: Path) -> None:
    """Retention and erasure reach PostgreSQL too."""
    lake = lake_of(tmp_path, pl.concat([counts(DAY, "c1", 5), counts(date(2026, 3, 3), "c1", 6)]))
    serve(lake, uri)
    replace_dates(lake.open(CAMPAIGN_DAILY), counts(DAY, "c1", 0).clear(), [DAY], Marks())
    assert serve(lake, uri) == [Brought(CAMPAIGN_DAILY.full_name, 0, 0, 1)]
    assert_same(lake, uri)


def test_other_columns_make_the_table_anew(uri: SecretStr, tmp_path: Path) -> None:
    """A table that an older version of this project made is replaced, keys and all."""
    lake = lake_of(tmp_path, counts(DAY, "c1", 5))
    older = Table("gold", "campaign_daily", "Older.", CAMPAIGN_DAILY.columns[:3], "x", ("event_date",), ("event_date",))
    with served(uri, older) as copy:
        copy.replace(DAY.isoformat(), iter([counts(DAY, "c1", 4)]), "older")
    serve(lake, uri)
    assert_same(lake, uri)
    with psycopg.connect(uri.get_secret_value()) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO gold.campaign_daily SELECT * FROM gold.campaign_daily")


def test_a_table_without_dates_is_one_part(uri: SecretStr, tmp_path: Path) -> None:
    """gold.day_status has no partitions."""
    lake = Lake(str(tmp_path))
    lake.open(DAY_STATUS).append(pl.DataFrame(schema=DAY_STATUS.schema), Marks())
    assert serve(lake, uri) == [Brought(DAY_STATUS.full_name, 1, 0, 0)]
    assert serve(lake, uri) == [Brought(DAY_STATUS.full_name, 0, 0, 0)]


@pytest.mark.parametrize("wrong", ["postgresql://who:secret@127.0.0.1:9/x", "postgresql://secret@[", "secret"])
def test_a_wrong_address_is_one_sentence_without_secrets(wrong: str, tmp_path: Path) -> None:
    """What cannot be done and where to look; never the password."""
    lake = lake_of(tmp_path, counts(DAY, "c1", 5))
    with pytest.raises(ServingError, match="ADVERTISEX_SERVING_POSTGRESQL_URI") as error:
        serve(lake, SecretStr(wrong))
    assert "secret" not in str(error.value)
