"""Auction outcomes: what became of our bids, as the bidder and the exchanges' win, billing and loss notices tell."""

from datetime import timedelta

import polars as pl

from schemas.codecs import JsonCodec
from schemas.columns import Column
from schemas.feed import Feed, Key, Output
from schemas.types import Category, Currency, EventTime, Identifier, Integer, Money, Text, Website

BID = "bid"
LOSS = "loss"
WIN = "win"
BILLING = "billing"

OUTCOME_BY_NAME = {
    "bid": BID,
    "bid_response": BID,
    "loss": LOSS,
    "lurl": LOSS,
    "win": WIN,
    "nurl": WIN,
    "billing": BILLING,
    "burl": BILLING,
}
"""What senders call an outcome; OpenRTB 2.6 section 3.2.4 names the notices by the URLs that are called."""

HIGHEST_CPM_UNITS = 1_000_000
"""Prices are CPM in OpenRTB: a thousand times the highest price per impression."""

FEED = Feed(
    name="auction_outcomes",
    topic="auction-outcomes",
    description="What became of our bids: bids, losses with their reason, wins and billing notices, as JSON.",
    owner="bidder@advertisex.example",
    codecs=(JsonCodec(),),
    columns=(
        Column(
            "outcome_id",
            Identifier(),
            ("outcome_id", "notice_id", "event_id"),
            "The bidder's id of the record.",
        ),
        Column(
            "auction_id",
            Identifier(),
            ("auction_id", "auctionId", "request_id"),
            "The auction.",
            required=True,
        ),
        Column("bid_id", Identifier(), ("bid_id", "bidId"), "Our bid in it."),
        Column(
            "event_at",
            EventTime(),
            ("timestamp", "event_timestamp", "ts"),
            "When it happened.",
            required=True,
        ),
        Column(
            "outcome",
            Category(OUTCOME_BY_NAME),
            ("outcome", "notice", "type"),
            "bid, loss, win or billing.",
            required=True,
        ),
        Column("campaign_id", Identifier(), ("campaign_id", "campaignId", "cid"), "The campaign that bid."),
        Column(
            "creative_id",
            Identifier(),
            ("creative_id", "ad_creative_id", "crid"),
            "The creative offered.",
        ),
        Column("website", Website(), ("website", "site", "domain"), "Where the ad would be shown."),
        Column("exchange", Text(), ("exchange", "seat_exchange"), "The exchange that held the auction."),
        Column("deal_id", Identifier(), ("deal_id", "dealid"), "The private deal."),
        Column(
            "bid_micros",
            Money(HIGHEST_CPM_UNITS),
            ("bid_price", "bid"),
            "What we offered.",
            unit="micros CPM",
        ),
        Column(
            "clearing_micros",
            Money(HIGHEST_CPM_UNITS),
            ("clearing_price", "price", "auction_price"),
            "What a win costs (`${AUCTION_PRICE}`, substituted).",
            unit="micros CPM",
        ),
        Column("currency", Currency("USD"), ("currency", "cur"), "The currency of the prices."),
        Column(
            "loss_reason",
            Integer(),
            ("loss_reason", "loss_code"),
            "Why we lost: OpenRTB list 5.25.",
        ),
    ),
    key=Key("outcome_id"),
    outputs=(Output("auction_outcomes", pl.lit(True), "Each bid, loss, win and billing notice once."),),
    freshness=timedelta(minutes=15),
)
