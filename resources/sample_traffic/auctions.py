"""Auctions and the impressions that won ones become. Not here: how they are sent (`dialect`) or spoilt (`delivery`)."""

from dataclasses import dataclass

import polars as pl

from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.draws import Draws
from resources.sample_traffic.population import BOTS, draw_users, interests, with_devices
from resources.sample_traffic.rhythm import SEQ_PER_CHUNK, Chunk
from resources.sample_traffic.shares import AUCTION_SHARE, WIN_RATE
from resources.sample_traffic.world import HOUSE_CURRENCY, UNKNOWN_CAMPAIGN_ID, UNKNOWN_CREATIVE_ID, World

INTEREST_RATE = 0.75
"""Share of auctions bid on by a campaign that aims at the user; the rest is prospecting."""

UNKNOWN_RATE = 0.004
"""Share of impressions whose creative no reference knows."""

VIEWABLE_RATE = 0.65
SHORTEST_VIEW_MS = 2_000
"""Long enough to count as viewable by MRC for display and video alike, so that no definition is needed."""
LONGEST_GLANCE_MS = 900
"""Too short to count by either."""

REQUEST_DIALECT_WEIGHTS = [40, 20, 25, 15]
IMPRESSION_DIALECT_WEIGHTS = [45, 25, 12, 18]
"""Shares of the dialects, in the order in which `feeds` lists them."""

PARTNER = 2
"""The impression dialect without impression ids."""
NAMELESS, OPENRTB = 1, 3
"""The bid request dialects without a request id, and with the auction's id as the request's."""
STATES_CAMPAIGN = (0, 3)
"""The impression dialects that name the campaign; for the others it follows from the creative."""


def auctions(chunk: Chunk, draws: Draws, config: TrafficConfig, world: World) -> pl.DataFrame:
    """One row per bid request of the chunk, `campaign` (index) and `won` telling what became of it."""
    at = chunk.times(draws, "auction", config.events * AUCTION_SHARE)
    count, users = len(at), config.user_count
    user = draw_users(draws, "auction/user", count, users)
    bot = draws.chance("auction/bot", count, config.bot_rate)
    frame = pl.DataFrame(
        {"event_at": at, "user": user, "bot": bot, "bot_user": draws.integers("bot", count, BOTS)}
    )
    frame = frame.select(
        "event_at",
        seq=pl.int_range(pl.len(), dtype=pl.Int64) + chunk.index * SEQ_PER_CHUNK,
        user=pl.when("bot").then(pl.col("bot_user") + users).otherwise("user"),
    )
    campaign = _campaigns(frame["user"], draws, world)
    table = world.campaign_table
    return with_devices(frame, users).with_columns(
        campaign=campaign,
        campaign_target=table["campaign_id"].gather(campaign),
        website=pl.Series(world.sites).gather(draws.pick("site", count, world.site_weights())),
        won=draws.chance("won", count, WIN_RATE),
        price_micros=(table["price_micros"].gather(campaign) * draws.spread("price", count)).cast(pl.Int64),
        producer=draws.pick("auction/dialect", count, REQUEST_DIALECT_WEIGHTS).cast(pl.Int64),
        is_test=draws.chance("test", count, 0.02),
        tag=pl.lit(f"{config.seed:x}"),
    )


def _campaigns(user: pl.Series, draws: Draws, world: World) -> pl.Series:
    count = len(user)
    aimed = interests(user, draws.integers("interest", count, 2), world.weights())
    return pl.DataFrame(
        {
            "aimed": aimed,
            "other": draws.pick("campaign", count, world.weights()),
            "is_aimed": draws.chance("aimed", count, INTEREST_RATE),
        }
    ).select(campaign=pl.when("is_aimed").then("aimed").otherwise("other"))["campaign"]


