"""How exchanges send bid requests: three flat Avro schemas and OpenRTB 2.6 as JSON."""

from typing import Any

import polars as pl

from resources.sample_traffic.avro_dialect import AvroDialect
from resources.sample_traffic.dialect import WireFeed
from resources.sample_traffic.json_dialect import JsonDialect, iso, text
from resources.sample_traffic.malformations import BID_REQUESTS
from resources.sample_traffic.population import COUNTRIES

MILLISECOND_US = 1_000
ALPHA_3 = ("USA", "DEU", "GBR", "IND", "FRA", "BRA", "JPN", "CAN")
"""COUNTRIES as OpenRTB writes them (ISO 3166-1 alpha-3)."""

DEVICE_TYPES = {"mobile": 4, "desktop": 2, "tablet": 5, "ctv": 3}
"""OpenRTB's list 5.21."""

_THOUSANDTHS = (pl.col("bid_micros") % 1_000).cast(pl.String).str.zfill(3)
_CPM = pl.concat_str(pl.col("bid_micros") // 1_000, pl.lit("."), _THOUSANDTHS)
"""The bid in currency units per thousand impressions. By whole numbers: Polars divides floats in more than one way, and
two deliveries of one bid must say the same."""

_REQUEST_ID = pl.coalesce("request_id", "auction_id")
"""A malformed record may come from a sender that gives requests no id; here they must have one."""


def _schema(name: str, *fields: tuple[str, Any]) -> dict[str, Any]:
    members = [{"name": field, "type": kind} for field, kind in fields]
    return {"type": "record", "name": name, "namespace": "example.rtb", "fields": members}


NULLABLE = ["null", "string"]

FLAT = AvroDialect(
    name="flat",
    schema=_schema(
        "BidRequest",
        ("request_id", "string"),
        ("auction_id", "string"),
        ("user_id", NULLABLE),
        ("timestamp", "long"),
        ("ip_address", "string"),
        ("website", "string"),
        ("country", "string"),
        ("device_type", "string"),
        ("bid_amount", "double"),
        ("currency", "string"),
    ),
    fields=(
        ("request_id", "request_id", _REQUEST_ID, str),
        ("auction_id", "auction_id", pl.col("auction_id"), str),
        ("user_id", "user_id", pl.col("user_text"), str),
        ("timestamp", "timestamp_ms", (pl.col("event_at") // MILLISECOND_US).cast(pl.String), int),
        ("ip_address", "ip", pl.col("ip"), str),
        ("website", "website", pl.col("website"), str),
        ("country", "country", pl.col("country"), str),
        ("device_type", "device", pl.col("device"), str),
        ("bid_amount", "bid_amount", _CPM, float),
        ("currency", "currency", pl.lit("USD"), str),
    ),
    malformations=BID_REQUESTS,
    codec="null",
    time_step_us=MILLISECOND_US,
)

MINIMAL = AvroDialect(
    name="minimal",
    schema=_schema(
        "MinimalBidRequest",
        ("bid_amount", "float"),
        ("user_id", "int"),
        ("auction_id", "string"),
        ("ip_address", "string"),
    ),
    fields=(
        ("bid_amount", "bid_amount", _CPM, float),
        (
            "user_id",
            "user_number",
            pl.col("user_text").str.to_integer(strict=False).fill_null(0).cast(pl.String),
            int,
        ),
        ("auction_id", "auction_id", pl.col("auction_id"), str),
        ("ip_address", "ip", pl.col("ip"), str),
    ),
    malformations=BID_REQUESTS,
    codec="deflate",
    time_step_us=1,
    transport_time=True,
)

EVENTED = AvroDialect(
    name="evented",
    schema=_schema(
        "BidRequestEvent",
        ("request_id", "string"),
        ("auction_id", "string"),
        ("timestamp", "string"),
        ("user_id", NULLABLE),
        ("domain", NULLABLE),
        ("country", NULLABLE),
        ("ip", NULLABLE),
    ),
    fields=(
        ("request_id", "request_id", _REQUEST_ID, str),
        ("auction_id", "auction_id", pl.col("auction_id"), str),
        ("timestamp", "timestamp", iso("%Y-%m-%dT%H:%M:%S%.6fZ"), str),
        ("user_id", "user_id", pl.when(pl.col("user_text") != "").then("user_text"), str),
        ("domain", "website", pl.col("website"), str),
        ("country", "country", pl.col("country"), str),
        ("ip", "ip", pl.col("ip"), str),
    ),
    malformations=BID_REQUESTS,
    codec="zstandard",
    time_step_us=1,
)


def _object(*members: tuple[str, pl.Expr]) -> pl.Expr:
    parts: list[pl.Expr] = []
    for i, (name, literal) in enumerate(members):
        parts += [pl.lit(("," if i else "{") + f'"{name}":'), literal]
    return pl.concat_str(*parts, pl.lit("}"))


_COUNTRY_3 = pl.col("country").replace(list(COUNTRIES), list(ALPHA_3))
_GEO = _object(("country", pl.concat_str(pl.lit('"'), _COUNTRY_3, pl.lit('"'))))
_DEVICE_TYPE = pl.col("device").replace_strict(DEVICE_TYPES, return_dtype=pl.Int64).cast(pl.String)

OPENRTB = JsonDialect(
    name="openrtb",
    suffix=".json",
    fields=(
        ("id", "id", text("auction_id")),
        ("at", "at", pl.lit("1")),
        ("tmax", "tmax", pl.lit("120")),
        ("cur", "cur", pl.lit('["USD"]')),
        (
            "imp",
            "imp",
            pl.concat_str(
                pl.lit('[{"id":"1","secure":1,"banner":{"format":[{"w":300,"h":250}]},"bidfloor":'),
                _CPM,
                pl.lit("}]"),
            ),
        ),
        ("site", "website", _object(("domain", text("website")))),
        ("app", "app", pl.lit(None, pl.String)),
        (
            "device",
            "device",
            _object(
                ("ua", text("user_agent")), ("ip", text("ip")), ("geo", _GEO), ("devicetype", _DEVICE_TYPE)
            ),
        ),
        ("user", "user_id", _object(("id", text("user_text")))),
        ("source", "source", _object(("tid", text("auction_id")))),
        ("test", "test", pl.when("is_test").then(pl.lit("1"))),
    ),
    malformations=BID_REQUESTS,
    time_step_us=1,
    transport_time=True,
    inside=("ip", "country"),
)

BID_REQUEST_FEED = WireFeed(
    name="bid_requests",
    topic="bid-requests",
    key="request_id",
    table=pl.lit("bid_requests"),
    dialects=(FLAT, MINIMAL, EVENTED, OPENRTB),
    malformations=BID_REQUESTS,
    has_campaign=False,
)
