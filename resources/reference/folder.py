"""Reference rows from files: `campaigns.csv`, `creatives.json`, `users.parquet`, ... in one folder."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
import polars as pl

from schemas.errors import BadReferenceError


@dataclass(frozen=True)
class ReferenceFolder:
    """A local folder with one file per table, named like the table."""

    path: Path

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.path)

    def read(self, tables: Iterable[str]) -> Mapping[str, pl.DataFrame]:
        """The rows of those tables that have a file; every column is text but for Parquet."""
        if not self.path.is_dir():
            raise BadReferenceError(f"The reference folder {self.path} does not exist or is no folder.")
        files = {table: self._file(table) for table in tables}
        return {table: _read(path) for table, path in files.items() if path is not None}

    def _file(self, table: str) -> Path | None:
        found = [
            self.path / f"{table}{suffix}" for suffix in READERS if (self.path / f"{table}{suffix}").is_file()
        ]
        if len(found) > 1:
            raise BadReferenceError(
                f"The reference folder {self.path} has {' and '.join(path.name for path in found)}; keep one of them."
            )
        return found[0] if found else None


def _read(path: Path) -> pl.DataFrame:
    try:
        return READERS[path.suffix](path)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise BadReferenceError(f"The reference file {path} cannot be read: {error}.") from error


def _csv(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def _json(path: Path) -> pl.DataFrame:
    """An array of objects, or one object a line."""
    content = path.read_bytes()
    objects = (
        orjson.loads(content) if content.lstrip()[:1] == b"[" else map(orjson.loads, content.splitlines())
    )
    rows = [_texts(entry) for entry in objects]
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _texts(entry: object) -> dict[str, str | None]:
    if not isinstance(entry, dict):
        raise ValueError(f"{entry!r} is no object")
    return {name: _text(value) for name, value in entry.items()}


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _json,
    ".ndjson": _json,
    ".parquet": pl.read_parquet,
}
