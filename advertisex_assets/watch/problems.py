"""Problems: data that is late and sums that do not agree; who is told is decided elsewhere."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from advertisex_assets.gold.assets import OWNER as GOLD_OWNER
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.transforms.watch.freshness import is_behind, staleness
from advertisex_assets.watch.feed_problem import Links, feed_problem, words
from advertisex_assets.watch.file_balance import file_balance
from advertisex_assets.watch.gone import gone_problems
from advertisex_assets.watch.losses import find_losses
from advertisex_assets.watch.offsets import offset_problems
from advertisex_assets.watch.recounts import recount_problems
from advertisex_assets.watch.status import watermark
from advertisex_assets.watch.unread import oldest_unread
from resources.lake import Lake, LakeTable
from schemas.alerts.incident import Impact, Problem
from schemas.alerts.kinds import (
    DATA_STALE,
    RECORDS_LOST,
)
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables

FRESHNESS = "freshness"
SUMS = "sums"
"""Scopes: who looked. Each function below reports all that its scope sees."""


def freshness_problems(lake: Lake, feeds: Sequence[Feed], now: datetime, links: Links) -> list[Problem]:
    """Feeds whose newest event is older than promised, and landed rows that silver leaves waiting."""
    problems = []
    for feed in feeds:
        late = staleness(feed, watermark(lake, feed), now)
        waiting, first = oldest_unread(lake, feed)
        if first is not None and is_behind(first, now):
            since = f"{first:%Y-%m-%d %H:%M} UTC"
            summary = f"{waiting:,} landed records of {feed.name} have waited for silver since {since}."
            problems.append(
                feed_problem(feed, FRESHNESS, DATA_STALE, "behind", summary, first, links, Impact(waiting))
            )
        elif late is not None:
            summary = (
                f"{feed.name} is complete to {late.complete_to:%Y-%m-%d %H:%M} UTC only, "
                f"{words(late.late_by)} later than the {words(late.allowed)} it promises."
            )
            problems.append(
                feed_problem(feed, FRESHNESS, DATA_STALE, "stale", summary, late.complete_to, links)
            )
    return problems


def sums_problems(lake: Lake, feeds: Sequence[Feed], now: datetime, links: Links) -> list[Problem]:
    """Deleted files, records that are missing, doubled or unknown, offsets that do not add up, and what the broker
    deleted unread, and marts that count otherwise than silver."""
    problems: list[Problem] = []
    for feed in feeds:
        tables = (bronze_table(feed), QUARANTINE, DUPLICATES, *silver_tables(feed))
        gone = gone_problems(lake, tables, SUMS, feed.owner, now, links)
        if gone:
            problems += gone
            continue  # What is left cannot be counted before they are back.
        for loss in find_losses(lake, feed):
            what = f"lost/{loss.table}/{loss.kind}"
            problems.append(
                feed_problem(
                    feed,
                    SUMS,
                    RECORDS_LOST,
                    what,
                    loss.sentence,
                    now,
                    links,
                    Impact(loss.rows),
                    str(loss.first),
                )
            )
        if lake.exists(bronze_table(feed)):
            bronze = lake.open(bronze_table(feed))
            problems += offset_problems(bronze, feed, SUMS, now, links)
            problems += _file_problems(lake, bronze, feed, now, links)
    gone = gone_problems(lake, [mart.table for mart in MARTS], SUMS, GOLD_OWNER, now, links)
    if gone or any("/gone/" in one.key for one in problems):
        return problems + gone
    return problems + recount_problems(lake, feeds, SUMS, now, links)


def _file_problems(lake: Lake, bronze: LakeTable, feed: Feed, now: datetime, links: Links) -> list[Problem]:
    wrong = file_balance(lake, feed, bronze).filter(~pl.col("balanced"))
    return [
        feed_problem(
            feed, SUMS, RECORDS_LOST, f"file/{row['source']}",
            f"File {row['path'] or row['source']} brought {row['records']:,} records, bronze holds {row['rows']:,}.",
            now, links, Impact(abs(row["records"] - row["rows"])),
        )
        for row in wrong.iter_rows(named=True)
    ]  # fmt: skip
