"""Sums over the truth, kept while it streams by: the summary and the campaign days. Not here: the truth of a record."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from resources.sample_traffic.truth import ACCEPTED

DAILY_KEYS = ("event_date", "campaign_id")


@dataclass
class TruthSums:
    """What `add` has seen so far. Memory is bounded by days x campaigns."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    days: pl.DataFrame | None = None

    def add(self, truth: pl.DataFrame) -> None:
        """Count truth rows in."""
        for feed, outcome, count in truth.group_by("feed", "outcome").len().iter_rows():
            self.outcomes[feed, outcome] += count
        codes = truth.select("feed", "codes").explode("codes", empty_as_null=False)
        for feed, code, count in codes.group_by("feed", "codes").len().iter_rows():
            self.codes[feed, code] += count
        accepted = truth.filter(pl.col("outcome") == ACCEPTED)
        for table, count in accepted.group_by("table").len().iter_rows():
            self.tables[table] += count
        days = _campaign_days(accepted)
        self.days = days if self.days is None else _summed(pl.concat([self.days, days]))

    def summary(self) -> dict[str, Any]:
        """Counts per feed (records, outcomes, codes) and accepted rows per table."""
        feeds: dict[str, Any] = {}
        for (feed, outcome), count in sorted(self.outcomes.items()):
            entry = feeds.setdefault(feed, {"records": 0, "outcomes": {}, "codes": {}})
            entry["records"] += count
            entry["outcomes"][outcome] = count
        for (feed, code), count in sorted(self.codes.items()):
            feeds[feed]["codes"][code] = count
        return {"feeds": feeds, "tables": dict(sorted(self.tables.items()))}

    def campaign_daily(self) -> pl.DataFrame:
        """event_date, campaign_id, impressions, clicks, conversions, spend_micros, of accepted records, sorted."""
        days = self.days if self.days is not None else _campaign_days(pl.DataFrame())
        return days.sort(DAILY_KEYS)


def _campaign_days(accepted: pl.DataFrame) -> pl.DataFrame:
    counts = {
        name: (pl.col("table") == name).sum().cast(pl.Int64)
        for name in ("impressions", "clicks", "conversions")
    }
    spend = pl.col("price_micros").filter(pl.col("table") == "impressions").sum()
    days = (
        accepted.filter(pl.col("campaign_id").is_not_null())
        .group_by(DAILY_KEYS)
        .agg(**counts, spend_micros=spend)
    )
    # A day with nothing but visits is no row: the mart counts impressions, clicks and conversions.
    return days.filter(pl.any_horizontal(pl.col(name) > 0 for name in counts))


def _summed(days: pl.DataFrame) -> pl.DataFrame:
    return days.group_by(DAILY_KEYS).agg(pl.all().sum())
