"""Finds the feeds: every module in `schemas/feeds` that defines `FEED`."""

import importlib
import pkgutil
from functools import cache

import schemas.feeds
from schemas.errors import ContractError, UnknownFeedError
from schemas.feed import Feed
from schemas.spend import Spend


@cache
def all_feeds() -> tuple[Feed, ...]:
    """Every declared feed, by name."""
    modules = pkgutil.iter_modules(schemas.feeds.__path__)
    feeds = [_feed_of(module.name) for module in modules if not module.name.startswith("_")]
    return tuple(sorted(feeds, key=lambda feed: feed.name))


def feed_named(name: str) -> Feed:
    """The feed of that name; UnknownFeedError names those that exist."""
    for feed in all_feeds():
        if feed.name == name:
            return feed
    raise UnknownFeedError(name, tuple(feed.name for feed in all_feeds()))


def declared_spend() -> Spend:
    """What spend counts; ContractError unless exactly one feed declares it: an impression is not paid twice."""
    named = {feed.name: feed.spend for feed in all_feeds() if feed.spend is not None}
    if len(named) != 1:
        raise ContractError(f"Exactly one feed says what spend counts (`spend=`), not {sorted(named) or 'none'}.")
    return next(iter(named.values()))


def _feed_of(module_name: str) -> Feed:
    module = importlib.import_module(f"schemas.feeds.{module_name}")
    feed = getattr(module, "FEED", None)
    if not isinstance(feed, Feed):
        raise ContractError(f"schemas/feeds/{module_name}.py defines no FEED of type Feed.")
    return feed
