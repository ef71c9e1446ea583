"""Poison: records that our own code fails on, as problems; one for each place in the code, however many records."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from advertisex_assets.transforms.isolate import PLACE_IN_REASON
from advertisex_assets.transforms.validate import POISON
from advertisex_assets.watch.feed_problem import Links, feed_problem
from resources.lake import Lake
from schemas.alerts.incident import Impact, Problem
from schemas.alerts.kinds import POISON_RECORD
from schemas.feed import Feed
from schemas.tables.silver import QUARANTINE

POISONED = "poison"
"""The scope of these problems."""

SEEN = ("detail", "source_name", "partition", "offset", "received_at")


def poison_problems(lake: Lake, feeds: Sequence[Feed], now: datetime, links: Links) -> list[Problem]:
    """Of each feed what the quarantine holds as `poison`, by the place in our code that failed."""
    if not lake.exists(QUARANTINE):
        return []
    rows = lake.open(QUARANTINE).scan().filter(pl.col("codes").list.contains(POISON.code))
    seen = rows.select("feed", *SEEN).sort("received_at", "partition", "offset").collect()
    failed_at = pl.col("detail").str.extract(PLACE_IN_REASON).fill_null("?").alias("failed_at")
    problems = []
    for feed in feeds:
        mine = seen.filter(pl.col("feed") == feed.name).with_columns(failed_at)
        for (place,), some in mine.group_by("failed_at", maintain_order=True):
            first = some.row(0, named=True)
            summary = (
                f"Our code failed on {some.height:,} records of {feed.name}: {place}. The first is at "
                f"{first['source_name']} partition {first['partition']} offset {first['offset']}."
            )
            since, impact = first["received_at"], Impact(some.height)
            problems.append(feed_problem(feed, POISONED, POISON_RECORD, str(place), summary, since, links, impact))
    return problems
