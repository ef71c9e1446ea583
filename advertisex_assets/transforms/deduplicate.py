"""Deduplicate: of all valid records of one event, which one stands, and who lost to whom.

Two records are of one event when they share `event_id` and their dates are at most the feed's window apart. A record
loses if any other record of the event, itself a winner or not, has a smaller order key: so the outcome of a date
depends on the rows within its window alone, and never on the order of arrival.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from schemas.tables.bronze import ORDER_KEY, POSITION

Frame: TypeAlias = nw.LazyFrame[Any]

KEYS = ("event_id", "day", "content_hash", *ORDER_KEY)
"""What deduplication reads: ids, `day` (Int64 days since 1970) and the order key (times as Int64 micros)."""

WINNER_OF = tuple(f"winner_{name}" for name in ORDER_KEY)


def resolve(incoming: Frame, stored: Frame, window_days: int) -> Frame:
    """Every contested record with its outcome; records that nobody contests are left out.

    Both frames have KEYS. Result: KEYS, `is_new`, `winner_*` (the order key of the smallest record in the window, its
    own for a winner), `winner_content_hash`, `beaten_by_new` (for a stored record: a newcomer is its winner now).
    """
    contested = _contested(_marked(incoming, True), _marked(stored, False))
    ranked = contested.with_row_index("rank", order_by=[*ORDER_KEY])
    ranked = ranked.with_columns(nw.col("rank").cast(nw.Int64))
    best = _best_in_window(ranked, window_days)
    return ranked.join(best, on="rank", how="inner").join(_as_winner(ranked), on="winner_rank", how="inner")


def _marked(rows: Frame, is_new: bool) -> Frame:
    return rows.select(*KEYS, nw.lit(is_new).alias("is_new"))


def _contested(incoming: Frame, stored: Frame) -> Frame:
    """All records whose event id an incoming record shares with another record."""
    arrivals = incoming.group_by("event_id").agg(nw.len().cast(nw.Int64).alias("arrivals"))
    rivals = stored.join(arrivals.select("event_id"), on="event_id", how="semi")
    repeated = arrivals.filter(nw.col("arrivals") > 1).select("event_id")
    disputed = nw.concat([repeated, rivals.select("event_id")], how="vertical").unique(subset=["event_id"])
    newcomers = incoming.join(disputed, on="event_id", how="semi")
    return nw.concat([newcomers, rivals], how="vertical")


def _best_in_window(ranked: Frame, window_days: int) -> Frame:
    """The smallest rank within each record's window, overall and among newcomers.

    One row per event and day first: a flood of one id stays linear.
    """
    new_rank = nw.when(nw.col("is_new")).then(nw.col("rank"))
    per_day = ranked.with_columns(new_rank.alias("new_rank")).group_by("event_id", "day")
    smallest = per_day.agg(
        nw.col("rank").min().cast(nw.Int64).alias("day_rank"),
        nw.col("new_rank").min().cast(nw.Int64).alias("day_new_rank"),
    ).rename({"day": "other_day"})
    near = (
        ranked.select("event_id", "day", "rank", "is_new")
        .join(smallest, on="event_id", how="inner")
        .filter((nw.col("other_day") - nw.col("day")).is_between(-window_days, window_days))
    )
    best = near.group_by("rank", "is_new").agg(
        nw.col("day_rank").min().cast(nw.Int64).alias("winner_rank"),
        nw.col("day_new_rank").min().cast(nw.Int64).alias("new_rank"),
    )
    beaten = (~nw.col("is_new")) & (nw.col("new_rank") == nw.col("winner_rank")).fill_null(False)
    return best.with_columns(beaten.alias("beaten_by_new")).select("rank", "winner_rank", "beaten_by_new")


def _as_winner(ranked: Frame) -> Frame:
    names: Sequence[str] = (*ORDER_KEY, "content_hash")
    return ranked.select(
        nw.col("rank").alias("winner_rank"), *(nw.col(name).alias(f"winner_{name}") for name in names)
    )


def disturbed_days(resolved: Frame) -> Frame:
    """The days of stored records that a newcomer sorts before: their dates must be rebuilt. Column: `day`."""
    return resolved.filter(nw.col("beaten_by_new")).select("day").unique(subset=["day"])


def losers(resolved: Frame) -> Frame:
    """The incoming records that lost: POSITION, `winner_*` and `outcome` (duplicate or conflict)."""
    lost = resolved.filter(nw.col("is_new") & (nw.col("winner_rank") != nw.col("rank")))
    same = nw.col("content_hash") == nw.col("winner_content_hash")
    outcome = nw.when(same).then(nw.lit("duplicate")).otherwise(nw.lit("conflict"))
    return lost.with_columns(outcome.alias("outcome")).select(*POSITION, *WINNER_OF, "outcome")


def orphaned_days(losers: Frame, before: Frame, valid: Frame) -> Frame:
    """The days of stored losers whose winner is gone: they must be rebuilt. Column: `day`.

    `losers` have event_id, day and WINNER_OF; `before` and `valid` are the KEYS that some dates had and have. A record
    is gone also where it now says something else, or stands on another date.
    """
    beaten = losers.select("event_id").unique(subset=["event_id"])
    gone = before.join(beaten, on="event_id", how="semi").join(valid, on=[*KEYS], how="anti")
    winner, record = ["event_id", *WINNER_OF], ["event_id", *ORDER_KEY]
    orphans = losers.join(gone, left_on=winner, right_on=record, how="semi")
    return orphans.select("day").unique(subset=["day"])
