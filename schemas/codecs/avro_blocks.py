"""The frame of an Avro object container file: header, blocks, compression. Records are not decoded here."""

import bz2
import hashlib
import lzma
import zlib
from collections.abc import Callable
from typing import NamedTuple

import cramjam
import zstandard

MAGIC = b"Obj\x01"
SYNC_BYTES = 16

MAX_BLOCK_BYTES = 64 << 20
"""No block may be longer, packed or unpacked: writers cut blocks at kilobytes to a few megabytes, and a damaged
length must not take the memory."""


class Truncated(Exception):
    """More bytes are needed."""


class Damaged(Exception):
    """The bytes are no container."""


class Header(NamedTuple):
    """What a container says about itself, and where its first block starts."""

    schema: str
    codec: str
    sync: bytes
    end: int


class Block(NamedTuple):
    """One block: how many records, their packed bytes, and where the block ends."""

    records: int
    packed: bytes
    end: int


def read_header(data: bytes) -> Header:
    """The header of a container."""
    if not MAGIC.startswith(data[: len(MAGIC)]):
        raise Damaged("The file does not start with Avro's magic number.")
    if len(data) < len(MAGIC):
        raise Truncated
    meta, at = _read_meta(data, len(MAGIC))
    if len(data) < at + SYNC_BYTES:
        raise Truncated
    try:
        schema = meta["avro.schema"].decode()
        codec = meta.get("avro.codec", b"null").decode()
    except (KeyError, UnicodeDecodeError) as error:
        raise Damaged("The header has no readable schema.") from error
    if codec not in UNPACK:
        raise Damaged(f"The compression {codec!r} is not one of {', '.join(UNPACK)}.")
    return Header(schema, codec, data[at : at + SYNC_BYTES], at + SYNC_BYTES)


def read_block(data: bytes, at: int, sync: bytes) -> Block:
    """The block that starts at `at`."""
    records, at = read_long(data, at)
    size, at = read_long(data, at)
    if records < 0 or not 0 <= size <= MAX_BLOCK_BYTES:
        raise Damaged("A block has an impossible length.")
    if len(data) < at + size + SYNC_BYTES:
        raise Truncated
    if data[at + size : at + size + SYNC_BYTES] != sync:
        raise Damaged("A block does not end with the file's sync marker.")
    return Block(records, data[at : at + size], at + size + SYNC_BYTES)


def read_long(data: bytes, at: int) -> tuple[int, int]:
    """A zigzag varint and the position after it."""
    value = shift = 0
    while shift < 70:
        if at >= len(data):
            raise Truncated
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7
    raise Damaged("A number is longer than 64 bits.")


def container_of(schema: str, body: bytes) -> bytes:
    """An uncompressed container of one record, given its writer schema and its body."""
    sync = hashlib.md5(schema.encode(), usedforsecurity=False).digest()
    meta = b"".join(_with_length(part) for part in (b"avro.schema", schema.encode(), b"avro.codec", b"null"))
    head = MAGIC + _long(2) + meta + _long(0) + sync
    return head + _long(1) + _with_length(body) + sync


def _with_length(data: bytes) -> bytes:
    return _long(len(data)) + data


def _long(value: int) -> bytes:
    """A number that is not negative, as a zigzag varint."""
    left, encoded = value << 1, bytearray()
    while left >= 0x80:
        encoded.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*encoded, left])


def _read_meta(data: bytes, at: int) -> tuple[dict[str, bytes], int]:
    meta: dict[str, bytes] = {}
    while True:
        count, at = read_long(data, at)
        if count == 0:
            return meta, at
        if count < 0:
            _, at = read_long(data, at)
        for _ in range(abs(count)):
            key, at = _read_bytes(data, at)
            meta[key.decode("utf-8", "replace")], at = _read_bytes(data, at)


def _read_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = read_long(data, at)
    if not 0 <= length <= MAX_BLOCK_BYTES:
        raise Damaged("A header entry has an impossible length.")
    if len(data) < at + length:
        raise Truncated
    return data[at : at + length], at + length


def unpack(codec: str, packed: bytes) -> bytes:
    """The bytes of a block's records; Damaged when they cannot be unpacked."""
    try:
        return UNPACK[codec](packed)
    except (
        zlib.error,
        lzma.LZMAError,
        OSError,
        ValueError,
        EOFError,
        zstandard.ZstdError,
        cramjam.DecompressionError,
    ) as error:
        raise Damaged(f"A block cannot be unpacked ({codec}): {error}") from error


def _inflate(packed: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    data = inflater.decompress(packed, MAX_BLOCK_BYTES)
    if not inflater.eof:
        raise ValueError("the compressed data is cut, or too long")
    return data


def _unsnap(packed: bytes) -> bytes:
    """Snappy, followed by the big-endian CRC-32 of what was packed."""
    data = bytes(cramjam.snappy.decompress_raw(packed[:-4]))
    if zlib.crc32(data) != int.from_bytes(packed[-4:], "big"):
        raise ValueError("the checksum is wrong")
    return data


def _unzstd(packed: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed)


UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "null": bytes,
    "deflate": _inflate,
    "snappy": _unsnap,
    "zstandard": _unzstd,
    "bzip2": bz2.decompress,
    "xz": lzma.decompress,
}
