"""What people do after an ad: clicks, conversions minutes to weeks later, visits, and bots' floods of clicks.

All of it becomes rows of the clicks_conversions feed. Not here: their revenue and
the campaign they state (`actions`), how they are sent (`dialect`) or spoilt (`delivery`).
"""

import polars as pl

from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.draws import Draws
from resources.sample_traffic.planted import ctr_factor
from resources.sample_traffic.population import BOTS, draw_users, interests
from resources.sample_traffic.rhythm import HOUR_US, MINUTE_US, SEQ_PER_CHUNK, Chunk
from resources.sample_traffic.shares import FLOODS_PER_BOT_RATE, VISIT_SHARE
from resources.sample_traffic.world import World

DAY_US = 24 * HOUR_US
HUMAN_DELAY_US = 1_500_000
"""Nobody clicks sooner after an ad appears; also hides that some senders cut times to the second."""

BOT_CLICK_RATE = 0.25
VIEW_CONVERSION_RATE = 0.004
VISIT_CONVERSION_RATE = 0.02
LATEST_CONVERSION_US = 25 * DAY_US
CLICK_ID_RATE = 0.5
IMPRESSION_ID_RATE = 0.3
"""Shares of conversions that name the click, and the impression, that led to them."""

FLOOD_US = 20_000_000
"""A flood lasts this long."""

DIALECT_WEIGHTS = [50, 30, 20]
MINIMAL = 2
"""The dialect of four columns only: neither ids nor creative nor revenue."""

CLICK_TYPES = ("click", "click_ad")
CONVERSION_TYPES = ("signup", "purchase", "sale", "download", "install", "conversion", "sign_up", "sign-up")
CONVERSION_WEIGHTS = [25, 35, 10, 8, 7, 5, 5, 5]
VISIT_TYPES = ("visit", "view_content", "view_ad")
VISIT_WEIGHTS = [60, 30, 10]

COLUMNS = (
    "seq",
    "event_at",
    "user",
    "campaign",
    "campaign_target",
    "creative_id",
    "conversion_type",
    "event_id",
    "impression_id",
    "click_id",
    "producer",
    "tag",
)
"""What every action has; seq is that of the impression or visit that it began with."""


def clicks(impressions: pl.DataFrame, draws: Draws, config: TrafficConfig, world: World) -> pl.DataFrame:
    """Clicks on the impressions of a chunk."""
    bot = pl.col("user") >= config.user_count
    human_rate = world.campaign_table["click_rate"].gather(impressions["campaign"])
    rate = pl.when(bot).then(BOT_CLICK_RATE).otherwise(human_rate) * ctr_factor(config.faults)
    clicked = impressions.filter(draws.uniform("click", len(impressions)) < rate)
    count = len(clicked)
    return clicked.with_columns(
        event_at=pl.col("event_at")
        + HUMAN_DELAY_US
        + draws.exponential("click/wait", count, 12e6).cast(pl.Int64),
        conversion_type=pl.Series(CLICK_TYPES).gather(draws.pick("click/type", count, [9, 1])),
        producer=draws.pick("click/dialect", count, DIALECT_WEIGHTS).cast(pl.Int64),
        event_id=_id("clk", pl.col("seq")),
        click_id=_id("clk", pl.col("seq")),
    ).pipe(_minimal)


