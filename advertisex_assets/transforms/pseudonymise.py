"""Pseudonymise: keyed HMACs for user ids, networks for addresses, as each column's contract says; nothing without
consent.

Not here: what counts as consent (`privacy`).
"""

import ipaddress

import polars as pl

from advertisex_assets.transforms.distinct import map_distinct
from advertisex_assets.transforms.keyed_hash import keyed_hash
from advertisex_assets.transforms.privacy import CONSENTED
from schemas.columns import Column, Pii
from schemas.feed import Feed

PSEUDONYM_HEX_DIGITS = 32
"""128 bits of the HMAC-SHA-256: no collision among any number of users, half the bytes."""

NO_CONSENT = "no_consent"

VALUE = "pseudonymise:value"
"""A plain value, beside what takes its place."""


def pseudonymise(feed: Feed, rows: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """The same rows with every PII column protected; equal inputs give equal pseudonyms under one key.

    Adds for each its `secret_column`, and for each address `<column>_key`, by which rows of one address are told
    together without it. The other half of an HMAC is as unguessable as the first: hashes made from secret columns
    cannot be tried out against the pseudonyms that are in the tables.
    """
    return rows.with_columns(
        one for column in _personal(feed) for one in _protected(rows[column.name], column, key).iter_columns()
    )


def withhold(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows; those without CONSENTED are flagged `no_consent` and have no user-level columns.

    Fields that no contract knows go too: nobody vouches for what they hold.
    """
    names = [name for column in _personal(feed) for name in _names(column)] + ["rescued"]
    flagged = pl.col("flags").list.concat(pl.lit([NO_CONSENT]))
    return rows.with_columns(
        *(pl.when(CONSENTED).then(pl.col(name)).alias(name) for name in names),
        pl.when(CONSENTED).then("flags").otherwise(flagged).alias("flags"),
    )


def key_id(key: bytes) -> str:
    """A name for the key that does not give it away."""
    return keyed_hash(key)(b"key-id")[:8]


def pseudonym(key: bytes, value: str) -> str:
    """The pseudonym of one id."""
    return keyed_hash(key)(value.encode())[:PSEUDONYM_HEX_DIGITS]


def secret_column(name: str) -> str:
    """The name of the column that stands for a PII column in hashes, and is never stored."""
    return f"secret:{name}"


def networks(addresses: pl.Series) -> pl.Series:
    """The /24 of IPv4 addresses, the /48 of IPv6 addresses (what Google Analytics' IP masking keeps)."""
    is_six = addresses.str.contains(":", literal=True)
    sixes = map_distinct(addresses.set(~is_six, None), _ipv6_network)
    return sixes.fill_null(addresses.set(is_six, None).str.replace(r"\d+$", "0"))


def _ipv6_network(address: str) -> str:
    try:
        return str(ipaddress.ip_network(f"{address}/48", strict=False).network_address)
    except ValueError:
        return "::"


def _personal(feed: Feed) -> list[Column]:
    return [column for column in feed.stored if column.pii is not None]


def _names(column: Column) -> list[str]:
    return [column.name, f"{column.name}_key"] if column.pii is Pii.TRUNCATE_IP else [column.name]


def _protected(values: pl.Series, column: Column, key: bytes) -> pl.DataFrame:
    """What takes the place of the values, reckoned once for each that occurs."""
    distinct = values.drop_nulls().unique()
    digests = pl.Series(map(keyed_hash(key), distinct.cast(pl.Binary).to_list()), dtype=pl.String)
    pseudonyms = digests.str.head(PSEUDONYM_HEX_DIGITS)
    secret = digests.str.slice(PSEUDONYM_HEX_DIGITS).alias(secret_column(column.name))
    if column.pii is Pii.TRUNCATE_IP:
        told = [networks(distinct).alias(column.name), pseudonyms.alias(f"{column.name}_key"), secret]
    else:
        told = [pseudonyms.alias(column.name), secret]
    known = pl.DataFrame([distinct.alias(VALUE), *told])
    return values.to_frame(VALUE).join(known, on=VALUE, how="left", maintain_order="left").drop(VALUE)

