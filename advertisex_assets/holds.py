"""Holds: batches that a gate kept from being committed wait here, until somebody releases them or the code changes.

A release lets nothing through: the batch is tried again and judged by the same gates. Not here: the gates.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

import polars as pl

from resources.code import code_version
from resources.lake import Lake, Marks
from resources.run import Run, utc_now
from schemas.errors import AdvertiseXError, HeldBatchError, NotedHoldError
from schemas.feed import Feed
from schemas.tables.held import HELD

Receipt = TypeVar("Receipt")

IS_HELD = "held"
RELEASED = "released"
PASSED = "passed"


def silver_batch(feed: Feed) -> str:
    """What the silver tables of a feed are called here: they are committed together."""
    return f"silver.{feed.name}"


def held_now(lake: Lake) -> pl.DataFrame:
    """The rows of HELD that count: dates held by this very code, in order."""
    if not lake.exists(HELD):
        return pl.DataFrame(schema=HELD.schema)
    waiting = _latest(lake).filter(
        (pl.col("state") == IS_HELD) & (pl.col("code_version") == code_version())
    )
    return waiting.sort("batch", "event_date")


def held_by_batch(lake: Lake) -> dict[str, frozenset[date]]:
    """By batch the dates that are not to be tried."""
    dates = held_now(lake).group_by("batch").agg("event_date")
    return {batch: frozenset(days) for batch, days in dates.iter_rows()}


def held_dates(lake: Lake, batch: str) -> frozenset[date]:
    """The dates of a batch that are not to be tried."""
    return held_by_batch(lake).get(batch, frozenset())


def hold_culprits(
    lake: Lake, batch: str, run: Run, dates: Sequence[date], work: Callable[[list[date]], Receipt]
) -> list[Receipt]:
    """Does the work for all the dates at once; where it is held, halves them until the culprits are alone.

    Notes the culprits, and raises one NotedHoldError about all of them at the end: other dates do not wait for them.
    `work` may be given dates again that it has done.
    """
    done: list[Receipt] = []
    passed: list[date] = []
    errors: dict[date, HeldBatchError] = {}
    waiting = [list(dates)]
    while waiting:
        some = waiting.pop(0)
        try:
            done.append(work(some))
            passed += some
        except HeldBatchError as error:
            middle = len(some) // 2
            if middle:
                waiting[:0] = [some[:middle], some[middle:]]
            else:
                errors[some[0]] = error
    _note_passed(lake, batch, passed, run)
    if errors:
        _note_held(lake, batch, errors, run)
        raise _together(batch, errors)
    return done


def release(
    lake: Lake, batch: str, dates: Collection[date], by: str, note: str, now: Callable[[], datetime] = utc_now
) -> pl.DataFrame:
    """Has held dates tried again (all of the batch without `dates`); returns them. AdvertiseXError if none is held."""
    waiting = held_now(lake)
    chosen = waiting.filter(pl.col("batch") == batch)
    if dates:
        chosen = chosen.filter(pl.col("event_date").is_in(list(dates)))
    missing = sorted(set(dates) - set(chosen["event_date"].to_list()))
    if chosen.is_empty() or missing:
        known = ", ".join(f"{row['batch']} {row['event_date']}" for row in waiting.iter_rows(named=True))
        what = f"{batch} {', '.join(map(str, missing))}".strip()
        raise AdvertiseXError(f"{what} is not held, so nothing was released. Held: {known or 'nothing'}.")
    _write(lake, chosen, state=RELEASED, by=by, note=note, written_at=now())
    return chosen


def _together(batch: str, errors: dict[date, HeldBatchError]) -> NotedHoldError:
    first = next(iter(errors.values()))
    dates = ", ".join(map(str, sorted(errors)))
    return NotedHoldError(
        f"{first} Held: {batch} on {dates}; it is tried again with new code, or after `advertisex release {batch}`."
    )


def _note_held(lake: Lake, batch: str, errors: dict[date, HeldBatchError], run: Run) -> None:
    rows = [
        {"batch": batch, "event_date": day, "why": str(error), "code_version": code_version()}
        for day, error in errors.items()
    ]
    frame = pl.DataFrame(rows).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in HELD.schema.items() if name not in rows[0]
    )
    _write(lake, frame, state=IS_HELD, run_id=run.run_id, written_at=run.clock())


def _note_passed(lake: Lake, batch: str, dates: Collection[date], run: Run) -> None:
    """What was held and has passed, by hand or by new code, is not held any more."""
    if not dates or not lake.exists(HELD):
        return
    mine = (pl.col("batch") == batch) & pl.col("event_date").is_in(list(dates))
    passed = _latest(lake).filter(mine & (pl.col("state") != PASSED))
    if not passed.is_empty():
        _write(lake, passed, state=PASSED, run_id=run.run_id, written_at=run.clock())


def _write(lake: Lake, rows: pl.DataFrame, written_at: datetime, **values: str) -> None:
    stamped = rows.with_columns(
        pl.lit(written_at.astimezone(UTC)).dt.cast_time_unit("us").alias("written_at"),
        *(pl.lit(value).alias(name) for name, value in values.items()),
    )
    lake.open(HELD).append(stamped.select(list(HELD.schema)), Marks())


def _latest(lake: Lake) -> pl.DataFrame:
    rows = lake.open(HELD).scan().sort("written_at", maintain_order=True).collect()
    return rows.unique(["batch", "event_date"], keep="last", maintain_order=True)
