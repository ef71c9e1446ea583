"""What the tests of producing share: bid requests without an id or a time, and what became of them."""

import io

import fastavro
import polars as pl

from advertisex_assets.bronze.kafka import land_kafka
from advertisex_assets.reference.read import read_reference
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.watch.status import status
from resources.run import Run
from schemas.tables.silver import silver_tables
from tests.journeys.world import KEY
from tests.streaming.setting import EVERYTHING, Stream

SCHEMA = {
    "type": "record",
    "name": "BidRequest",
    "fields": [{"name": "auction_id", "type": "string"}, {"name": "user_id", "type": "string"}],
}


def avro(count: int) -> bytes:
    """Bid requests without an id of their own and without a time."""
    content = io.BytesIO()
    rows = [{"auction_id": f"a-{n}", "user_id": f"u-{n % 7}"} for n in range(count)]
    fastavro.writer(content, SCHEMA, rows, codec="deflate", sync_interval=500)
    return content.getvalue()


def land(stream: Stream) -> None:
    """Lands by the clock that the broker has, too: the records have no time but the broker's."""
    land_kafka(stream.lake, stream.feed, stream.kafka, EVERYTHING, Run("test"))


def counts(stream: Stream) -> dict[str, object]:
    """The status of the stream's feed after silver has read everything."""
    catch_up(stream.lake, stream.feed, Inputs(read_reference(stream.lake), KEY), Run("test"))
    (found,) = status(stream.lake, [stream.feed])
    assert found["balanced"], found
    assert stream.gaps() == {}
    return found


def silver(stream: Stream) -> int:
    """Rows of all silver tables of the feed."""
    rows = (stream.lake.open(table).scan().select(pl.len()).collect().item() for table in silver_tables(stream.feed))
    return sum(rows)
