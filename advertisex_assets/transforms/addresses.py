"""Addresses: what a full IP address tells before it is cut: whether it is a data centre's, and its country.

Not here: how addresses are protected (`pseudonymise`), or where a country database comes from (`resources/geoip`).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from advertisex_assets.transforms.address_ranges import AddressRanges
from schemas.columns import Pii
from schemas.feed import Feed
from schemas.invalid_traffic import DATA_CENTRE, DATA_CENTRE_RANGES

LOCATED = "located:country"
"""The country of the address, until it fills `country`: what a record states stays its content."""


@dataclass(frozen=True)
class AddressBook:
    """What is known of addresses: data-centre ranges (CIDR) and, maybe, a country by address.

    `countries_version` names the database, so that another one makes another fingerprint.
    """

    data_centres: tuple[str, ...] = DATA_CENTRE_RANGES
    country_of: Callable[[str], str | None] | None = None
    countries_version: str = ""

    @property
    def version(self) -> str:
        """A digest of all that decides an answer."""
        text = "\n".join([*self.data_centres, self.countries_version])
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def ranges(self) -> AddressRanges:
        """The data-centre ranges, ready to be asked."""
        return AddressRanges.of(self.data_centres)


DECLARED = AddressBook()
"""The declared ranges, and no countries."""


def inspect(feed: Feed, rows: pl.DataFrame, book: AddressBook) -> pl.DataFrame:
    """The same rows with the flag `data_centre` where it is due, and LOCATED if the feed has addresses."""
    name = next((column.name for column in feed.stored if column.pii is Pii.TRUNCATE_IP), None)
    if name is None:
        return rows
    known = told(rows[name].drop_nulls().unique(), book)
    # Only addresses take part in the join.
    found = rows.select(name).join(known, left_on=name, right_on="address", how="left", maintain_order="left")
    located = rows.with_columns(found[LOCATED])
    if not found["data_centre"].any():
        return located
    flagged = pl.col("flags").list.concat(pl.lit([DATA_CENTRE.code]))
    return located.with_columns(pl.when(found["data_centre"]).then(flagged).otherwise("flags").alias("flags"))


def locate(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with `country` filled from LOCATED where the record states none."""
    if LOCATED not in rows.columns:
        return rows
    if "country" not in rows.columns:
        return rows.drop(LOCATED)
    return rows.with_columns(pl.coalesce("country", LOCATED).alias("country")).drop(LOCATED)


def told(addresses: pl.Series, book: AddressBook) -> pl.DataFrame:
    """address, data_centre, LOCATED of distinct addresses."""
    countries = [book.country_of(text) if book.country_of else None for text in addresses.to_list()]
    return pl.DataFrame(
        {"address": addresses, "data_centre": book.ranges.contain(addresses), LOCATED: countries},
        schema={"address": pl.String, "data_centre": pl.Boolean, LOCATED: pl.String},
    )
