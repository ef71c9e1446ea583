"""Share: some files of a table, read as the table is, wherever that is done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from resources.lake.live import LiveFile, TableFile, live_files, scan_file
from resources.lake.place import Place
from resources.lake.table import LakeTable


@dataclass(frozen=True)
class Share:
    """Files of a table, live, about to be, or only still there."""

    place: Place
    files: Sequence[TableFile]

    def scan(self, names: Collection[str] | None = None) -> pl.LazyFrame:
        """All rows of the files; of these columns alone, if they are named."""
        schema = {name: dtype for name, dtype in self.place.table.schema.items() if names is None or name in names}
        return pl.concat([pl.LazyFrame(schema=schema), *(scan_file(self.place, file, names) for file in self.files)])

    def scan_dates(self, first: date, last: date, column: str | None = None) -> pl.LazyFrame:
        """The rows whose date lies between the two, inclusive."""
        return self.scan().filter(pl.col(column or self.place.table.date_column).is_between(first, last))


def live_files_around(table: LakeTable, column: str, days: Sequence[date]) -> list[LiveFile]:
    """The live files whose statistics allow one of those days in a column of dates, oldest first."""
    added = pl.DataFrame(table.delta.get_add_actions(flatten=True))
    if added.is_empty() or not days:
        return []
    names = [f"{bound}.{column}" for bound in ("min", "max")]
    low, high = (pl.col(name) if name in added.columns else pl.lit(None, pl.Date) for name in names)
    # A file whose bounds nobody noted may hold anything.
    may_hold = pl.any_horizontal([(low <= day) & (high >= day) for day in days]).fill_null(True)
    paths = set(added.filter(may_hold)["path"])
    return [file for file in live_files(table) if file.path in paths]
