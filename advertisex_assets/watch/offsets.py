"""Offsets: those that the broker deleted unread, and those that were passed without a message or an accounted gap."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from advertisex_assets.bronze.kafka.balance import kafka_balance
from advertisex_assets.watch.feed_problem import Links, feed_problem
from resources.lake import LakeTable
from schemas.alerts.incident import Impact, Problem
from schemas.alerts.kinds import OFFSETS_EXPIRED, RECORDS_LOST
from schemas.feed import Feed

SHOWN = 3
"""Stretches that a person is told, the longest: aborted messages and markers are short ones."""


def offset_problems(bronze: LakeTable, feed: Feed, scope: str, now: datetime, links: Links) -> list[Problem]:
    """One problem for each partition whose offsets have expired, or do not add up."""
    problems = []
    for row in kafka_balance(bronze).iter_rows(named=True):
        where = f"{feed.topic} partition {row['partition']}"
        if row["expired"]:
            summary = f"The broker deleted {row['expired']:,} records of {where} before they were read."
            what = f"expired/{row['source']}/{row['partition']}/{row['expired']}"
            impact = Impact(row["expired"])
            problems.append(feed_problem(feed, scope, OFFSETS_EXPIRED, what, summary, now, links, impact))
        if not row["balanced"]:
            gaps = row["expired"] + row["aborted"] + row["marker"]
            missing = (row["offsets"] or 0) - row["messages"] - gaps
            summary = (
                f"{where}: {row['offsets'] or 0:,} offsets were passed, but {row['messages']:,} messages and "
                f"{gaps:,} gaps are accounted for.{_without_message(bronze, row) if missing > 0 else ''}"
            )
            what, impact = f"offsets/{row['source']}/{row['partition']}", Impact(abs(missing))
            problems.append(feed_problem(feed, scope, RECORDS_LOST, what, summary, now, links, impact))
    return problems


def _without_message(bronze: LakeTable, row: Mapping[str, Any]) -> str:
    """The stretches of offsets between messages that hold none, in words."""
    mine = (pl.col("source") == row["source"]) & (pl.col("partition") == row["partition"])
    offsets = bronze.scan().filter(mine).select(pl.col("offset").unique().sort())
    steps = offsets.select(
        (pl.col("offset").shift(1) + 1).alias("first"), (pl.col("offset") - 1).alias("last")
    ).filter(pl.col("last") >= pl.col("first"))
    longest = steps.sort(pl.col("last") - pl.col("first"), descending=True).head(SHOWN).sort("first")
    words = [str(first) if first == last else f"{first} to {last}" for first, last in longest.collect().iter_rows()]
    return f" No message stands at {', '.join(words)}." if words else " The newest are missing."
