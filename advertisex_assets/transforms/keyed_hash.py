"""Keyed hash: HMAC-SHA-256 (RFC 2104) of many short values under one key, which is taken in once.

Not here: what is hashed, and where keys come from.
"""

import hmac
from collections.abc import Callable
from functools import cache


@cache
def keyed_hash(key: bytes) -> Callable[[bytes], str]:
    """The function that gives the HMAC of a value under the key, as 64 hexadecimal digits."""
    begun = hmac.new(key, digestmod="sha256")

    def digest(value: bytes) -> str:
        one = begun.copy()
        one.update(value)
        return one.hexdigest()

    return digest
