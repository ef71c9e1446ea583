"""Real samples, where they are at hand: every record is found, whole and unharmed."""

import json
from pathlib import Path

import polars as pl
import pytest

from schemas.codecs import AvroCodec, Codec, CsvCodec, JsonCodec, detect
from tests.contracts.codecs.reading import in_chunks

SAMPLES = Path(__file__).parents[4] / "shared" / "data"
CLICKS = ("timestamp", "user_id", "ad_campaign_id", "conversion_type")
CODECS: tuple[Codec, ...] = (JsonCodec(), AvroCodec(), CsvCodec(CLICKS, frozenset(CLICKS)))


def sample(name: str) -> bytes:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"the sample {name} is not here")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("advertisex-mit/ad_impressions.json", ("ad_creative_id", "user_id", "timestamp", "website_url")),
        ("advertisex-mit/clicks_conversions.csv", CLICKS),
        ("advertisex-mit/bid_requests.avro", ("auction_id", "user_id", "bid_amount", "ip_address")),
    ],
)
def test_the_thousand_records_of_each_sample_are_read(name: str, paths: tuple[str, ...]) -> None:
    data = sample(name)
    codec = detect(CODECS, data)
    records = in_chunks(codec, data, range(0, len(data), 1000))
    payloads = pl.Series([record.payload for record in records], dtype=pl.Binary)
    headers = pl.Series([record.header for record in records], dtype=pl.String)
    frame = codec.decode(payloads, headers, paths)
    assert len(frame) == 1000
    assert frame.select(paths).null_count().row(0) == (0, 0, 0, 0)
    assert frame.select(pl.col("rescued", "decode_error").null_count()).row(0) == (1000, 1000)


def test_openrtb_requests_are_read_by_path() -> None:
    sample("openrtb-unlicense/LICENSE")
    for file in sorted((SAMPLES / "openrtb-unlicense").glob("*.json")):
        request = json.loads(file.read_bytes())
        (record,) = JsonCodec().split(file.read_bytes())
        frame = JsonCodec().decode(
            pl.Series([record.payload]), pl.Series([None], dtype=pl.String), ("id", "imp[*].id", "site.domain", "imp")
        )
        row = frame.row(0, named=True)
        assert row["id"] == request["id"]
        assert json.loads(row["imp[*].id"]) == [imp["id"] for imp in request["imp"]]
        assert row["site.domain"] == request.get("site", {}).get("domain")
        assert json.loads(row["imp"]) == request["imp"]
