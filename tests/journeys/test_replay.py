"""Refused rows come back when the rules of today accept them: shown first without a trace, then done, once."""

import dataclasses
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import fastavro
import polars as pl
import pytest

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.bronze.stamp import stamp
from advertisex_assets.cli.output import Format
from advertisex_assets.cli.replay import KEYS, gold_cells, replay_command, summary
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.reference.read import read_reference
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs, silver_inputs
from advertisex_assets.silver.preview import Preview, preview
from advertisex_assets.silver.replay import replay
from advertisex_assets.transforms.enrich import Reference
from advertisex_assets.transforms.watch.conservation import unbalanced
from advertisex_assets.upkeep.retention import drop_expired
from advertisex_assets.watch.losses import find_losses
from advertisex_assets.watch.recount import recount
from resources.files import list_files
from resources.lake import Lake, Marks
from resources.run import Run
from resources.world import open_lake
from schemas.codecs.schema_source import NoSchemas, RegisteredSchema
from schemas.discover import feed_named
from schemas.feed import Feed
from schemas.feeds import clicks_conversions
from schemas.tables.bronze import bronze_table
from schemas.tables.gold import CAMPAIGN_HOURLY
from schemas.tables.silver import QUARANTINE, silver_tables
from schemas.types import Category, EventTime
from tests.journeys.world import KEY, World

FEED = feed_named("clicks_conversions")
SPAN = (date(2026, 10, 1), date(2026, 10, 31))

HEADER = "event_id,timestamp,user_id,campaign_id,event_type,revenue,currency"
ROWS = (
    "e1,2026-10-05T10:00:00Z,u1,k1,subscribe,12.50,USD",
    "e2,2026-10-05T10:30:00Z,u2,k1,subscribe,7.50,USD",
    "e3,2026-10-06T11:00:00Z,u3,k2,subscribe,1.00,USD",
    "e3,2026-10-06T11:00:00Z,u3,k2,subscribe,1.00,USD",
    "e4,2026-10-06T11:00:00Z,u4,k2,purchase,5.00,USD",
    "e5,2026-10-07T12:00:00Z,u5,k2,visit,,USD",
)


def knowing(word: str, kind: str) -> Feed:
    """The feed with one more word in its table of types."""

    def extended(name: str, becomes: str) -> Category:
        known = FEED.column(name).type
        assert isinstance(known, Category)
        return Category({**known.mapping, word: becomes})

    types = {"conversion_type": extended("conversion_type", word), "event_class": extended("event_class", kind)}
    columns = [dataclasses.replace(column, type=types.get(column.name, column.type)) for column in FEED.columns]
    return dataclasses.replace(FEED, columns=tuple(columns))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A lake with rows of a type that nobody knew."""
    world = World(tmp_path)
    (tmp_path / "events.csv").write_text("\n".join([HEADER, *ROWS]))
    world.land(FEED.name, tmp_path / "events.csv")
    world.refresh()
    return world


def inputs_of(world: World) -> Inputs:
    """What silver depends on."""
    return Inputs(read_reference(world.lake), KEY)


def looked_at(world: World, feed: Feed) -> Preview:
    """What a replay would change."""
    return preview(world.lake, feed, inputs_of(world), SPAN)


def versions(world: World) -> dict[str, int]:
    """The number of commits of every table."""
    folder = Path(world.lake.root)
    return {str(log.parent): len(list(log.glob("*.json"))) for log in folder.glob("*/*/_delta_log")}


def hourly(world: World) -> pl.DataFrame:
    """gold.campaign_hourly in order."""
    return world.rows(CAMPAIGN_HOURLY).sort(CAMPAIGN_HOURLY.grain_columns)


def test_a_word_that_is_learned_brings_its_rows_back(world: World) -> None:
    """The dry run names the rows, their worth and the cells of gold, and writes nothing; the replay does just that."""
    learned, before, written = knowing("subscribe", "conversion"), hourly(world), versions(world)
    assert looked_at(world, FEED).changes.is_empty()
    foreseen = looked_at(world, learned)
    told = summary(learned, foreseen)
    back = told.filter(pl.col("change") == "brought_back").sort("event_date")
    assert back.select("event_date", "rows", "micros", "gold_cells").rows() == [
        (date(2026, 10, 5), 2, 20_000_000, 1),
        (date(2026, 10, 6), 1, 1_000_000, 1),
    ]
    assert back["codes"].to_list() == [["unknown_type"]] * 2
    assert told.filter(pl.col("change") == "reclassified").select("was", "becomes", "rows").rows() == [
        ("quarantined", "duplicate", 1)
    ]
    assert versions(world) == written
    replay(world.lake, learned, inputs_of(world), world.run, foreseen)
    refresh_gold(world.lake, world.run)
    changed = hourly(world).join(before, on=before.columns, how="anti", nulls_equal=True)
    assert changed.height == foreseen.changes.select(gold_cells()).item()
    assert changed["conversions"].to_list() == [2, 2]


def test_a_second_replay_finds_nothing_to_do(world: World) -> None:
    """And commits nothing."""
    learned = knowing("subscribe", "conversion")
    replay(world.lake, learned, inputs_of(world), world.run, looked_at(world, learned))
    written = versions(world)
    again = looked_at(world, learned)
    assert again.changes.is_empty()
    replay(world.lake, learned, inputs_of(world), world.run, again)
    assert versions(world) == written


def test_a_word_that_is_forgotten_takes_its_rows_away(world: World) -> None:
    """What a rule refuses from now on is foreseen as well."""
    learned = knowing("subscribe", "conversion")
    replay(world.lake, learned, inputs_of(world), world.run, looked_at(world, learned))
    told = summary(FEED, looked_at(world, FEED))
    away = told.filter(pl.col("change") == "taken_away")
    assert away.select(pl.col("rows", "micros").sum()).row(0) == (3, 21_000_000)
    assert set(away["becomes"]) == {"quarantined"}


@dataclasses.dataclass(frozen=True)
class Late(EventTime):
    """Event times as a contract reads them that has learned of a sender's clock, five days behind."""

    def parse(self, text: pl.Expr) -> pl.Expr:
        """Five days later."""
        return super().parse(text).dt.offset_by("5d")


