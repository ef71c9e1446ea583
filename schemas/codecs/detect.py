"""Chooses a feed's codec for a message or a file by its first bytes."""

from collections.abc import Sequence

from schemas.codecs.base import Codec

HEAD_BYTES = 4096
"""Enough for every sniff: magic numbers are a few bytes, and JSON may start after blanks."""


def detect(codecs: Sequence[Codec], head: bytes) -> Codec:
    """The first codec that recognises the bytes; the first of all when none does, which then refuses them."""
    return next((codec for codec in codecs if codec.sniff(head[:HEAD_BYTES])), codecs[0])
