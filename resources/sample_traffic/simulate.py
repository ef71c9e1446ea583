"""The simulation: chunk by chunk through time, what each feed delivers. Not here: files, messages, truth."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from resources.sample_traffic.actions import actions
from resources.sample_traffic.auctions import Spending, auctions, bid_requests, impressions
from resources.sample_traffic.config import TrafficConfig, epoch_us
from resources.sample_traffic.delivery import FeedDelivery
from resources.sample_traffic.draws import Draws
from resources.sample_traffic.feeds import FEEDS
from resources.sample_traffic.rhythm import Chunk, chunks
from resources.sample_traffic.world import World, make_world


@dataclass(frozen=True)
class Delivery:
    """The records of one feed that arrive within one chunk, in order of arrival."""

    feed: str
    chunk: Chunk
    rows: pl.DataFrame


def simulate(config: TrafficConfig, world: World | None = None) -> Iterator[Delivery]:
    """All deliveries of a run in time order, feed by feed within a chunk; holds one chunk and what is under way."""
    world = world or make_world(config)
    spending = Spending.none_yet(world)
    feeds = {name: FeedDelivery(feed, config) for name, feed in FEEDS.items()}
    for chunk in chunks(config):
        running = chunk.start_us < epoch_us(config.end_at)
        if not running and not any(feed.pending for feed in feeds.values()):
            return
        if running:
            for name, events in _events(chunk, config, world, spending).items():
                feeds[name].send(events, Draws(config.seed, f"{name}/{chunk.index}"))
        for name, feed in feeds.items():
            rows = feed.take(chunk.end_us)
            if len(rows):
                yield Delivery(name, chunk, rows)


def _events(chunk: Chunk, config: TrafficConfig, world: World, spending: Spending) -> dict[str, pl.DataFrame]:
    draws = Draws(config.seed, chunk.index)
    offered = auctions(chunk, draws, config, world)
    shown = impressions(spending.buy(offered.filter("won"), world), draws, world)
    return {
        "impressions": shown.drop("campaign"),
        "clicks_conversions": actions(shown, chunk, draws, config, world),
        "bid_requests": bid_requests(offered),
    }
