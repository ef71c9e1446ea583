"""Explain: puts together what a number of a mart is made of, and whether bronze gives the same."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from advertisex_assets.explain.asked import Asked, definition, stored
from advertisex_assets.explain.bronze import rows_around, rows_naming
from advertisex_assets.explain.facts import facts_of, spend_facts, traffic_facts, unknown_to_the_recount
from advertisex_assets.explain.recount import FeedFacts, Recounted, Reference, recount
from advertisex_assets.explain.silver import reasons, sources
from advertisex_assets.explain.versions import behind, event_feeds, versions
from advertisex_assets.silver.invalid_traffic_asset import limits
from advertisex_assets.transforms.pseudonymise import NO_CONSENT
from resources.addresses import address_book
from resources.lake import Lake
from resources.settings import settings
from schemas.discover import declared_spend
from schemas.feed import Feed
from schemas.invalid_traffic import REACH_DAYS
from schemas.tables.gold import PUBLISHED
from schemas.tables.reference import REFERENCE_TABLES
from schemas.tables.silver import silver_tables

REFERENCED = ("creatives", "campaigns", "exchange_rates")

TOLERANCE = 1e-12
"""Relative, of rates: the mart divides floats, the recount fractions."""


@dataclass(frozen=True)
class Explanation:
    """A number taken apart.

    `parts` are the columns that it follows from, `published` the value of the last revision (None before the first),
    `reasons`, `versions` and `sources` tables, `behind` what a refresh would bring up to date, `unknown` what the
    recount does not judge.
    """

    asked: Asked
    definition: str
    value: Any
    parts: Mapping[str, Any]
    published: int | None
    reasons: pl.DataFrame
    versions: pl.DataFrame
    sources: pl.DataFrame
    behind: list[str]
    unknown: list[str]
    recounted: Recounted

    @property
    def recount(self) -> Any:
        """What bronze gives for the number, as the mart would show it; None also where the recount does not know it."""
        found = self.recounted.numbers.get(self.asked.metric)
        return float(found) if found is not None and self.asked.rate else found

    @property
    def is_recounted(self) -> bool:
        """Whether the recount knows the metric at all."""
        return self.asked.metric in self.recounted.numbers

    @property
    def agrees(self) -> bool:
        """Whether bronze gives the number that the mart shows."""
        if not self.is_recounted or (self.value is None) != (self.recount is None):
            return False
        if self.asked.rate and self.value is not None:
            return math.isclose(self.value, self.recount, rel_tol=TOLERANCE)
        return bool(self.value == self.recount)


def explain(lake: Lake, one: Asked) -> Explanation:
    """Takes a number apart; NothingToExplainError if the mart has no such row."""
    row = stored(lake, one)
    feeds = event_feeds()
    facts, reference = {feed.name: facts_of(feed) for feed in feeds}, reference_rows(lake)
    return Explanation(
        asked=one,
        definition=definition(one),
        value=row[one.metric],
        parts={part: row[part] for part in one.parts},
        published=_published(lake, one),
        reasons=reasons(lake, one, facts, reference),
        versions=versions(lake, one),
        sources=sources(lake, one),
        behind=behind(lake, one),
        unknown=[
            f"{code} ({feed.name})"
            for feed in feeds
            for code in unknown_to_the_recount(feed, _is_withheld(lake, feed, one.day))
        ],
        recounted=recount_of(lake, one, facts, reference),
    )


def _is_withheld(lake: Lake, feed: Feed, day: date) -> bool:
    """Whether any row that can matter to the date had no consent."""
    reach = timedelta(days=REACH_DAYS)
    withheld = pl.col("flags").list.contains(NO_CONSENT).any()
    spans = [lake.open(table).scan_dates(day - reach, day + reach) for table in silver_tables(feed)]
    return any(rows.select(withheld).collect().item() for rows in spans)


def recount_of(lake: Lake, one: Asked, facts: Mapping[str, FeedFacts], reference: Reference) -> Recounted:
    """The cell's numbers from bronze."""
    feeds, centres = event_feeds(), address_book(settings()).data_centres
    rows = {feed.name: rows_around(lake, feed, one.day) for feed in feeds}
    traffic, spend = traffic_facts(limits(), centres), spend_facts(declared_spend())
    return recount(
        rows, facts, reference, traffic, spend, one.cell, lambda ids: rows_naming(lake, feeds, one.day, ids)
    )


def reference_rows(lake: Lake) -> Reference:
    """Creatives, campaigns and exchange rates as the recount takes them."""
    times = pl.col("valid_from", "valid_to").cast(pl.Int64)
    return {
        table.name: lake.open(table).scan().with_columns(times).collect().to_dicts()
        for table in REFERENCE_TABLES
        if table.name in REFERENCED
    }


def _published(lake: Lake, one: Asked) -> int | None:
    """What was told last; only numbers of campaign days are published."""
    if one.table.grain_columns != ("event_date", "campaign_id"):
        return None
    rows = lake.open(PUBLISHED).scan_dates(one.day, one.day).filter(**{"metric": one.metric} | dict(one.cell))
    values = rows.sort("revision").select("value").collect()["value"]
    return int(values[-1]) if len(values) else None
