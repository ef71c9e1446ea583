"""Verify: reads every file below the lake, Parquet decoded, and says in which of them a person is still found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from advertisex_assets.erasure.person import Mentions, Person
from resources.lake import Lake
from resources.stores import Found, find, store_of


@dataclass(frozen=True)
class Hit:
    """A file in which a person is found; `is_current` says whether a table's newest version reads it."""

    path: str
    values: int
    is_current: bool


@dataclass(frozen=True)
class Scan:
    """What verification found."""

    files: int
    hits: tuple[Hit, ...]

    @property
    def current(self) -> tuple[Hit, ...]:
        """Those of the hits that anybody can still query."""
        return tuple(hit for hit in self.hits if hit.is_current)


def verify(lake: Lake, persons: Sequence[Person]) -> Scan:
    """Looks for plain ids and pseudonyms in every file: data of all versions, change feeds, logs, whatever is there.

    Memory is that of one file's text and byte columns.
    """
    who = Mentions(tuple(name for one in persons for name in (one.user_id, one.pseudonym)))
    live, files = set(lake.live_paths()), find(lake.root)
    hits = [Hit(file.below, values, file.below in live) for file in files if (values := _hits(file, who))]
    return Scan(len(files), tuple(hits))


def _hits(file: Found, who: Mentions) -> int:
    """How many values of a file mention one of them; of a file that is no table, 1 for the whole."""
    store, path = store_of(file.path)
    with store.open(path, "rb") as stream:
        if not path.endswith(".parquet"):
            return int(who.mentioned(stream.read()))
        frame = pl.read_parquet(stream.read(), hive_partitioning=False)
    return sum(_mentions(value, who) for column in frame.iter_columns() for value in _suspects(column, who))


def _mentions(value: bytes, who: Mentions) -> bool:
    """Of bytes that are no text it cannot be told where an id begins: there it counts whatever stands around it."""
    try:
        return who.mentioned(value.decode())
    except UnicodeDecodeError:
        return who.contained(value)


def _suspects(column: pl.Series, who: Mentions) -> Iterator[bytes]:
    """The texts and bytes of a column, however deep, that contain an id at all."""
    if column.dtype == pl.List:
        yield from _suspects(column.explode(), who)
    elif column.dtype == pl.Struct:
        for name in column.struct.fields:
            yield from _suspects(column.struct.field(name), who)
    elif column.dtype in (pl.String, pl.Categorical):
        yield from _suspects(column.cast(pl.String).cast(pl.Binary), who)
    elif column.dtype == pl.Binary:
        frame = column.alias("value").to_frame()
        yield from frame.filter(who.possible("value"))["value"].to_list()
