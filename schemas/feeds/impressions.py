"""Ad impressions: an ad was shown to someone on a website or in an app."""

from datetime import timedelta

import polars as pl

from schemas.codecs import JsonCodec
from schemas.columns import Column, Pii
from schemas.consent import consent_columns
from schemas.feed import Feed, Key, Output
from schemas.spend import Spend
from schemas.types import (
    Category,
    Country,
    Currency,
    EventTime,
    Identifier,
    Integer,
    IpAddress,
    Price,
    Text,
    UserId,
    Website,
)
from schemas.types.price import BASIS_BY_NAME, PriceBasis

HIGHEST_PRICE_UNITS = 1_000
"""Of one impression or of a thousand: a price above it is a broken macro or another unit, not a purchase."""

FEED = Feed(
    name="impressions",
    topic="ad-impressions",
    description="Ads shown to people, one record per impression, as JSON.",
    owner="ad-serving@advertisex.example",
    codecs=(JsonCodec(),),
    columns=(
        Column(
            "impression_id",
            Identifier(),
            ("impression_id", "impressionId"),
            "The ad server's id of the impression.",
        ),
        Column(
            "event_at",
            EventTime(),
            ("timestamp", "event_timestamp", "ts"),
            "When the ad was shown.",
            required=True,
        ),
        Column("user_id", UserId(), ("user_id", "userId"), "Who saw it.", pii=Pii.PSEUDONYMISE),
        Column(
            "campaign_id",
            Identifier(),
            ("campaign_id", "campaignId", "ad_campaign_id"),
            "The campaign, where the ad server sends it.",
        ),
        Column(
            "creative_id",
            Identifier(),
            ("ad_creative_id", "creative_id", "adCreativeId", "ad_id"),
            "The creative that was shown.",
            required=True,
        ),
        Column("website", Website(), ("website", "website_url", "site", "domain"), "Where it was shown."),
        Column(
            "auction_id",
            Identifier(),
            ("auction_id", "auctionId"),
            "The auction that the impression was bought in.",
        ),
        Column(
            "price_micros",
            Price(HIGHEST_PRICE_UNITS, basis=PriceBasis.IMPRESSION, basis_column="price_basis"),
            ("price",),
            "What this impression cost.",
            unit="micros per impression",
        ),
        Column(
            "price_basis",
            Category(BASIS_BY_NAME, code="unknown_price_basis"),
            ("price_basis", "price_type"),
            "What its price is stated for: one `impression` or a thousand (`cpm`); null: not said, so one.",
            # The same event may come once with its CPM and once with its price.
            content=False,
        ),
        Column("currency", Currency("USD"), ("currency",), "The currency of the price."),
        Column("ip", IpAddress(), ("ip", "ip_address"), "The viewer's address.", pii=Pii.TRUNCATE_IP),
        Column("user_agent", Text(), ("user_agent", "ua"), "The viewer's browser or app."),
        Column("country", Country(), ("country",), "The viewer's country."),
        Column("device", Text(), ("device", "device_type"), "The kind of device."),
        Column(
            "viewable_ms",
            Integer(),
            ("viewable_ms", "viewable_time"),
            "How long at least half of the ad was in view (MRC).",
            unit="ms",
        ),
        *consent_columns(stored=False),
    ),
    key=Key("impression_id"),
    outputs=(
        Output(
            "impressions", pl.lit(True), "Each served impression once, with its price and where it was shown."
        ),
    ),
    freshness=timedelta(minutes=30),
    # Spend is what impressions cost. Where exchanges bill by notices, this line goes to `auction_outcomes`.
    spend=Spend("impressions", "price_micros"),
)
