"""Parse: all that one bronze row can tell: decode, normalise, validate, inspect, pseudonymise, withhold, identify."""

import polars as pl

from advertisex_assets.transforms.addresses import DECLARED, AddressBook, inspect, locate
from advertisex_assets.transforms.decode import decode
from advertisex_assets.transforms.identify import identify
from advertisex_assets.transforms.isolate import isolated_as_broken
from advertisex_assets.transforms.normalise import normalise
from advertisex_assets.transforms.privacy import with_consent
from advertisex_assets.transforms.pseudonymise import pseudonymise, withhold
from advertisex_assets.transforms.validate import validate
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.feed import Feed
from schemas.tables.bronze import EXCLUDED_KINDS


def parse(
    feed: Feed,
    rows: pl.DataFrame,
    pseudonym_key: bytes,
    schemas: SchemaSource = NO_SCHEMAS,
    addresses: AddressBook = DECLARED,
) -> pl.DataFrame:
    """Bronze rows, judged and typed: every declared column, `codes`, `flags`, `event_id`, `content_hash`, ...

    Tombstones and repeats say nothing new and are left out (the ledger counts them as excluded). A row with an empty
    `codes` list is valid. A row on which our code fails is refused as `poison`. No plain user id or address is in the
    result.
    """
    records = rows.filter(~pl.col("kind").is_in(EXCLUDED_KINDS))
    return isolated_as_broken(records, lambda part: _parse(feed, part, pseudonym_key, schemas, addresses))


def _parse(
    feed: Feed, records: pl.DataFrame, pseudonym_key: bytes, schemas: SchemaSource, addresses: AddressBook
) -> pl.DataFrame:
    judged = validate(feed, normalise(feed, decode(feed, records, schemas)))
    inspected = inspect(feed, with_consent(feed, judged), addresses)
    protected = withhold(feed, pseudonymise(feed, inspected, pseudonym_key))
    return locate(feed, identify(feed, protected))


def is_valid() -> pl.Expr:
    """Whether a parsed row broke no refusing rule."""
    return pl.col("codes").list.len() == 0
