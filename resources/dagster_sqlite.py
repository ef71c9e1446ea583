"""Dagster's own state in SQLite for micro-batches on one machine: named in `dagster.yaml`, as the run launcher is.

Dagster's default makes an engine and opens a file for each statement, so each statement is compiled anew; it makes a
file for each run, and writes most events into that and into a common one. Here all events are in one file, as in
PostgreSQL, and a process opens a file once. Not here: what is stored, which is Dagster's.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster import StringSource
from dagster._core.event_api import EventHandlerFn
from dagster._core.storage.event_log.polling_event_watcher import SqlPollingEventWatcher
from dagster._core.storage.event_log.sqlite.consolidated_sqlite_event_log import (
    ConsolidatedSqliteEventLogStorage,
)
from dagster._core.storage.legacy_storage import CompositeStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._serdes import ConfigurableClassData


class KeptSqliteStorage(CompositeStorage):
    """All of Dagster's state in three SQLite files in `base_dir`, each opened once by a process."""

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        """Where the files are: a folder, or `{env: NAME}`."""
        return {"base_dir": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "KeptSqliteStorage":
        """The storage that `dagster.yaml` asks for."""
        folder = Path(config_value["base_dir"])
        with _alone_in(folder):
            return cls(KeptRuns.open(folder), KeptEvents.open(folder), KeptSchedules.open(folder), inst_data)


class Kept:
    """One file, opened at the first statement of a process and then kept open."""

    _conn_string: str

    @cached_property
    def engine(self) -> sa.Engine:
        """The file, with a pool of connections."""
        engine = sa.create_engine(self._conn_string, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
        sa.event.listen(engine, "connect", _write_quickly)
        return engine

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        """A connection in a transaction."""
        with self.engine.begin() as connection:
            yield connection

    @property
    def is_made(self) -> bool:
        """Whether the tables are there; Dagster itself finds that out by reading all of its migrations."""
        return sa.inspect(self.engine).has_table("alembic_version")

    def dispose(self) -> None:
        """Closes the file."""
        self.engine.dispose()


class KeptRuns(Kept, SqliteRunStorage):
    """Runs, their tags and the heartbeats of the daemons."""

    @classmethod
    def open(cls, folder: Path) -> "KeptRuns":
        """The file in that folder, made if it is not there."""
        kept = cls(create_db_conn_string(str(folder), "runs"))
        return kept if kept.is_made else cls.from_local(str(folder))


class KeptSchedules(Kept, SqliteScheduleStorage):
    """Sensors, schedules and their ticks."""

    @classmethod
    def open(cls, folder: Path) -> "KeptSchedules":
        """The file in that folder, made if it is not there."""
        kept = cls(create_db_conn_string(str(folder), "schedules"))
        return kept if kept.is_made else cls.from_local(str(folder))

    def _has_instigators_table(self, conn: sa.Connection) -> bool:
        # As with events: asked several times a tick.
        return True


class KeptEvents(Kept, ConsolidatedSqliteEventLogStorage):
    """The events of all runs, and what is known of assets."""

    _watcher: SqlPollingEventWatcher | None = None

    @classmethod
    def open(cls, folder: Path) -> "KeptEvents":
        """The file in that folder, made if it is not there."""
        return cls(str(folder))

    def _connect(self) -> Any:
        return self.connect()

    def has_table(self, table_name: str) -> bool:
        """Whether there is such a table."""
        return sa.inspect(self.engine).has_table(table_name)

    def _has_asset_key_col_on_connection(self, conn: sa.Connection, column_name: str) -> bool:
        # Dagster asks at each event, for the sake of files that are years older than these.
        return True

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        """Looks for new events of a run, as with PostgreSQL: a file that is kept open does not show that it changed."""
        self._watcher = self._watcher or SqlPollingEventWatcher(self)
        self._watcher.watch_run(run_id, cursor, callback)

    def end_watch(self, run_id: str, handler: EventHandlerFn) -> None:
        """Ends that."""
        if self._watcher is not None:
            self._watcher.unwatch_run(run_id, handler)

    def dispose(self) -> None:
        """Closes the file."""
        if self._watcher is not None:
            self._watcher.close()
        super().dispose()


def _write_quickly(connection: Any, _: object) -> None:
    """A power cut may take the last events; the file stays whole, and progress is kept in the lake alone."""
    connection.execute("PRAGMA synchronous = NORMAL")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Only one process at a time makes files."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
