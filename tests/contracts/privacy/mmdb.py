"""A MaxMind database with one IPv4 network, written from the published format (MaxMind DB File Format 2.0)."""

import ipaddress

MARKER = b"\xab\xcd\xefMaxMind.com"
RECORD_BITS = 24
SEPARATOR_BYTES = 16


def database(network: str, country: str, build_epoch: int = 1_700_000_000) -> bytes:
    """The file's bytes: a search tree, its data, and metadata."""
    block = ipaddress.IPv4Network(network)
    bits = f"{int(block.network_address):032b}"[: block.prefixlen]
    nowhere, found = len(bits), len(bits) + SEPARATOR_BYTES
    tree = b""
    for depth, bit in enumerate(bits):
        onward = depth + 1 if depth + 1 < len(bits) else found
        pair = (onward, nowhere) if bit == "0" else (nowhere, onward)
        tree += b"".join(record.to_bytes(RECORD_BITS // 8, "big") for record in pair)
    data = _map({"country": _map({"iso_code": _text(country)})})
    metadata = {
        "node_count": _number(6, len(bits)),
        "record_size": _number(5, RECORD_BITS),
        "ip_version": _number(5, 4),
        "database_type": _text("Test-Country"),
        "languages": _extended(11, 0),
        "binary_format_major_version": _number(5, 2),
        "binary_format_minor_version": _number(5, 0),
        "build_epoch": _extended(9, 8) + build_epoch.to_bytes(8, "big"),
        "description": _map({"en": _text("one network")}),
    }
    return tree + bytes(SEPARATOR_BYTES) + data + MARKER + _map(metadata)


def _text(value: str) -> bytes:
    return bytes([2 << 5 | len(value)]) + value.encode()


def _number(kind: int, value: int) -> bytes:
    return bytes([kind << 5 | 2]) + value.to_bytes(2, "big")


def _extended(kind: int, size: int) -> bytes:
    return bytes([size, kind - 7])


def _map(entries: dict[str, bytes]) -> bytes:
    return bytes([7 << 5 | len(entries)]) + b"".join(_text(key) + value for key, value in entries.items())
