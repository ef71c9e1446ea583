"""Pseudonymise: keyed HMACs for user ids, networks for addresses, as each column's contract says."""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable

import polars as pl

from schemas.columns import Pii
from schemas.feed import Feed

PSEUDONYM_HEX_DIGITS = 32
"""128 bits of the HMAC-SHA-256: no collision among any number of users, half the bytes."""


def pseudonymise(feed: Feed, rows: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """The same rows with every PII column protected; equal inputs give equal pseudonyms under one key."""
    protect = {Pii.PSEUDONYMISE: _hmac_with(key), Pii.TRUNCATE_IP: _network}
    columns = [(column.name, protect[column.pii]) for column in feed.stored if column.pii is not None]
    return rows.with_columns(_mapped(rows[name], function).alias(name) for name, function in columns)


def key_id(key: bytes) -> str:
    """A name for the key that does not give it away."""
    return hmac.new(key, b"key-id", hashlib.sha256).hexdigest()[:8]


def pseudonym(key: bytes, value: str) -> str:
    """The pseudonym of one id."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_HEX_DIGITS]


def _hmac_with(key: bytes) -> Callable[[str], str]:
    return lambda value: pseudonym(key, value)


def _network(address: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 address (what Google Analytics' IP masking keeps)."""
    if ":" in address:
        try:
            return str(ipaddress.ip_network(f"{address}/48", strict=False).network_address)
        except ValueError:
            return "::"
    return address.rpartition(".")[0] + ".0"


def _mapped(values: pl.Series, function: Callable[[str], str]) -> pl.Series:
    """The function over distinct values, joined back: users and networks repeat."""
    distinct = values.drop_nulls().unique()
    mapped = pl.Series([function(value) for value in distinct.to_list()], dtype=pl.String)
    return values.replace_strict(distinct, mapped, default=None, return_dtype=pl.String)
