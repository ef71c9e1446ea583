"""How four ad servers send impressions: each with its own names, types, time format and packing."""

import polars as pl

from resources.sample_traffic.dialect import WireFeed
from resources.sample_traffic.json_dialect import ARRAY, GZIP, ZSTD, JsonDialect, iso, money, text
from resources.sample_traffic.malformations import IMPRESSIONS
from resources.sample_traffic.rhythm import HOUR_US

MILLISECOND_US = 1_000
SECOND_US = 1_000_000

_USER = pl.concat_str(pl.lit('"'), pl.col("user_text"), pl.lit('"'))
_NUMBER_OR_TEXT = (
    pl.when(pl.col("user_text").str.contains(r"^[1-9][0-9]*$")).then("user_text").otherwise(_USER)
)
_CREATIVE_NUMBER = pl.col("creative_id")
_PAGE = pl.when(pl.col("website").str.contains(" ")).then("website").otherwise(
    pl.concat_str(pl.lit("https://www."), pl.col("website"), pl.lit("/story/"), pl.col("seq") % 97)
)  # fmt: skip

AD_SERVER = JsonDialect(
    name="adserver",
    suffix=".json",
    fields=(
        ("impression_id", "impression_id", text("impression_id")),
        ("ad_creative_id", "creative_id", _CREATIVE_NUMBER),
        ("user_id", "user_id", _NUMBER_OR_TEXT),
        ("timestamp", "event_at", iso('"%Y-%m-%dT%H:%M:%S%.6fZ"')),
        ("website", "website", text("website")),
        ("campaign_id", "campaign_id", pl.col("campaign_id")),
        ("auction_id", "auction_id", text("auction_id")),
        ("price", "price", money("price_micros")),
        ("currency", "currency", text("currency")),
        ("ip", "ip", text("ip")),
        ("user_agent", "user_agent", text("user_agent")),
        ("country", "country", text("country")),
        ("device", "device", text("device")),
    ),
    malformations=IMPRESSIONS,
    time_step_us=1,
)

EXCHANGE = JsonDialect(
    name="exchange",
    suffix=".json.gz",
    fields=(
        ("impression_id", "impression_id", text("impression_id")),
        ("adCreativeId", "creative_id", text("creative_id")),
        ("userId", "user_id", _USER),
        ("ts", "event_at", (pl.col("event_at") // MILLISECOND_US).cast(pl.String)),
        ("site", "website", text("website")),
        ("auction_id", "auction_id", text("auction_id")),
        ("price", "price", money("price_micros")),
        ("currency", "currency", text("currency")),
        ("ip", "ip", text("ip")),
        ("country", "country", text("country")),
        ("viewable_ms", "viewable_ms", pl.col("viewable_ms").cast(pl.String)),
    ),
    malformations=IMPRESSIONS,
    time_step_us=MILLISECOND_US,
    compress=GZIP,
)

PARTNER = JsonDialect(
    name="partner",
    suffix=".json",
    fields=(
        ("creative_id", "creative_id", _CREATIVE_NUMBER),
        ("user_id", "user_id", _NUMBER_OR_TEXT),
        ("event_timestamp", "event_at", iso('"%Y-%m-%d %H:%M:%S"')),
        ("website_url", "website", pl.concat_str(pl.lit('"'), _PAGE, pl.lit('"'))),
        ("auction_id", "auction_id", text("auction_id")),
        ("price", "price", money("price_micros")),
        ("currency", "currency", text("currency")),
    ),
    malformations=IMPRESSIONS,
    time_step_us=SECOND_US,
    layout=ARRAY,
    zone_assumed=True,
)

REGIONAL = JsonDialect(
    name="regional",
    suffix=".json.zst",
    fields=(
        ("ad_id", "creative_id", text("creative_id")),
        ("impression_id", "impression_id", text("impression_id")),
        ("user_id", "user_id", _USER),
        ("timestamp", "event_at", iso('"%Y-%m-%dT%H:%M:%S%.3f+02:00"', 2 * HOUR_US)),
        ("domain", "website", text("website")),
        ("campaign_id", "campaign_id", text("campaign_id")),
        ("auction_id", "auction_id", text("auction_id")),
        # The same price, for a thousand.
        ("price", "price", money(pl.col("price_micros") * 1_000)),
        ("price_type", "price_type", pl.lit('"CPM"')),
        ("currency", "currency", text("currency")),
        ("device", "device", text("device")),
    ),
    malformations=IMPRESSIONS,
    time_step_us=MILLISECOND_US,
    compress=ZSTD,
)

IMPRESSION_FEED = WireFeed(
    name="impressions",
    topic="ad-impressions",
    key="impression_id",
    table=pl.lit("impressions"),
    dialects=(AD_SERVER, EXCHANGE, PARTNER, REGIONAL),
    malformations=IMPRESSIONS,
    has_campaign=True,
)
