"""Lakes with a past: two dates made by the real pipeline, then the same files again as other dates of every table.

The repeated dates are links to the first ones' files, with partitions, statistics and marks of their own: so a hundred
million rows take no disk and no hours. Times inside the files are those of the first dates: nothing may be rebuilt in
such a lake, whose bronze would say everything twice.
"""

import json
import os
import re
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from advertisex_assets.gold.late import slice_marks
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.pending import fingerprint_mark, fingerprinter, known_dates
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.gold.sources import Sources
from advertisex_assets.reference.load import load_reference
from advertisex_assets.silver.handles import marks_for, open_tables
from advertisex_assets.silver.inputs import due_fingerprint
from advertisex_assets.silver.invalid_traffic import open_invalid_traffic, refresh_invalid_traffic
from advertisex_assets.silver.pending import advance_frontier
from advertisex_assets.upkeep.plan import Policy
from advertisex_assets.upkeep.work import merge
from benchmarks.silver.lakes import KEY, inputs, land, linked, refresh
from resources.files import list_files
from resources.lake import Lake, Marks
from resources.lake.exchange import replace_dates
from resources.lake.transactions import read_transactions
from resources.reference.folder import ReferenceFolder
from resources.run import new_run
from schemas.discover import all_feeds, feed_named
from schemas.every_table import every_table
from schemas.invalid_traffic import Limits
from schemas.tables.table import Table

FEEDS = ("impressions", "clicks_conversions", "bid_requests")
DAYS = 2
"""Of generated traffic, which are repeated together."""
GAP_DAYS = 100
"""Between the first repeated date and the real ones: more than any window (of duplicates, attribution, adjustments), to
which the same events on other dates would be news."""
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def made(traffic: Path, folder: Path) -> Path:
    """A lake with all of the traffic in gold."""
    lake = Lake(str(folder))
    load_reference(lake, ReferenceFolder(traffic / "reference"), KEY, "benchmark")
    take(lake, traffic)
    return folder


def take(lake: Lake, traffic: Path) -> int:
    """Lands the files of every feed and brings all above them up to date; returns the records."""
    records = 0
    for feed in FEEDS:
        land(lake, feed, list_files(str(traffic / feed)))
        records += refresh(lake, feed)
    refresh_invalid_traffic(lake, new_run("benchmark"), Limits())
    refresh_gold(lake, new_run("benchmark"))
    return records


def rows_of(lake: Lake) -> int:
    """Events and requests in silver."""
    tables = [name for name in lake.tables() if name.startswith("silver.") and name.removeprefix("silver.") in EVENTS]
    return sum(pl.scan_delta(_path(lake, name)).select(pl.len()).collect().item() for name in tables)


EVENTS = ("impressions", "clicks", "conversions", "engagements", "bid_requests")


def repeated(lake_folder: Path, folder: Path, copies: int) -> Path:
    """The lake with its dates so many times more, before the real ones, all of them up to date."""
    lake = Lake(str(linked(lake_folder, folder)))
    for name in lake.tables():
        delta = DeltaTable(_path(lake, name))
        if delta.metadata().partition_columns:
            _repeat(delta, folder / name.replace(".", "/"), copies)
    for table in every_table():
        if table.dated_by is not None and lake.exists(table):
            _repeat_rows(lake, table, copies)
    _mark_done(lake)
    for name in lake.tables():
        DeltaTable(_path(lake, name)).create_checkpoint()
    return folder


def _path(lake: Lake, name: str) -> str:
    return f"{lake.root}/{name.replace('.', '/')}"


def _repeat(delta: DeltaTable, folder: Path, copies: int) -> None:
    adds = _live(folder, {str(path) for path in pl.DataFrame(delta.get_add_actions())["path"]})
    marks = read_transactions(delta.table_uri, delta.version(), {})
    actions, repeated_marks = [], {}
    for copy in range(1, copies + 1):
        days = -DAYS * copy - GAP_DAYS
        actions += [_again(folder, add, days, copy) for add in adds]
        repeated_marks |= {_shifted(name, days): mark for name, mark in marks.items() if ISO_DATE.search(name)}
    delta.create_write_transaction(
        actions,
        "append",
        delta.schema(),
        delta.metadata().partition_columns,
        **Marks(repeated_marks).commit_options(),
    )


def _repeat_rows(lake: Lake, table: Table, copies: int) -> None:
    """The same of a table whose files hold many dates, and the dates inside: its rows are few, and written again."""
    opened, column = lake.open(table), table.date_column
    rows, marks = opened.scan().collect(), dict(opened.marks())
    for copy in range(1, copies + 1):
        days = -DAYS * copy - GAP_DAYS
        shifted = rows.with_columns(pl.col(column).dt.offset_by(f"{days}d"))
        again = {_shifted(name, days): mark for name, mark in marks.items() if ISO_DATE.search(name)}
        replace_dates(opened, shifted, shifted[column].unique().to_list(), Marks(again))
    merge(lake, table, Policy(), new_run("benchmark"))


def _live(folder: Path, paths: set[str]) -> list[dict[str, object]]:
    logs = sorted((folder / "_delta_log").glob("*.json"))
    lines = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    return [line["add"] for line in lines if "add" in line and line["add"]["path"] in paths]


def _again(folder: Path, add: dict, days: int, copy: int) -> AddAction:  # type: ignore[type-arg]
    parent, _, name = _shifted(add["path"], days).rpartition("/")
    path = f"{parent}/again-{copy}-{name}"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    os.link(folder / add["path"], folder / path)
    parts = {key: value and _shifted(value, days) for key, value in add["partitionValues"].items()}
    stats = _shifted(add["stats"], days)
    return AddAction(path, add["size"], parts, add["modificationTime"], True, stats)


def _shifted(text: str, days: int) -> str:
    """The text with every date in it so many days later."""
    return ISO_DATE.sub(lambda found: (date.fromisoformat(found[0]) + timedelta(days=days)).isoformat(), text)


def _mark_done(lake: Lake) -> None:
    """Says, as refreshes do, that every date is what its inputs say: the rows did not come the usual way."""
    said = inputs(lake)
    for feed in map(feed_named, FEEDS):
        tables = open_tables(lake, feed)
        days = {day for table in tables.dated for day in table.rows_by_date()}
        fingerprints = {day: due_fingerprint(tables, said, day) for day in days}
        for table in tables.dated:
            table.append(pl.DataFrame(schema=table.table.schema), marks_for(tables, table, days, fingerprints))
    for feed in all_feeds():
        advance_frontier(open_tables(lake, feed), said)
    traffic = open_invalid_traffic(lake, Limits())
    found = {f"{day.isoformat()}/fingerprint": traffic.fingerprint(day) for day in traffic.known()}
    traffic.own.append(pl.DataFrame(schema=traffic.own.table.schema), Marks(found))
    for mart in MARTS:
        sources, versions = Sources(lake), {}
        due = fingerprinter(mart, sources)
        for day in known_dates(mart, sources):
            versions[fingerprint_mark(day)] = due(day)
            versions |= slice_marks(mart, sources, day)
        own = sources[mart.table.full_name].opened
        own.append(pl.DataFrame(schema=own.table.schema), Marks(versions))