def conversions(
    touches: pl.DataFrame, rate: pl.Series | pl.Expr, name: str, draws: Draws, config: TrafficConfig
) -> pl.DataFrame:
    """Conversions that follow some of the touches, each with the probability `rate`; bots never convert.

    `touches` needs COLUMNS; a touch's own click_id and impression_id are what a conversion may name.
    """
    is_human = pl.col("user") < config.user_count
    converted = touches.filter(is_human & (draws.uniform(name, len(touches)) < rate))
    count = len(converted)
    soon = draws.exponential(f"{name}/soon", count, 2.0 * HOUR_US)
    later = draws.exponential(f"{name}/later", count, 3.0 * DAY_US).clip(
        upper_bound=float(LATEST_CONVERSION_US)
    )
    wait = pl.when(draws.chance(f"{name}/is_soon", count, 0.6)).then(soon).otherwise(later)
    return converted.with_columns(
        event_at=pl.col("event_at") + MINUTE_US // 2 + wait.cast(pl.Int64),
        conversion_type=pl.Series(CONVERSION_TYPES).gather(
            draws.pick(f"{name}/type", count, CONVERSION_WEIGHTS)
        ),
        producer=draws.pick(f"{name}/dialect", count, DIALECT_WEIGHTS).cast(pl.Int64),
        event_id=_id(name, pl.col("seq")),
        click_id=pl.when(draws.chance(f"{name}/click_id", count, CLICK_ID_RATE)).then("click_id"),
        impression_id=pl.when(draws.chance(f"{name}/impression_id", count, IMPRESSION_ID_RATE)).then(
            "impression_id"
        ),
    ).pipe(_minimal)


def visits(chunk: Chunk, draws: Draws, config: TrafficConfig, world: World) -> pl.DataFrame:
    """Engagements on the advertisers' sites, of people who may or may not have seen an ad."""
    at = chunk.times(draws, "visit", config.events * VISIT_SHARE)
    count = len(at)
    user = draw_users(draws, "visit/user", count, config.user_count)
    campaign = interests(user, draws.integers("visit/interest", count, 2), world.weights())
    return (
        pl.DataFrame({"event_at": at, "user": user, "campaign": campaign})
        .with_columns(
            seq=pl.int_range(pl.len(), dtype=pl.Int64) + chunk.index * SEQ_PER_CHUNK,
            campaign_target=world.campaign_table["campaign_id"].gather(campaign),
            creative_id=pl.lit(None, pl.String),
            conversion_type=pl.Series(VISIT_TYPES).gather(draws.pick("visit/type", count, VISIT_WEIGHTS)),
            producer=draws.pick("visit/dialect", count, DIALECT_WEIGHTS).cast(pl.Int64),
            tag=pl.lit(f"{config.seed:x}"),
            impression_id=pl.lit(None, pl.String),
            click_id=pl.lit(None, pl.String),
        )
        .with_columns(event_id=_id("vis", pl.col("seq")))
        .pipe(_minimal)
    )


def flood(chunk: Chunk, draws: Draws, config: TrafficConfig, world: World) -> pl.DataFrame:
    """A burst of clicks that one bot makes on one campaign within seconds, without any impression."""
    share = sum(share for _, share in chunk.slices)
    count = int(
        config.events * config.bot_rate * FLOODS_PER_BOT_RATE * share + draws.uniform("flood/round", 1)[0]
    )
    begin = chunk.start_us + draws.integers("flood/begin", 1, chunk.end_us - chunk.start_us - FLOOD_US)[0]
    bot = config.user_count + draws.integers("flood/bot", 1, BOTS)[0]
    target = draws.pick("flood/campaign", 1, world.weights())[0]
    offsets = (draws.uniform("flood/at", count) * FLOOD_US).cast(pl.Int64)
    return (
        pl.DataFrame({"event_at": offsets + begin})
        .with_columns(
            seq=pl.int_range(pl.len(), dtype=pl.Int64) + chunk.index * SEQ_PER_CHUNK,
            user=pl.lit(bot, pl.Int64),
            campaign=pl.lit(target, pl.UInt32),
            campaign_target=pl.lit(world.campaigns[target].campaign_id),
            creative_id=pl.lit(None, pl.String),
            conversion_type=pl.lit("click"),
            producer=pl.lit(0, pl.Int64),
            tag=pl.lit(f"{config.seed:x}"),
            impression_id=pl.lit(None, pl.String),
        )
        .with_columns(event_id=_id("fld", pl.col("seq")), click_id=_id("fld", pl.col("seq")))
    )


def _minimal(rows: pl.DataFrame) -> pl.DataFrame:
    full = pl.col("producer") != MINIMAL
    names = ("event_id", "click_id", "impression_id", "creative_id")
    return rows.with_columns(pl.when(full).then(name).alias(name) for name in names)


def _id(prefix: str, number: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(f"{prefix}-"), pl.col("tag"), pl.lit("-"), number)
