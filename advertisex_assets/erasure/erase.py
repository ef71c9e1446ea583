"""Erase: the order of an erasure: receipt, bronze, originals, silver and gold, receipt. Run again it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from advertisex_assets.erasure.blank import FOUND, blank_records, find_records
from advertisex_assets.erasure.find import silver_places
from advertisex_assets.erasure.originals import drop_originals, files_to_drop
from advertisex_assets.erasure.person import Person
from advertisex_assets.erasure.receipts import note
from advertisex_assets.erasure.restate import restate
from advertisex_assets.erasure.verify import Scan, verify
from advertisex_assets.silver.inputs import Inputs
from resources.lake import Lake
from resources.run import Run
from schemas.feed import Feed
from schemas.invalid_traffic import Limits
from schemas.tables.bronze import bronze_table
from schemas.tables.erasures import ERASED, REQUESTED, VERIFIED

OUTSIDE = (
    "Kafka topics (until their retention), files in the landing folder and wherever they came from, the source of the "
    "reference data, copies of gold in other databases, Dagster's own run logs, backups"
)
"""Where this project writes nothing, and so erases nothing."""


@dataclass(frozen=True)
class Erasable:
    """What an erasure takes away, or took away: records by feed, files whose original bytes go, rows in silver."""

    records: dict[str, pl.DataFrame]
    original_files: tuple[str, ...]
    silver_rows: int

    @property
    def bronze_rows(self) -> int:
        """Records of all feeds."""
        return sum(found.height for found in self.records.values())

    @property
    def event_dates(self) -> list[date]:
        """The dates of the records, as landing routed them."""
        return sorted({day for found in self.records.values() for day in found["event_date"].to_list()})


@dataclass(frozen=True)
class Erased:
    """What an erasure did."""

    taken: Erasable
    republished: tuple[date, ...]


def look(lake: Lake, feeds: Sequence[Feed], persons: Sequence[Person], inputs: Inputs) -> Erasable:
    """What an erasure would take away; nothing is changed."""
    landed = [feed for feed in feeds if lake.exists(bronze_table(feed))]
    records = {feed.name: find_records(lake, feed, persons, inputs.schemas) for feed in landed}
    return _erasable(lake, landed, persons, records)


def erase(
    lake: Lake,
    feeds: Sequence[Feed],
    persons: Sequence[Person],
    inputs: Inputs,
    limits: Limits,
    keep: timedelta,
    run: Run,
) -> Erased:
    """Erases the persons from the current version of every table.

    Files of older versions keep them until upkeep removes those, `keep` after this.
    """
    landed = [feed for feed in feeds if lake.exists(bronze_table(feed))]
    note(lake, persons, REQUESTED, {}, run)
    silver_rows = _silver_rows(lake, landed, persons)
    records = {feed.name: blank_records(lake, feed, persons, inputs.schemas, run) for feed in landed}
    taken = _erasable(lake, landed, persons, records, silver_rows)
    drop_originals(lake, taken.original_files, run)
    republished = tuple(restate(lake, landed, persons, inputs, limits, run))
    facts = {
        "bronze_rows": taken.bronze_rows,
        "original_files": len(taken.original_files),
        "silver_rows": silver_rows,
        "event_dates": [day.isoformat() for day in taken.event_dates],
        "republished_dates": [day.isoformat() for day in republished],
        "purge_after": run.clock() + keep,
    }
    note(lake, persons, ERASED, facts, run)
    return Erased(taken, republished)


def prove(lake: Lake, persons: Sequence[Person], run: Run) -> Scan:
    """Reads every file, and notes the second stage if nothing is found in any."""
    scan = verify(lake, persons)
    if not scan.hits:
        note(lake, persons, VERIFIED, {"files_scanned": scan.files, "files_with_hits": 0}, run)
    return scan


def _erasable(
    lake: Lake,
    feeds: Sequence[Feed],
    persons: Sequence[Person],
    records: dict[str, pl.DataFrame],
    silver_rows: int | None = None,
) -> Erasable:
    found = pl.concat([pl.DataFrame(schema=FOUND), *records.values()])
    files = found["source"].unique().to_list()
    rows = _silver_rows(lake, feeds, persons) if silver_rows is None else silver_rows
    return Erasable(records, tuple(files_to_drop(lake, persons, files)), rows)


def _silver_rows(lake: Lake, feeds: Sequence[Feed], persons: Sequence[Person]) -> int:
    return sum(silver_places(lake, feed, persons).height for feed in feeds)
