"""Rows whose time reads differently go to their own date: nobody names it, nothing is lost, and nothing comes twice."""

import dataclasses
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import fastavro
import polars as pl

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.bronze.stamp import stamp
from advertisex_assets.cli.replay import summary
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.preview import preview
from advertisex_assets.silver.replay import replay
from advertisex_assets.transforms.enrich import Reference
from advertisex_assets.transforms.watch.conservation import unbalanced
from advertisex_assets.upkeep.retention import drop_expired
from advertisex_assets.watch.losses import find_losses
from advertisex_assets.watch.recount import recount
from resources.files import list_files
from resources.lake import Lake, Marks
from resources.run import Run
from schemas.codecs.schema_source import NoSchemas, RegisteredSchema
from schemas.discover import feed_named
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import QUARANTINE, silver_tables
from schemas.types import EventTime
from tests.journeys.replays import FEED, HEADER, SPAN, inputs_of, landed
from tests.journeys.world import KEY


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


def test_rows_go_to_their_dates_and_only_there(tmp_path: Path) -> None:
    """Also to dates that nobody named; the replay of the first dates is foreseen with the last ones."""
    world, slow = landed(tmp_path), slow_feed()
    foreseen = preview(world.lake, slow, inputs_of(world), (date(2026, 10, 6), date(2026, 10, 6)))
    moved = summary(slow, foreseen).filter(change="moved", was="accepted")
    assert moved.select("was_date", "event_date", "rows").rows() == [(date(2026, 10, 6), date(2026, 10, 11), 1)]
    replay(world.lake, slow, inputs_of(world), world.run, foreseen)
    events = pl.concat(world.rows(table).select("event_id", "event_date") for table in silver_tables(FEED))
    assert ("e4", date(2026, 10, 11)) in events.rows()
    assert events["event_id"].to_list().count("e4") == 1
    again = preview(world.lake, slow, inputs_of(world), SPAN).changes
    assert again.filter(was_event_date=date(2026, 10, 11)).is_empty()
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
