"""Decompression of gzip and zstd streams, chosen by their magic bytes; both may hold several members one after another.

Output comes in bounded pieces, so that a small file cannot fill the memory. Everything readable is handed out before
the error of a truncated or corrupt stream is raised.
"""

import zlib
from collections.abc import Iterable, Iterator

import zstandard

from schemas.errors import AdvertiseXError

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

PIECE_BYTES = 1 << 20
"""The most that gzip hands out at once."""

ZSTD_SLICE_BYTES = 1 << 12
"""How much packed data zstd gets at once: it can unpack 128 KiB out of 4 bytes, so 4 KiB stay below 128 MiB."""


class CorruptCompression(AdvertiseXError):
    """A compressed stream that ends early or is damaged; `readable_bytes` were handed out before."""

    def __init__(self, format_name: str, readable_bytes: int, reason: str) -> None:
        super().__init__(
            f"The {format_name} data is corrupt or cut after {readable_bytes} readable bytes: {reason}."
        )
        self.readable_bytes = readable_bytes


def compression_of(head: bytes) -> str | None:
    """`gzip`, `zstd` or null, by the first four bytes."""
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    return "zstd" if head.startswith(ZSTD_MAGIC) else None


def decompressed(chunks: Iterable[bytes], head: bytes) -> Iterator[bytes]:
    """The stream's plain bytes, as they are when `head` (its first bytes) shows no compression."""
    name = compression_of(head)
    if name is None:
        yield from (chunk for chunk in chunks if chunk)
        return
    readable = 0
    try:
        for piece in _gzip(chunks) if name == "gzip" else _zstd(chunks):
            readable += len(piece)
            yield piece
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise CorruptCompression(name, readable, str(error)) from error


def _gzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    begun = False
    for data in chunks:
        while data:
            if member.eof:
                data = data.lstrip(b"\0")  # tape blocks are padded with zeros
                member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if data else member
                continue
            begun = True
            if piece := member.decompress(data, PIECE_BYTES):
                yield piece
            data = member.unused_data if member.eof else member.unconsumed_tail
    if begun and not member.eof:
        raise EOFError("the last member is not finished")


def _zstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    frame = zstandard.ZstdDecompressor().decompressobj()
    begun = False
    for chunk in chunks:
        for start in range(0, len(chunk), ZSTD_SLICE_BYTES):
            data = chunk[start : start + ZSTD_SLICE_BYTES]
            while data:
                if frame.eof:
                    frame = zstandard.ZstdDecompressor().decompressobj()
                begun = True
                if piece := frame.decompress(data):
                    yield piece
                data = frame.unused_data if frame.eof else b""
    if begun and not frame.eof:
        raise EOFError("the last frame is not finished")