def slow_feed() -> Feed:
    """The feed with that clock."""
    timed = dataclasses.replace(FEED.time_column, type=Late())
    columns = tuple(timed if column.name == timed.name else column for column in FEED.columns)
    return dataclasses.replace(FEED, columns=columns)


def test_rows_go_to_their_dates_and_only_there(world: World) -> None:
    """Also to dates that nobody named; the replay of the first dates is foreseen with the last ones."""
    slow = slow_feed()
    foreseen = preview(world.lake, slow, inputs_of(world), (date(2026, 10, 6), date(2026, 10, 6)))
    moved = summary(slow, foreseen).filter(change="moved", was="accepted")
    assert moved.select("was_date", "event_date", "rows").rows() == [(date(2026, 10, 6), date(2026, 10, 11), 1)]
    replay(world.lake, slow, inputs_of(world), world.run, foreseen)
    events = pl.concat(world.rows(table).select("event_id", "event_date") for table in silver_tables(FEED))
    assert ("e4", date(2026, 10, 11)) in events.rows()
    assert events["event_id"].to_list().count("e4") == 1
    assert looked_at(world, slow).changes.filter(pl.col("was_event_date") == date(2026, 10, 11)).is_empty()
    catch_up(world.lake, slow, inputs_of(world), world.run)
    assert unbalanced(recount(world.lake, slow)).is_empty()
    assert find_losses(world.lake, slow) == []


def test_a_date_whose_bronze_is_gone_takes_no_row_and_none_is_lost(tmp_path: Path) -> None:
    """It cannot be made anew: what would come to it waits where it is, and the sums agree."""
    lake, slow = Lake(str(tmp_path / "lake")), slow_feed()
    for day, event in ((6, "old,2026-10-06"), (20, "new,2026-10-01")):
        (tmp_path / f"{day}.csv").write_text(f"{HEADER}\n{event}T10:00:00Z,u1,k1,purchase,1,USD")
        landing = Run("land", lambda day=day: datetime(2026, 10, day, 12, tzinfo=UTC))
        FileLander(lake, FEED, landing).land(list_files(str(tmp_path / f"{day}.csv"))[0])
    inputs = Inputs(Reference.empty(), KEY)
    catch_up(lake, FEED, inputs, Run("test"))
    assert drop_expired(lake, bronze_table(FEED), 10, Run("drop", lambda: datetime(2026, 10, 20, tzinfo=UTC))) == 1
    catch_up(lake, slow, inputs, Run("test"))
    kept = lake.open(QUARANTINE).scan().select("event_date", "codes").collect().rows()
    assert kept == [(date(2026, 10, 1), ["awaiting_route"])]
    events = pl.concat(lake.open(table).scan().select("event_id", "event_date") for table in silver_tables(FEED))
    assert events.collect().rows() == [("old", date(2026, 10, 6))]
    assert unbalanced(recount(lake, slow)).is_empty()


