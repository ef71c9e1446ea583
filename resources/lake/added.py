"""Added: the files by which an append-only table grew, commit by commit, from the log alone.

What `LakeTable.changes` reads in this process can so be read by many. Files of upkeep, which hold what was there
before, are left out.
"""

from datetime import UTC, datetime

import polars as pl

from resources.lake.live import LiveFile
from resources.lake.table import LakeTable
from resources.lake.transactions import scan_commits


def added_since(table: LakeTable, version: int) -> list[tuple[LiveFile, int]]:
    """The files that were added after that version of an append-only table, each with the version that added it."""
    if version >= table.version:
        return []
    names = table.table.partition_by
    partition = pl.Struct(dict.fromkeys(names, pl.String))
    fields = {"path": pl.String, "size": pl.Int64, "modificationTime": pl.Int64, "dataChange": pl.Boolean}
    add = pl.Struct({**fields, "stats": pl.String, "partitionValues": partition})
    commits = scan_commits(table.uri, range(version + 1, table.version + 1), {"add": add}, table.storage_options)
    rows = commits.select(pl.col("add").struct.unnest(), "commit").filter(pl.col("dataChange")).collect()
    counted = rows.with_columns(pl.col("stats").str.json_path_match("$.numRecords").cast(pl.Int64).alias("rows"))
    return [
        (
            LiveFile(
                row["path"],
                row["size"],
                row["rows"] or 0,
                datetime.fromtimestamp(row["modificationTime"] / 1000, UTC),
                tuple((name, row["partitionValues"][name]) for name in names),
            ),
            row["commit"],
        )
        for row in counted.iter_rows(named=True)
    ]
