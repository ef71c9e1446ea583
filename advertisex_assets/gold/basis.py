"""Basis: the rules and the reference that a date's numbers rest on, so that a later difference can be explained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from advertisex_assets.gold.sources import Sources
from schemas.discover import all_feeds
from schemas.tables.gold import CAMPAIGN_DAILY, PUBLISHED

LATE_DATA = "late_data"
RULE_CHANGE = "rule_change"
REFERENCE_CHANGE = "reference_change"

REFERENCES = ("reference.campaigns", "reference.creatives", "reference.advertisers")
CAUSES = {"event_date": pl.Date(), "pending_cause": pl.String()}


@dataclass(frozen=True)
class Basis:
    """Contract versions of the feeds, and a digest of the reference rows that held on the date."""

    rules: str
    reference: str

    def cause_since(self, before: "Basis") -> str:
        """Why numbers that rested on `before` are others now: what changed, or else new data."""
        changed = {
            RULE_CHANGE: self.rules != before.rules,
            REFERENCE_CHANGE: self.reference != before.reference,
        }
        return ",".join(name for name, is_so in changed.items() if is_so) or LATE_DATA


def basis_of(day: date, sources: Sources) -> Basis:
    """What the date rests on now."""
    contracts = [f"{feed.name}={feed.contract_version}" for feed in all_feeds()]
    columns = f"{CAMPAIGN_DAILY.name}={','.join(CAMPAIGN_DAILY.schema)}"
    return Basis(
        ";".join([*contracts, columns]), ";".join(sources[name].validity.digest(day) for name in REFERENCES)
    )


def published_bases(dates: Sequence[date], sources: Sources) -> dict[date, Basis]:
    """What each published date rested on when it was published last."""
    rows = sources[PUBLISHED.full_name].opened.scan_dates(min(dates), max(dates))
    latest = rows.filter(pl.col("revision") == pl.col("revision").max().over("event_date"))
    found = latest.select("event_date", "rules", "reference").unique().collect()
    return {day: Basis(rules, reference) for day, rules, reference in found.iter_rows()}


def causes(dates: Sequence[date], sources: Sources) -> pl.DataFrame:
    """CAUSES: why each published date would differ now."""
    bases = published_bases(dates, sources)
    rows = [(day, basis_of(day, sources).cause_since(before)) for day, before in bases.items()]
    return pl.DataFrame(rows, schema=CAUSES, orient="row")