class Registry(NoSchemas):
    """Knows one schema."""

    def schema_by_id(self, schema_id: int) -> RegisteredSchema:
        """The schema of a bid request."""
        return RegisteredSchema(json.dumps(REQUEST))


REQUEST = {
    "type": "record",
    "name": "Request",
    "fields": [{"name": name, "type": "string"} for name in ("auction_id", "timestamp")],
}


def test_a_schema_that_is_registered_late_brings_its_records_back_on_their_own_date(tmp_path: Path) -> None:
    """No contract has changed: nobody but a person knows, and asks for the dates on which they landed."""
    feed, landed_at, body = feed_named("bid_requests"), datetime(2026, 11, 2, 12, tzinfo=UTC), io.BytesIO()
    fastavro.schemaless_writer(body, REQUEST, {"auction_id": "a1", "timestamp": "2026-10-30T09:00:00Z"})
    message = {"kind": "record", "payload": b"\x00\x00\x00\x00\x07" + body.getvalue(), "codec": "avro_confluent",
               "source": "kafka:t", "source_name": "t", "partition": 0, "offset": 0, "record_index": 0,
               "received_at": landed_at}  # fmt: skip
    table, lake = bronze_table(feed), Lake(str(tmp_path))
    rows = stamp(feed, pl.DataFrame([message], schema=table.schema), landed_at, "test")
    lake.open(table).append(rows, Marks())
    ignorant, knowing_it = Inputs(Reference.empty(), KEY), Inputs(Reference.empty(), KEY, Registry())
    catch_up(lake, feed, ignorant, Run("test"))
    requests = lake.open(silver_tables(feed)[0]).scan().select("event_id", "event_date")
    assert requests.collect().is_empty()
    foreseen = preview(lake, feed, knowing_it, (landed_at.date(), landed_at.date()))
    told = summary(feed, foreseen).select("change", "was_date", "event_date", "codes").rows()
    assert told == [("brought_back", date(2026, 11, 2), date(2026, 10, 30), ["undecodable"])]
    replay(lake, feed, knowing_it, Run("test"), foreseen)
    brought = lake.open(silver_tables(feed)[0]).scan().select("auction_id", "event_date").collect()
    assert brought.rows() == [("a1", date(2026, 10, 30))]
    assert preview(lake, feed, knowing_it, (date(2026, 10, 1), date(2026, 11, 30))).changes.is_empty()


def test_the_command_tells_and_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the documented keys; gold is done with silver, and the second time nothing is left to do."""
    monkeypatch.setenv("ADVERTISEX_LAKE", str(tmp_path / "lake"))
    lake = open_lake()
    (tmp_path / "events.csv").write_text("\n".join([HEADER, *ROWS]))
    FileLander(lake, FEED, Run("test")).land(list_files(str(tmp_path / "events.csv"))[0])
    catch_up(lake, FEED, silver_inputs(lake), Run("test"))

    def run(dry_run: bool) -> list[dict[str, object]]:
        replay_command(FEED.name, "2026-10-01..2026-10-31", dry_run, Format.JSON)
        told: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return told

    monkeypatch.setitem(clicks_conversions.EVENT_CLASS_BY_TYPE, "subscribe", "conversion")
    monkeypatch.setitem(clicks_conversions.CONVERSION_TYPE_BY_TYPE, "subscribe", "subscribe")
    foreseen = run(dry_run=True)
    assert {tuple(row) for row in foreseen} == {KEYS}
    assert sum(row["rows"] for row in foreseen if row["change"] == "brought_back") == 3
    assert run(dry_run=False) == foreseen
    assert lake.open(CAMPAIGN_HOURLY).scan().select(pl.col("conversions").sum()).collect().item() == 4
    assert run(dry_run=False) == []
