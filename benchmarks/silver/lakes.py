"""The lakes that cases start from: generated traffic, landed and partly refreshed. Made once, then linked per run."""

import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlparse

import polars as pl
from deltalake.transaction import AddAction

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.reference.load import load_reference
from advertisex_assets.reference.read import read_reference
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.handles import FeedTables, marks_for, open_tables
from advertisex_assets.silver.inputs import Inputs, due_fingerprint
from advertisex_assets.silver.pending import advance_frontier
from resources.files import SourceFile, list_files
from resources.lake import Lake, LakeTable, Marks
from resources.lake.live import LiveFile, live_files
from resources.reference.folder import ReferenceFolder
from resources.run import new_run
from resources.sample_traffic import TrafficConfig, write_files
from schemas.codecs.text import utf8_text
from schemas.discover import feed_named

KEY = b"benchmark"
FIRST = date(2026, 3, 2)
"""The first date of the generated traffic."""

HISTORY_FIRST = date(2025, 1, 1)
"""Other dates, more than any dedupe window away from it."""

COPIES_FIRST = HISTORY_FIRST + timedelta(days=30)
"""Dates of their copies."""

HISTORY_FILE_ROWS = 400_000
"""At least as many has a file of them, and no other file."""


def inputs(lake: Lake) -> Inputs:
    """Silver's inputs with the benchmark's key."""
    return Inputs(read_reference(lake), KEY)


def linked(source: Path, target: Path) -> Path:
    """A copy that may be written to: files of a lake are never changed, so links do."""
    shutil.copytree(source, target, copy_function=os.link)
    return target


def traffic(folder: Path, events: int, seed: int = 3) -> Path:
    """Two days of generated traffic of all feeds, as files."""
    write_files(folder, TrafficConfig(seed=seed, events=events, start=FIRST, days=2))
    return folder


def waiting(traffic_folder: Path, folder: Path, feed: str) -> Path:
    """A lake with one small file of each date in silver, and all the others in bronze, waiting for the same dates."""
    lake = Lake(str(folder))
    load_reference(lake, ReferenceFolder(traffic_folder / "reference"), KEY, "benchmark")
    files = {file.path: file for file in list_files(str(traffic_folder / feed))}
    by_date: dict[str, list[SourceFile]] = {}
    for path, file in files.items():
        by_date.setdefault(Path(path).name[:10], []).append(file)
    first = [min(some, key=lambda file: Path(file.path).stat().st_size) for some in by_date.values()]
    land(lake, feed, first)
    refresh(lake, feed)
    land(lake, feed, files.values())
    return folder


def land(lake: Lake, feed: str, files: Iterable[SourceFile]) -> None:
    """Puts files into bronze."""
    lander = FileLander(lake, feed_named(feed), new_run("benchmark"))
    for file in files:
        lander.land(file)


def refresh(lake: Lake, feed: str) -> int:
    """Brings silver up to date; returns the bronze rows that it took."""
    receipt = catch_up(lake, feed_named(feed), inputs(lake), new_run("benchmark"))
    return int(receipt.ledger["received"].sum())


def with_history(caught_up: Path, folder: Path, feed: str, rows: int, per_date: int | None, files: int) -> Path:
    """The same lake with about so many more rows, in bronze and in silver, in `files` commits.

    They are the rows of FIRST over and over, each copy with sources and ids of its own: `per_date` on each of as many
    other dates, or, if that is None, all of them on FIRST.
    """
    lake = Lake(str(linked(caught_up, folder)))
    tables = open_tables(lake, feed_named(feed))
    bronze = tables.bronze.scan().filter(pl.col("event_date") == FIRST).collect()
    bronze = bronze.filter(utf8_text(bronze["payload"]).is_not_null())
    silver = {
        name: table.scan().filter(pl.col("event_date") == FIRST).collect() for name, table in tables.outputs.items()
    }
    days, each = set(), rows // files
    for number in range(files):
        day = FIRST if per_date is None else HISTORY_FIRST + timedelta(days=number * each // per_date)
        days.add(day)
        tables.bronze.append(_moved(_copies(bronze, each, number, _own_record), day), Marks())
        for name, table in tables.outputs.items():
            part = _copies(silver[name], each * silver[name].height // bronze.height, number, _own_id)
            table.append(_moved(part, day), Marks())
    _mark_done(lake, open_tables(lake, feed_named(feed)), days)
    return folder


def multiplied(lake_folder: Path, folder: Path, feed: str, times: int, is_one_date: bool) -> Path:
    """A lake `with_history` with so many times its history: the same files under other names, by links.

    They stand on FIRST, or each on a date of its own. Ids come again, which nobody notices who brings new ones.
    """
    lake = Lake(str(linked(lake_folder, folder)))
    tables = open_tables(lake, feed_named(feed))
    for table in (tables.bronze, *tables.outputs.values()):
        copies = [file for file in live_files(table) if file.rows >= HISTORY_FILE_ROWS for _ in range(1, times)]
        days = [FIRST if is_one_date else COPIES_FIRST + timedelta(days=number) for number in range(len(copies))]
        table.commit_files([_again(table, *copy) for copy in zip(copies, days, strict=True)], Marks())
    _mark_done(lake, open_tables(lake, feed_named(feed)), {FIRST})
    return folder


def _again(table: LakeTable, file: LiveFile, day: date) -> AddAction:
    """The same file for another date."""
    values = {name: day.isoformat() if name == "event_date" else value for name, value in file.partition}
    path = "".join(f"{name}={value}/" for name, value in values.items()) + f"part-{uuid.uuid4()}.parquet"
    root = Path(urlparse(table.uri).path)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    os.link(root / file.path, root / path)
    bounds = {} if "event_date" in values else {"event_date": day.isoformat()}
    said = json.dumps({"numRecords": file.rows, "minValues": bounds, "maxValues": bounds, "nullCount": {}})
    return AddAction(path, file.size_bytes, values, int(time.time() * 1000), True, said)


def _copies(rows: pl.DataFrame, count: int, number: int, own: Callable[[str], list[pl.Expr]]) -> pl.DataFrame:
    copies = range(count // rows.height + 1)
    return pl.concat([rows.with_columns(own(f"{number}x{copy}")) for copy in copies]).head(count)


def _own_record(name: str) -> list[pl.Expr]:
    """Another source, and other ids in the text (those of generated impressions)."""
    text = pl.col("payload").cast(pl.String).str.replace("imp-", f"imp-{name}-", literal=True)
    return [text.cast(pl.Binary).alias("payload"), pl.col("source") + name]


def _own_id(name: str) -> list[pl.Expr]:
    """Ids as long as theirs, and like theirs in no order."""
    return [pl.format("imp-{}-{}", pl.lit(name), pl.col("event_id").hash()).alias("event_id"), pl.col("source") + name]


def _moved(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows on that date, times of day as they were."""
    moved = rows.with_columns(pl.lit(day).alias("event_date"))
    if "event_at" not in rows.columns:
        return moved
    midnight = pl.lit(day).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return moved.with_columns(midnight + (pl.col("event_at") - pl.col("event_at").dt.truncate("1d")))


def _mark_done(lake: Lake, tables: FeedTables, days: set[date]) -> None:
    """Says, as a refresh does, that silver has read these dates: the rows did not come the usual way."""
    said = inputs(lake)
    fingerprints = {day: due_fingerprint(tables, said, day) for day in days}
    for table in tables.dated:
        empty = pl.DataFrame(schema=table.table.schema)
        table.append(empty, marks_for(tables, table, days, fingerprints))
    advance_frontier(tables, said)
