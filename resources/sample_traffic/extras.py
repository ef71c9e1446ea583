"""Mishaps of whole files: one that breaks off, and some that are sent a second time. Not here: single records."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import polars as pl

from resources.sample_traffic.avro_dialect import AvroDialect
from resources.sample_traffic.config import TrafficConfig, epoch_us
from resources.sample_traffic.dialect import Dialect, WireFeed
from resources.sample_traffic.rhythm import Chunk
from resources.sample_traffic.truth import broken_row, landed_before


@dataclass(frozen=True)
class TrafficFile:
    """One file: its path below the run's directory, its bytes, and the truth of its records with file and ordinal."""

    path: str
    content: bytes
    truth: pl.DataFrame


def placed(truth: pl.DataFrame, path: str) -> pl.DataFrame:
    """Truth rows with `file` and `ordinal` (0-based) before them, in the order of the file."""
    position = pl.int_range(pl.len(), dtype=pl.Int64)
    return truth.select(
        pl.lit(path).alias("file"), position.alias("ordinal"), pl.all().exclude("file", "ordinal")
    )


@dataclass
class Extras:
    """One container of the run breaks off, and of each feed one file comes again under another name."""

    config: TrafficConfig
    has_broken: bool = False
    kept: dict[str, tuple[int, TrafficFile]] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)

    def broken_off(
        self, file: TrafficFile, feed: WireFeed, dialect: Dialect, rows: pl.DataFrame, chunk: Chunk
    ) -> TrafficFile:
        """The file, which may end in the middle of a block, as when an upload is cut."""
        if self.has_broken or not self.config.malformed_rate or not self._is_under_way(chunk):
            return file
        if not isinstance(dialect, AvroDialect) or dialect.codec != "deflate":
            return file
        self.has_broken = True
        truth = pl.concat([file.truth.drop("file", "ordinal"), broken_row(feed)])
        return replace(
            file, content=file.content + dialect.broken_block(rows), truth=placed(truth, file.path)
        )

    def keep(self, file: TrafficFile, feed: str, chunk: Chunk) -> None:
        """Remember a file that will come again."""
        if self.config.duplicate_rate and self._is_under_way(chunk):
            self.kept.setdefault(feed, (chunk.index, file))

    def sent_again(self, feed: str, chunk: Chunk, path_of: Callable[[str], str]) -> Iterator[TrafficFile]:
        """The remembered file of the feed, once, in a later chunk; `path_of` gives a name's path in that chunk."""
        index, file = self.kept.get(feed, (chunk.index, None))
        if file is None or index == chunk.index or feed in self.repeated:
            return
        self.repeated.add(feed)
        suffix = "." + file.path.split(".", 1)[1]
        path = path_of("sent-again" + suffix)
        yield TrafficFile(path, file.content, placed(landed_before(file.truth), path))

    def _is_under_way(self, chunk: Chunk) -> bool:
        """A third of the time has passed: mishaps come in the midst of good data."""
        start_us, end_us = epoch_us(self.config.start_at), epoch_us(self.config.end_at)
        return chunk.start_us >= start_us + (end_us - start_us) // 3
