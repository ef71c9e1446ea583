"""Clicks, conversions and engagements: what people did after they saw an ad."""

from datetime import timedelta

import polars as pl

from schemas.codecs import CsvCodec, JsonCodec
from schemas.columns import Column, Pii, paths_of
from schemas.consent import consent_columns
from schemas.feed import Feed, Key, Output
from schemas.rules import Rule, Severity
from schemas.types import Category, Currency, EventTime, Identifier, Money, UserId, Website

CLICK = "click"
CONVERSION = "conversion"
ENGAGEMENT = "engagement"
ADJUSTMENT = "adjustment"

REFUND = "refund"
RESTATEMENT = "restatement"
RETRACTION = "retraction"

ADJUSTMENT_BY_TYPE = {
    "refund": REFUND,
    "chargeback": REFUND,
    "restatement": RESTATEMENT,
    "retraction": RETRACTION,
    "cancellation": RETRACTION,
}
"""What senders call a change of an earlier conversion (as the Google Ads API's conversion adjustment types)."""

EVENT_CLASS_BY_TYPE = {
    "click": CLICK,
    "click_ad": CLICK,
    "signup": CONVERSION,
    "sign_up": CONVERSION,
    "sign-up": CONVERSION,
    "purchase": CONVERSION,
    "sale": CONVERSION,
    "download": CONVERSION,
    "install": CONVERSION,
    "conversion": CONVERSION,
    "view_ad": ENGAGEMENT,
    "view_content": ENGAGEMENT,
    "visit": ENGAGEMENT,
} | dict.fromkeys(ADJUSTMENT_BY_TYPE, ADJUSTMENT)
"""What senders call an event, and what it is to us. Extend it, and the rows it refused come back."""

CONVERSION_TYPE_BY_TYPE = {
    "click_ad": "click",
    "sign_up": "signup",
    "sign-up": "signup",
    "sale": "purchase",
    **ADJUSTMENT_BY_TYPE,
} | {
    name: name
    for name in (
        "click",
        "signup",
        "purchase",
        "download",
        "install",
        "conversion",
        "view_ad",
        "view_content",
        "visit",
    )
}
"""One spelling for each type."""

TYPES_WITH_VALUE = ("purchase",)
"""Conversion types that are about money."""

HIGHEST_REVENUE_UNITS = 10_000_000
"""Per conversion: beyond any basket we sell ads for."""

TYPE_SOURCES = ("adjustment_type", "conversion_type", "event_type")

COLUMNS = (
    Column("event_id", Identifier(), ("event_id", "conversion_id"), "The tracker's id of the event."),
    Column("event_at", EventTime(), ("timestamp", "event_timestamp"), "When it happened.", required=True),
    Column("user_id", UserId(), ("user_id", "userId"), "Who did it.", pii=Pii.PSEUDONYMISE),
    Column(
        "campaign_id",
        Identifier(),
        ("ad_campaign_id", "campaign_id"),
        "The campaign, where the tracker knows it.",
    ),
    Column(
        "creative_id",
        Identifier(),
        ("creative_id", "ad_creative_id"),
        "The creative, where the tracker knows it.",
    ),
    Column("website", Website(), ("website", "website_url", "site", "domain"), "Where it happened."),
    Column(
        "conversion_type",
        Category(CONVERSION_TYPE_BY_TYPE),
        TYPE_SOURCES,
        "What was done: click, signup, purchase, download, install, visit, ...",
        required=True,
    ),
    Column(
        "event_class",
        Category(EVENT_CLASS_BY_TYPE),
        TYPE_SOURCES,
        "Click, conversion, engagement or adjustment.",
    ),
    Column("impression_id", Identifier(), ("impression_id",), "The impression that led to it."),
    Column("click_id", Identifier(), ("click_id",), "The click that led to it; of a click, its own id."),
    Column(
        "revenue_micros",
        Money(HIGHEST_REVENUE_UNITS, may_be_negative=True),
        ("revenue", "value"),
        "What it was worth; negative for a refund.",
        unit="micros",
    ),
    Column("currency", Currency("USD"), ("currency",), "The currency of the revenue."),
    Column(
        "adjusted_conversion_id",
        Identifier(),
        ("adjusted_conversion_id", "original_conversion_id"),
        "The conversion that a refund or another adjustment changes.",
    ),
    *consent_columns(stored=False),
)

POSITIONAL = (
    "timestamp",
    "user_id",
    "ad_campaign_id",
    "conversion_type",
    "event_id",
    "impression_id",
    "click_id",
    "creative_id",
    "revenue",
    "currency",
    "adjusted_conversion_id",
)
"""The order of columns in CSV without a header; trailing ones may be missing."""

NAMES_CONVERSION = pl.col("adjusted_conversion_id").is_not_null()
ADJUSTS = (pl.col("event_class") == ADJUSTMENT) | (
    (pl.col("event_class") == CONVERSION) & NAMES_CONVERSION & (pl.col("revenue_micros") < 0).fill_null(False)
)
"""A negative conversion that names another is a refund of it, whatever it is called."""

FEED = Feed(
    name="clicks_conversions",
    topic="clicks-conversions",
    description="Clicks, conversions and engagements, one record per event, as CSV.",
    owner="tracking@advertisex.example",
    codecs=(JsonCodec(), CsvCodec(positional=POSITIONAL, known=frozenset(paths_of(COLUMNS)))),
    columns=COLUMNS,
    key=Key("event_id"),
    outputs=(
        Output(
            "conversion_adjustments",
            ADJUSTS,
            "Each refund, restatement and retraction of an earlier conversion once.",
        ),
        Output("clicks", pl.col("event_class") == CLICK, "Each click on an ad once."),
        Output(
            "conversions",
            (pl.col("event_class") == CONVERSION) & ~ADJUSTS,
            "Each conversion once, with its value.",
        ),
        Output("engagements", pl.col("event_class") == ENGAGEMENT, "Each visit or view of content once."),
    ),
    extra_rules=(
        Rule(
            code="missing_value",
            sentence="A purchase came without revenue.",
            severity=Severity.FLAG,
            broken=pl.col("conversion_type").is_in(TYPES_WITH_VALUE) & pl.col("revenue_micros").is_null(),
        ),
        Rule(
            code="adjusts_nothing",
            sentence="An adjustment names no conversion, or has no value to change it by.",
            severity=Severity.REFUSE,
            broken=(pl.col("event_class") == ADJUSTMENT)
            & (
                ~NAMES_CONVERSION
                | ((pl.col("conversion_type") != RETRACTION) & pl.col("revenue_micros").is_null())
            ),
        ),
    ),
    freshness=timedelta(hours=1),
)
