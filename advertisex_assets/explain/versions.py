"""Versions: of every table, contract and rule that a number rests on, and whether it is up to date with them."""

from collections.abc import Iterator

import polars as pl

from advertisex_assets.explain.asked import Asked, counted_tables
from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.pending import pending_gold
from advertisex_assets.gold.sources import Sources
from advertisex_assets.silver.handles import date_mark, open_tables
from advertisex_assets.silver.inputs import SILVER_VERSION, silver_inputs
from advertisex_assets.silver.pending import pending_dates
from advertisex_assets.transforms.enrich import enrichment_version
from resources.lake import Lake
from schemas.discover import all_feeds
from schemas.feed import Feed
from schemas.invalid_traffic import RULES
from schemas.tables.gold import CAMPAIGN_DAILY, CAMPAIGN_HOURLY, CONVERSIONS
from schemas.tables.silver import INVALID_TRAFFIC, silver_tables

VERSIONS = {"what": pl.String(), "version": pl.String(), "note": pl.String()}
REFERENCES = (
    "reference.creatives",
    "reference.campaigns",
    "reference.advertisers",
    "reference.exchange_rates",
)
Version = tuple[str, str, str | None]


def versions(lake: Lake, one: Asked) -> pl.DataFrame:
    """VERSIONS: tables as they are now, and the contracts and rules that judged the rows."""
    return pl.DataFrame([*_tables(lake, one), *_rules(one)], schema=VERSIONS, orient="row")


def behind(lake: Lake, one: Asked) -> list[str]:
    """What of the date is not up to date: then the number is not what bronze says now, and a refresh will change it."""
    inputs = silver_inputs(lake)
    late = [
        f"silver of {feed.name}"
        for feed in event_feeds()
        if one.day in pending_dates(open_tables(lake, feed), inputs)
    ]
    waiting = pending_gold(lake)
    upstream = (CONVERSIONS.name, CAMPAIGN_HOURLY.name)
    marts = [name for name in (*upstream, one.table.name) if one.day in waiting.get(name, ())]
    return late + [f"gold.{name}" for name in dict.fromkeys(marts)]


def event_feeds() -> list[Feed]:
    """The feeds that fill the tables of events which the marts count."""
    counted = counted_tables()
    return [feed for feed in all_feeds() if any(output.table in counted for output in feed.outputs)]


def _tables(lake: Lake, one: Asked) -> Iterator[Version]:
    sources = Sources(lake)
    made_of = [CONVERSIONS.full_name, *([CAMPAIGN_HOURLY.full_name] if one.table is CAMPAIGN_DAILY else [])]
    for name in (one.table.full_name, *made_of, INVALID_TRAFFIC.full_name, *REFERENCES):
        yield name, str(sources[name].opened.version), None
    for feed in event_feeds():
        tables = open_tables(lake, feed)
        for table in silver_tables(feed):
            opened = tables.outputs[table.name]
            read = opened.mark(date_mark(feed, one.day))
            yield table.full_name, str(opened.version), f"made from bronze.{feed.name} version {read}"
        yield f"bronze.{feed.name}", str(tables.bronze.version), None


def _rules(one: Asked) -> Iterator[Version]:
    for feed in event_feeds():
        yield f"contract of {feed.name}", feed.contract_version, None
    yield "silver transforms", SILVER_VERSION, None
    yield "enrichment", enrichment_version(), None
    yield f"mart {one.table.full_name}", mart_named(one.table.name).version, None
    yield "rules of invalid traffic", ", ".join(rule.identity for rule in RULES), None
