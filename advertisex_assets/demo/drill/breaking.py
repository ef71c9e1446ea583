"""Breaking: how the drill does its damage; each function is one act of a careless world. The list is in `faults`."""

import json
import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from advertisex_assets.demo.drill.records import BREAKS, HISTORY_DAYS, STAY, impression, impressions
from advertisex_assets.demo.drill.stage import Stage
from resources.lake import Marks
from resources.sample_traffic import Message
from resources.sample_traffic.kafka_sink import produce
from schemas.discover import feed_named
from schemas.tables.bronze import bronze_table
from schemas.tables.reference import REFERENCE_TABLES

SILENCE = timedelta(hours=3)
"""How long the senders have been silent when the drill begins; impressions promise half an hour."""

QUIET = {"log_level": "0"}
"""The embedded Kafka goes away on purpose: what its clients think of it would only frighten."""

FLOOD_MESSAGES, FLOOD_BYTES = 6_000, 10_000
"""60 MB at once; the embedded Kafka keeps 5 MB of each of its four partitions."""

REFERENCE = tuple(table.name for table in REFERENCE_TABLES)


def stop_senders(stage: Stage) -> None:
    """Six campaigns for some days, and nothing for the last hours."""
    now = datetime.now(UTC)
    stage.put("impressions", "history.json", impressions("h", _start(now), now - SILENCE, BREAKS, *STAY))


def return_without_one(stage: Stage) -> None:
    """The senders are back, but for the tag of one campaign."""
    now = datetime.now(UTC)
    stage.put("impressions", "return.json", impressions("r", now - SILENCE, now, *STAY))


def spoil_reference(stage: Stage) -> None:
    """A reference file that is none, and somebody who clicks on Materialize."""
    (stage.folder / "reference" / "campaigns.parquet").write_bytes(b"no parquet at all")
    stage.click_materialize(*(["reference", name] for name in REFERENCE))


def double_reference(stage: Stage) -> None:
    """Two files for one table, and somebody who runs Dagster's own command."""
    folder = stage.folder / "reference"
    (folder / "campaigns.parquet").unlink()
    for suffix in ("csv", "json"):
        (folder / f"campaigns.{suffix}").write_text("campaign_id\n")
    keys = ",".join(f"reference/{name}" for name in REFERENCE)
    stage.command_line("asset", "materialize", "-m", "advertisex_assets.definitions", "--select", keys)


def send_framed_message(stage: Stage) -> None:
    """A bid request whose writer schema only the registry knows."""
    _send(stage, "bid_requests", [b"\x00" + struct.pack(">I", 7) + b"\x02\x04"])


def send_broken_records(stage: Stage) -> None:
    """A file of which two fifths cannot be read."""
    now = datetime.now(UTC)
    good = impressions("b", now - timedelta(hours=2), now, STAY[0])
    stage.put("impressions", "broken.json", [*good, *(f"{{no json {number}" for number in range(80))])


def send_new_field(stage: Stage) -> None:
    """A sender's new version."""
    now = datetime.now(UTC)
    rows = (impression(f"n-{number}", now, viewport="390x844") for number in range(50))
    stage.put("impressions", "field.json", rows)


def write_twice(stage: Stage) -> None:
    """As if somebody's own script had copied a date of bronze."""
    table = stage.lake.open(bronze_table(feed_named("impressions")))
    table.append(table.scan().filter(pl.col("event_date") == _day(1)).collect(), Marks({}))


def delete_silver(stage: Stage) -> None:
    """As if somebody had tidied up."""
    for path in silver_files(stage):
        stage.delete(path)


def silver_files(stage: Stage) -> list[Path]:
    """Silver's impressions of a day of the history."""
    folder = stage.folder / "lake" / "silver" / "impressions" / f"event_date={_day(2)}"
    return list(folder.glob("*.parquet"))


def spoil_log(stage: Stage) -> None:
    """A damaged disk: the newest commit of a mart cannot be read."""
    stage.spoil(max(mart_log(stage).glob("*.json")))


def mart_log(stage: Stage) -> Path:
    """The Delta log of a mart."""
    return stage.folder / "lake" / "gold" / "campaign_hourly" / "_delta_log"


def send_some(stage: Stage) -> None:
    """A few messages to every partition."""
    now = datetime.now(UTC)
    _send(stage, "impressions", [impression(f"k-{number}", now) for number in range(400)])


def flood(stage: Stage) -> None:
    """More than the broker keeps, and faster than anybody can read."""
    now, pad = datetime.now(UTC), "x" * FLOOD_BYTES
    _send(stage, "impressions", [impression(f"f-{n}", now, user_agent=pad) for n in range(FLOOD_MESSAGES)])


def kill_broker(stage: Stage) -> None:
    """SIGKILL."""
    stage.kill(stage.kafka)


def kill_dagster(stage: Stage) -> None:
    """SIGKILL to daemon, webserver and code servers."""
    stage.kill(stage.dagster)


def _send(stage: Stage, feed: str, records: Sequence[Mapping[str, object] | bytes]) -> None:
    topic = feed_named(feed).topic
    values = (one if isinstance(one, bytes) else json.dumps(one).encode() for one in records)
    sent = (
        Message(feed, topic, str(number).encode(), value, 0, 0, "", (), None, None)
        for number, value in enumerate(values)
    )
    produce(sent, stage.servers, None, QUIET)


def _start(now: datetime) -> datetime:
    return now - timedelta(days=HISTORY_DAYS)


def _day(number: int) -> date:
    """A whole date of the history."""
    return _start(datetime.now(UTC)).date() + timedelta(days=number)
