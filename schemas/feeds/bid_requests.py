"""Bid requests: what exchanges offered us, as flat Avro or JSON records or as OpenRTB 2.5/2.6 requests."""

from datetime import timedelta

import polars as pl

from schemas.codecs import AvroCodec, AvroConfluentCodec, AvroSingleObjectCodec, JsonCodec
from schemas.columns import Column, Pii
from schemas.consent import consent_columns
from schemas.feed import Feed, Key, Output
from schemas.rules import Rule, Severity, text_of
from schemas.types import (
    Country,
    Currency,
    EventTime,
    Flag,
    Identifier,
    Integer,
    IpAddress,
    Json,
    Labels,
    Money,
    Text,
    UserId,
    Website,
)
from schemas.types.mostly import once_per_value

HIGHEST_CPM_UNITS = 1_000_000
"""Floors and bids are CPM in OpenRTB: a thousand times the highest price per impression."""

IS_OPENRTB = (
    text_of("site_object").is_not_null() | text_of("app_object").is_not_null() | text_of("imp").is_not_null()
)
"""A flat record has none of an OpenRTB request's objects."""


def _structural(code: str, sentence: str, broken: pl.Expr) -> Rule:
    """An OpenRTB 2.6 section 3.2.1 requirement on the request as a whole."""
    return Rule(code=code, sentence=sentence, severity=Severity.REFUSE, broken=IS_OPENRTB & broken)


def _any_unnamed(imp_ids: pl.Expr) -> pl.Expr:
    return imp_ids.str.json_decode(pl.List(pl.String)).list.eval(pl.element().is_null()).list.any()


def _any_twice(imp_ids: pl.Expr) -> pl.Expr:
    named = imp_ids.str.json_decode(pl.List(pl.String)).list.drop_nulls()
    return named.list.n_unique() < named.list.len()


FEED = Feed(
    name="bid_requests",
    topic="bid-requests",
    description="Bid requests from exchanges, as Avro or JSON, flat or OpenRTB.",
    owner="bidder@advertisex.example",
    codecs=(JsonCodec(), AvroCodec(), AvroConfluentCodec(), AvroSingleObjectCodec()),
    columns=(
        Column(
            "request_id",
            Identifier(),
            ("request_id", "bid_request_id", "id"),
            "The exchange's id of the request.",
        ),
        Column("auction_id", Identifier(), ("auction_id", "auctionId", "id"), "The auction.", required=True),
        Column(
            "event_at",
            EventTime(),
            ("timestamp", "event_timestamp", "ts"),
            "When the request was made; the Kafka or file time where the record has none.",
            content=False,
        ),
        Column(
            "user_id",
            UserId(),
            ("user_id", "userId", "user.id", "user.buyeruid", "device.ifa"),
            "Who would see the ad.",
            pii=Pii.PSEUDONYMISE,
        ),
        Column(
            "website",
            Website(),
            ("website", "website_url", "domain", "site.domain", "site.page", "app.bundle", "app.name"),
            "Where the ad would be shown.",
        ),
        Column(
            "exchange",
            Text(),
            ("exchange", "source.ext.exchange", "ext.exchange"),
            "The exchange that asked.",
        ),
        Column("deal_id", Identifier(), ("deal_id", "imp[0].pmp.deals[0].id"), "The private deal."),
        Column(
            "bid_micros",
            Money(HIGHEST_CPM_UNITS),
            ("bid_amount", "bid_price"),
            "Our bid, where the record carries it.",
            unit="micros CPM",
        ),
        Column(
            "floor_micros",
            Money(HIGHEST_CPM_UNITS),
            ("floor", "bidfloor", "imp[0].bidfloor"),
            "The lowest price that would be taken.",
            unit="micros CPM",
        ),
        Column(
            "currency",
            Currency("USD"),
            ("currency", "imp[0].bidfloorcur", "cur[0]"),
            "The currency of bid and floor.",
        ),
        Column(
            "ip",
            IpAddress(),
            ("ip", "ip_address", "device.ip", "device.ipv6"),
            "The viewer's address.",
            pii=Pii.TRUNCATE_IP,
        ),
        Column("user_agent", Text(), ("user_agent", "ua", "device.ua"), "The viewer's browser or app."),
        Column(
            "country",
            Country(),
            ("country", "device.geo.country", "user.geo.country"),
            "The viewer's country.",
        ),
        Column(
            "device",
            Text(),
            ("device_type", "device.devicetype"),
            "The kind of device; a number is OpenRTB's list 5.21.",
        ),
        Column(
            "region",
            Text(),
            ("region", "device.geo.region", "user.geo.region"),
            "The viewer's region (ISO 3166-2, without the country).",
        ),
        Column(
            "utc_offset_minutes",
            Integer(),
            ("utc_offset", "device.geo.utcoffset", "user.geo.utcoffset"),
            "The viewer's clock, ahead of UTC by.",
            unit="minutes",
        ),
        Column(
            "segments",
            Labels(),
            ("segments", "user.data[*].segment[*].id"),
            "The audience segments that the viewer is said to be in.",
        ),
        Column("at", Integer(), ("at",), "Auction type: 1 first price, 2 second price."),
        Column("tmax_ms", Integer(), ("tmax",), "How long the exchange waits for a bid.", unit="ms"),
        Column("is_test", Flag(), ("test",), "Test traffic, which is billed to nobody."),
        *consent_columns(stored=True),
        Column("imp", Json(), ("imp",), "The offered impressions, as JSON."),
        Column("imp_ids", Json(), ("imp[*].id",), "The ids of the offered impressions.", stored=False),
        Column("site_object", Json(), ("site",), "The site, as JSON.", stored=False),
        Column("app_object", Json(), ("app",), "The app, as JSON.", stored=False),
    ),
    key=Key("request_id"),
    outputs=(Output("bid_requests", pl.lit(True), "Each bid request once."),),
    extra_rules=(
        _structural(
            "openrtb_no_imp",
            "The request offers no impression.",
            text_of("imp").is_null() | (text_of("imp") == "[]"),
        ),
        _structural(
            "openrtb_site_and_app",
            "The request names both a site and an app.",
            text_of("site_object").is_not_null() & text_of("app_object").is_not_null(),
        ),
        _structural(
            "openrtb_imp_without_id",
            "An offered impression has no id.",
            once_per_value(_any_unnamed, pl.Boolean())(text_of("imp_ids")),
        ),
        _structural(
            "openrtb_duplicate_imp_id",
            "Two offered impressions have the same id.",
            once_per_value(_any_twice, pl.Boolean())(text_of("imp_ids")),
        ),
    ),
    transport_time=True,
    test_flag="is_test",
    freshness=timedelta(minutes=15),
)
