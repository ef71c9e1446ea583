"""Who advertises, with what, and where: advertisers, campaigns, creatives and sites, fixed for a run.

Not here: the reference tables as files (`reference`), people (`population`), events.
"""

import random
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import polars as pl

from resources.sample_traffic.config import FIRST_CAMPAIGN_ID, TrafficConfig, epoch_us
from resources.sample_traffic.shares import IMPRESSION_SHARE

FIRST_CREATIVE_ID = 4001
CREATIVES_PER_CAMPAIGN = 3
CAMPAIGNS_PER_ADVERTISER = 3
MEAN_WEIGHT = 2.7
"""Of a campaign, by the formula in `_campaign`."""
SITES = 30
UNASSIGNED = "(unassigned)"
"""Campaign of a record whose campaign or creative no reference knows."""

HOUSE_CURRENCY = "USD"
"""What is paid in where no campaign is known."""

UNKNOWN_CAMPAIGN_ID = "999"
UNKNOWN_CREATIVE_ID = "999001"
"""Ids that no reference has: as when a partner's campaign goes live before anybody told us."""

SECTORS = ("outdoor", "travel", "bank", "grocer", "shoes", "energy", "games", "insurance", "books", "cars")
ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "UTC",
    "America/Los_Angeles",
    "Australia/Sydney",
)
SITE_TOPICS = (
    "news",
    "weather",
    "recipes",
    "football",
    "chess",
    "gardens",
    "films",
    "finance",
    "maps",
    "music",
)


@dataclass(frozen=True)
class Campaign:
    """One campaign: rates are probabilities, money is in micros of `currency`."""

    campaign_id: str
    advertiser_id: str
    name: str
    currency: str
    weight: float
    price_micros: int
    click_rate: float
    conversion_rate: float
    revenue_micros: int
    budget_micros: int


@dataclass(frozen=True)
class World:
    """All that stays the same during a run; `move_at_us` is when one creative changes its campaign."""

    campaigns: tuple[Campaign, ...]
    sites: tuple[str, ...]
    move_at_us: int

    @property
    def moved_creative_id(self) -> str:
        """The creative that changes its campaign: the least used of the first campaign."""
        return str(FIRST_CREATIVE_ID + CREATIVES_PER_CAMPAIGN - 1)

    @property
    def receiving_campaign_id(self) -> str:
        """Where it goes: another campaign of the same advertiser."""
        return self.campaigns[:CAMPAIGNS_PER_ADVERTISER][-1].campaign_id

    @cached_property
    def campaign_table(self) -> pl.DataFrame:
        """One row per campaign, in the order of their indexes."""
        return pl.DataFrame([vars(campaign) for campaign in self.campaigns])

    @cached_property
    def creative_table(self) -> pl.DataFrame:
        """creative_id, home_campaign_id: where each creative starts out."""
        ids = [c.campaign_id for c in self.campaigns for _ in range(CREATIVES_PER_CAMPAIGN)]
        creative_ids = [str(FIRST_CREATIVE_ID + i) for i in range(len(ids))]
        return pl.DataFrame({"creative_id": creative_ids, "home_campaign_id": ids})

    def weights(self) -> list[float]:
        """How much of the traffic each campaign buys."""
        return [campaign.weight for campaign in self.campaigns]

    def site_weights(self) -> list[float]:
        """A few large sites, many small ones (Zipf)."""
        return [1 / (rank + 2) for rank in range(len(self.sites))]

    def campaign_of(self, creative_id: pl.Expr, event_at_us: pl.Expr) -> pl.Expr:
        """The campaign that the reference gives a creative at a time; null for an unknown creative."""
        table = self.creative_table
        home = creative_id.replace_strict(table["creative_id"], table["home_campaign_id"], default=None)
        moved = (creative_id == self.moved_creative_id) & (event_at_us >= self.move_at_us)
        return pl.when(moved).then(pl.lit(self.receiving_campaign_id)).otherwise(home)

    def advertiser_of(self) -> dict[str, str]:
        """Campaign id to advertiser id."""
        return {campaign.campaign_id: campaign.advertiser_id for campaign in self.campaigns}


def make_world(config: TrafficConfig) -> World:
    """The world of a run, from its seed."""
    chance = random.Random(f"{config.seed}/world")
    impressions_each = config.events * IMPRESSION_SHARE / config.campaigns
    campaigns = tuple(
        _campaign(i, config.campaigns, impressions_each, chance) for i in range(config.campaigns)
    )
    sites = tuple(f"{SITE_TOPICS[i % len(SITE_TOPICS)]}-{i + 1}.example" for i in range(SITES))
    move_at = config.start_at + timedelta(days=config.days // 2)
    return World(campaigns, sites, epoch_us(move_at))


def _campaign(index: int, count: int, impressions_each: float, chance: random.Random) -> Campaign:
    advertiser = index // CAMPAIGNS_PER_ADVERTISER
    sector = SECTORS[advertiser % len(SECTORS)]
    # The largest campaign buys some five times what the smallest does.
    weight = 1 + 4 * (count - index) / count * chance.uniform(0.6, 1.0)
    price_micros = chance.randrange(900, 6_000)
    expected_micros = impressions_each * weight / MEAN_WEIGHT * price_micros
    return Campaign(
        campaign_id=str(FIRST_CAMPAIGN_ID + index),
        advertiser_id=f"adv-{advertiser + 1}",
        name=f"{sector} {('spring', 'brand', 'retargeting')[index % 3]} {index + 1}",
        currency="EUR" if advertiser % 3 == 2 else "USD",
        weight=weight,
        price_micros=price_micros,
        click_rate=chance.uniform(0.01, 0.06),
        conversion_rate=chance.uniform(0.06, 0.25),
        revenue_micros=chance.randrange(8, 120) * 1_000_000,
        # Some run out of money before the run ends, most do not.
        budget_micros=round(expected_micros * chance.uniform(0.7, 2.5)),
    )
