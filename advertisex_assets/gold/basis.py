"""Basis: what a date's published numbers rested on, so that a later difference can be explained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from advertisex_assets.gold.sources import Sources
from schemas.discover import all_feeds
from schemas.tables.gold import CAMPAIGN_DAILY, PUBLISHED
from schemas.tables.ops import LEDGER

LATE_DATA = "late_data"
RULE_CHANGE = "rule_change"
REFERENCE_CHANGE = "reference_change"
REPLAY = "replay"
ERASURE = "erasure"

ACTS = {"replay": REPLAY, "erase": ERASURE, "erasure": ERASURE}
"""How the ids of runs begin that rewrite silver because somebody asked for it."""

REFERENCES = (
    "reference.campaigns",
    "reference.creatives",
    "reference.advertisers",
    "reference.exchange_rates",
)
CAUSES = {"event_date": pl.Date(), "pending_cause": pl.String()}


@dataclass(frozen=True)
class Basis:
    """Contract versions of the feeds, and a digest of the reference rows that held on the date."""

    rules: str
    reference: str


@dataclass(frozen=True)
class Publication:
    """What a date's latest revision rested on, and when it was made."""

    basis: Basis
    published_at: datetime


def basis_of(day: date, sources: Sources) -> Basis:
    """What the date rests on now."""
    contracts = [f"{feed.name}={feed.contract_version}" for feed in all_feeds()]
    columns = f"{CAMPAIGN_DAILY.name}={','.join(CAMPAIGN_DAILY.schema)}"
    return Basis(
        ";".join([*contracts, columns]), ";".join(sources[name].validity.digest(day) for name in REFERENCES)
    )


def publications(dates: Sequence[date], sources: Sources) -> dict[date, Publication]:
    """The latest revision of each date that was published."""
    rows = sources[PUBLISHED.full_name].opened.scan_dates(min(dates), max(dates))
    latest = rows.filter(pl.col("revision") == pl.col("revision").max().over("event_date"))
    found = latest.select("event_date", "rules", "reference", "published_at").unique().collect()
    return {day: Publication(Basis(rules, reference), at) for day, rules, reference, at in found.iter_rows()}


def cause_since(day: date, before: Publication, sources: Sources) -> str:
    """Why the date's numbers are others now than when they were published: what was changed or done, else new data."""
    now = basis_of(day, sources)
    changed = {
        RULE_CHANGE: now.rules != before.basis.rules,
        REFERENCE_CHANGE: now.reference != before.basis.reference,
    }
    names = [name for name, is_so in changed.items() if is_so] + _acts_since(day, before, sources)
    return ",".join(names) or LATE_DATA


def causes(dates: Sequence[date], sources: Sources) -> pl.DataFrame:
    """CAUSES: why each published date would differ now."""
    rows = [(day, cause_since(day, before, sources)) for day, before in publications(dates, sources).items()]
    return pl.DataFrame(rows, schema=CAUSES, orient="row")


def _acts_since(day: date, before: Publication, sources: Sources) -> list[str]:
    """What people had done to silver of the date since, as the ledger's runs tell."""
    written = (
        sources[LEDGER.full_name]
        .opened.scan()
        .filter(pl.col("event_date") == day, pl.col("written_at") > before.published_at)
    )
    runs = written.select(pl.col("run_id").str.split("-").list.first()).unique().collect()
    return sorted({ACTS[kind] for kind in runs["run_id"].to_list() if kind in ACTS})
