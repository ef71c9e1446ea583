"""The faults that a run plants: one a day after two weeks, every kind, on targets that the seed chooses."""

import random
from datetime import timedelta

from resources.sample_traffic.config import FaultKind, PlantedFault, TrafficConfig
from resources.sample_traffic.shares import IMPRESSION_SHARE
from resources.sample_traffic.world import MEAN_WEIGHT, World, make_world

EVENTS = 1_500_000
DAYS = 22
"""Two weeks to learn from, and a day for each fault; some 15,000 impressions a day, which is a small advertiser."""

LASTS = timedelta(hours=12)
FIRST_DAY = 14

LARGEST_SITES = 8
"""A site gone is planted among those with at least a hundred impressions a day: less cannot be missed within one."""

Target = tuple[str, str | None]


def clean_run(seed: int) -> TrafficConfig:
    """Traffic without faults."""
    return TrafficConfig(seed=seed, events=EVENTS, days=DAYS, broken_tracking=False)


def faulty_run(seed: int) -> TrafficConfig:
    """The same traffic with every kind of fault, one a day."""
    clean = clean_run(seed)
    chance = random.Random(f"faults/{seed}")
    world = make_world(clean)
    campaigns = _lasting(world)
    sites = list(world.sites[:LARGEST_SITES])
    targets: list[tuple[FaultKind, Target]] = [
        (FaultKind.DROP_TO_ZERO, chance.choice([("impressions", None), ("clicks_conversions", None)])),
        (FaultKind.DROP_TO_ZERO, ("impressions", chance.choice(campaigns))),
        (FaultKind.DROP_30_PERCENT, chance.choice([("impressions", None), ("bid_requests", None)])),
        (FaultKind.CTR_TRIPLED, ("clicks_conversions", chance.choice([None, *campaigns[:3]]))),
        (FaultKind.SITE_GONE, ("impressions", chance.choice(sites))),
        (FaultKind.DUPLICATED_STREAM, chance.choice([("impressions", None), ("bid_requests", None)])),
        (FaultKind.CLOCK_SKEW, ("impressions", chance.choice([None, *campaigns[:3]]))),
        (FaultKind.CURRENCY_SLIP, ("impressions", chance.choice([None, *campaigns[:3]]))),
    ]
    faults = []
    for number, (kind, (feed, target)) in enumerate(targets):
        start = clean.start_at + timedelta(days=FIRST_DAY + number, hours=chance.randrange(0, 10))
        faults.append(PlantedFault(kind, feed, target, start, start + LASTS))
    return TrafficConfig(
        seed=seed, events=EVENTS, days=DAYS, broken_tracking=False, planted_faults=tuple(faults)
    )


def _lasting(world: World) -> list[str]:
    """Campaigns whose budget outlasts the run, and which no creative leaves or joins."""
    impressions_each = EVENTS * IMPRESSION_SHARE / len(world.campaigns)
    moved = {world.campaigns[0].campaign_id, world.receiving_campaign_id}
    needs = {
        c.campaign_id: impressions_each * c.weight / MEAN_WEIGHT * c.price_micros for c in world.campaigns
    }
    lasting = [c for c in world.campaigns if c.budget_micros > needs[c.campaign_id] * AMPLE]
    return [campaign.campaign_id for campaign in lasting if campaign.campaign_id not in moved]


AMPLE = 1.4
"""Prices and shares are drawn: the formula of the expected spend is off by some."""