@dataclass
class Spending:
    """What each campaign has spent so far, in micros by campaign index: all that chunks must remember of budgets."""

    spent_micros: pl.Series

    @classmethod
    def none_yet(cls, world: World) -> "Spending":
        """The start of a run."""
        return cls(pl.Series([0] * len(world.campaigns), dtype=pl.Int64))

    def buy(self, won: pl.DataFrame, world: World) -> pl.DataFrame:
        """Keep the rows that their campaigns can still pay, in time order, and charge them."""
        rows = won.sort("event_at", "seq")
        left = (world.campaign_table["budget_micros"] - self.spent_micros).gather(rows["campaign"])
        bought = rows.filter(pl.col("price_micros").cum_sum().over("campaign") <= left)
        totals = bought.group_by("campaign").agg(pl.col("price_micros").sum())
        charged = dict(zip(totals["campaign"], totals["price_micros"], strict=True))
        self.spent_micros += pl.Series(
            [charged.get(i, 0) for i in range(len(self.spent_micros))], dtype=pl.Int64
        )
        return bought


def impressions(bought: pl.DataFrame, draws: Draws, world: World) -> pl.DataFrame:
    """One row per ad shown, from the auctions that were won and paid."""
    count = len(bought)
    table, creatives = world.campaign_table, world.creative_table
    per_campaign = len(creatives) // len(table)
    creative = bought["campaign"] * per_campaign + draws.pick("creative", count, [5, 3, 2])
    delay_us = 60_000 + draws.integers("render", count, 400_000)
    viewable = draws.chance("viewable", count, VIEWABLE_RATE)
    frame = bought.with_columns(
        event_at=pl.col("event_at") + delay_us,
        producer=draws.pick("impression/dialect", count, IMPRESSION_DIALECT_WEIGHTS).cast(pl.Int64),
        creative_id=creatives["creative_id"].gather(creative),
        currency=table["currency"].gather(bought["campaign"]),
        viewable_ms=pl.when(viewable)
        .then(SHORTEST_VIEW_MS + draws.integers("view", count, 28_000))
        .otherwise(draws.integers("glance", count, LONGEST_GLANCE_MS)),
        unknown=draws.chance("unknown", count, UNKNOWN_RATE),
        origin=pl.lit(0),
    )
    named = frame.with_columns(campaign_target=world.campaign_of(pl.col("creative_id"), pl.col("event_at")))
    return _with_ids(named).drop("unknown", "won", "is_test")


def bid_requests(offered: pl.DataFrame) -> pl.DataFrame:
    """One row per bid request as it is sent: some senders give the request an id of its own, some none."""
    auction_id = pl.concat_str(pl.lit("auc-"), pl.col("tag"), pl.lit("-"), pl.col("seq"))
    request_id = pl.concat_str(pl.lit("req-"), pl.col("tag"), pl.lit("-"), pl.col("seq"))
    producer = pl.col("producer")
    return (
        offered.with_columns(
            auction_id=auction_id,
            request_id=pl.when(producer == OPENRTB)
            .then(auction_id)
            .when(producer != NAMELESS)
            .then(request_id),
            origin=pl.lit(0),
        )
        .rename({"price_micros": "bid_micros"})
        .drop("campaign", "won", "tag")
    )


def _with_ids(frame: pl.DataFrame) -> pl.DataFrame:
    known = ~pl.col("unknown")
    producer = pl.col("producer")
    states = producer.is_in(STATES_CAMPAIGN)
    stated = pl.when(known).then("campaign_target").otherwise(pl.lit(UNKNOWN_CAMPAIGN_ID))
    return frame.with_columns(
        creative_id=pl.when(known).then("creative_id").otherwise(pl.lit(UNKNOWN_CREATIVE_ID)),
        # A record without a campaign has no campaign's currency either.
        currency=pl.when(known).then("currency").otherwise(pl.lit(HOUSE_CURRENCY)),
        campaign_id=pl.when(states).then(stated),
        viewable_ms=pl.when(producer == 1).then("viewable_ms"),
        impression_id=pl.when(producer != PARTNER).then(
            pl.concat_str(pl.lit("imp-"), pl.col("tag"), pl.lit("-"), pl.col("seq"))
        ),
        auction_id=pl.concat_str(pl.lit("auc-"), pl.col("tag"), pl.lit("-"), pl.col("seq")),
    )
