"""Migrations: how a lake of an older format becomes one of the next (`format`)."""

import polars as pl
from deltalake import write_deltalake
from deltalake.exceptions import CommitFailedError

from resources.lake.dates import date_marks
from resources.lake.exchange import FILE_BYTES
from resources.lake.lake import Lake, configuration
from resources.lake.maintain import WRITER
from resources.lake.marks import Marks
from resources.lake.moved import files_by_date
from resources.lake.pieces import stream
from resources.lake.table import CommitConflictError, LakeTable
from schemas.tables.gold import GOLD_TABLES


def share_files_between_dates(lake: Lake) -> None:
    """To format 2: gold's summaries, which had a folder for each date, put dates together into files.

    One commit a table, so that it goes on after a crash; marks and older versions stay.
    """
    for table in GOLD_TABLES:
        if table.dated_by is None or not lake.exists(table):
            continue
        try:
            _share(lake.open(table))
        except CommitConflictError:
            # Another process of the new version was first, or one of the old version still runs.
            _share(lake.open(table))


def _share(opened: LakeTable) -> None:
    delta, table = opened.delta, opened.table
    if not delta.metadata().partition_columns:
        return
    days = {day: opened.scan_dates(day, day) for day in sorted(files_by_date(delta, table.date_column))}
    counts = {day: rows.select(pl.len()).collect().item() for day, rows in days.items()}
    marks = Marks(date_marks(counts, opened.version))
    try:
        write_deltalake(
            delta,
            stream(table, (rows.collect() for rows in days.values())),
            mode="overwrite",
            schema_mode="overwrite",
            partition_by=[],
            target_file_size=FILE_BYTES,
            writer_properties=WRITER,
            **marks.commit_options(),
        )
    except CommitFailedError as error:
        raise opened.conflict(error) from error
    delta.alter.set_table_properties({key: value for key, value in configuration(table).items() if value})
