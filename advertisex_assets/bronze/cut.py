"""Cut: a file's bytes to batches of records, in memory bounded whatever the file's size."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from advertisex_assets.transforms.isolate import is_poison, reason_of
from resources.files import SourceFile
from schemas.codecs import BROKEN, Codec, Record, StreamSplitter, detect
from schemas.codecs.compression import CorruptCompression, decompressed
from schemas.feed import Feed

BATCH_ROWS = 200_000
"""Records per commit: a few dozen commits for a large file, each a Parquet file of useful size."""
BATCH_BYTES = 64 << 20
"""Bytes per commit, for files of few large records."""


@dataclass(frozen=True)
class Batch:
    """Consecutive records of one file, which one codec cut; `first` is the ordinal of the first one."""

    codec: Codec
    first: int
    records: list[Record]


def batches(feed: Feed, file: SourceFile) -> Iterator[Batch]:
    """All records of a file, in batches; a damaged stream gives what it had and one `broken` record at its end.

    So does one on which our code fails. The file's bytes are kept elsewhere (`originals`).
    """
    packed = file.pieces()
    first_piece = next(packed, b"")
    stream = decompressed(chain([first_piece], packed), first_piece)
    try:
        head = next(stream, b"")
        codec = detect(feed.codecs, head)
    except BaseException as error:
        yield Batch(feed.codecs[0], 0, [_damage(error, 0)])
        return
    found = _records(codec.splitter(), chain([head], stream))
    yield from _grouped(codec, found)


def _records(splitter: StreamSplitter, stream: Iterator[bytes]) -> Iterator[list[Record]]:
    """Records as the stream completes them."""
    read = 0
    try:
        for piece in stream:
            yield splitter.feed(piece)
            read += len(piece)
        yield splitter.finish()
    except CorruptCompression as error:
        yield [*splitter.finish(), _damage(error, read)]
    except BaseException as error:
        yield [_damage(error, read)]


def _damage(error: BaseException, read: int) -> Record:
    """The `broken` record of what follows the bytes that were read; raises what is not the file's fault."""
    if isinstance(error, CorruptCompression):
        return Record(payload=b"", header=str(error), position=error.readable_bytes, kind=BROKEN)
    if not is_poison(error):
        raise error
    return Record(payload=b"", header=reason_of(error), position=read, kind=BROKEN)


def _grouped(codec: Codec, found: Iterator[list[Record]]) -> Iterator[Batch]:
    first, held, size = 0, list[Record](), 0
    for records in found:
        held += records
        size += sum(len(record.payload) for record in records)
        while len(held) >= BATCH_ROWS or size >= BATCH_BYTES:
            part, held = held[:BATCH_ROWS], held[BATCH_ROWS:]
            yield Batch(codec, first, part)
            first, size = first + len(part), sum(len(record.payload) for record in held)
    if held:
        yield Batch(codec, first, held)
