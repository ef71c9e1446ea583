"""What an engine is. The engines are `polars`, `duckdb` and `spark`; which one is in use is a setting (`choose`)."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import polars as pl

from resources.lake import LakeTable
from resources.lake.live import LiveFile, live_files, uri_of
from schemas.errors import AdvertiseXError, ContractError

Frame = nw.LazyFrame[Any]


class EngineError(AdvertiseXError):
    """An engine that is not installed, cannot be started or cannot be reached."""


class Engine(ABC):
    """Runs Narwhals frames that it made itself: frames of two engines cannot be joined.

    Rows are the same from every engine, in no promised order. An engine starts what it needs at first use and keeps it
    until it is closed; it is used by one thread at a time.
    """

    name: ClassVar[str]

    @abstractmethod
    def scan_files(self, table: LakeTable, files: Sequence[LiveFile]) -> Frame:
        """The rows of some live files of the table: all declared columns, with the types on disk."""

    @abstractmethod
    def rows(self, rows: pl.DataFrame) -> Frame:
        """Rows that were made in this process; they should be few, since they are sent where the work is done."""

    @abstractmethod
    def epoch_micros(self, frame: Frame, columns: Iterable[str]) -> Frame:
        """The frame with those times as Int64 epoch microseconds; filter by time before it, so that readers prune."""

    @abstractmethod
    def collect(self, frame: Frame) -> pl.DataFrame:
        """The rows in this process."""

    def scan_dates(self, table: LakeTable, first: date, last: date) -> Frame:
        """The rows of those dates, as `scan_files`."""
        rows = self.scan_files(table, [file for file in live_files(table) if file.may_hold(first, last)])
        if table.table.dated_by is None:
            return rows
        return rows.filter(nw.col(table.table.dated_by).is_between(nw.lit(first), nw.lit(last)))

    def close(self) -> None:  # noqa: B027 - most engines have nothing to end
        """Ends what was started for this process; the engine may not be used any more."""

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def uris_by_folder(table: LakeTable, files: Sequence[LiveFile]) -> list[str]:
    """Where the files are, for readers that take partition values from folder names; ContractError if a name lies."""
    for file in files:
        folder = "".join(f"{name}={value}/" for name, value in file.partition)
        if file.path.rpartition("/")[0] != folder.rstrip("/"):
            raise ContractError(
                f"{table.table.full_name} has the file {file.path} for {dict(file.partition)}: only Polars can read a "
                "table whose folders are not named by its partitions. Rewrite it, or use ADVERTISEX_ENGINE=polars."
            )
    return [uri_of(table, file) for file in files]
