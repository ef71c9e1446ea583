"""Identify: the content hash, the event id and the user bucket of each row."""

from itertools import groupby
from operator import itemgetter

import polars as pl
import xxhash

from advertisex_assets.transforms.distinct import is_constant
from advertisex_assets.transforms.pseudonymise import secret_column
from schemas.columns import Column
from schemas.feed import Feed
from schemas.rules import text_of
from schemas.tables.bronze import POSITION

SEPARATOR = "\x1f"
"""ASCII's unit separator: no identifier can contain it (see `malformed_id`)."""
MISSING = "\x00"

BUCKETS = 64
"""User buckets per date: a late touch redoes 1/64 of a day's attribution (design, invariant 5)."""


def identify(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with `content_hash`, `event_id` and `user_bucket`.

    The hash is over typed values, so one event sent as JSON and as CSV has one hash; values that identify a person
    take part by keyed hashes of their own, so that nobody without the key can find out whose event it was.
    """
    hashed = rows.with_columns(_hashes(rows, content(feed, rows)).alias("content_hash"))
    named = hashed.with_columns(_own_ids(feed, hashed).alias("event_id"))
    if "user_id" not in named.columns:
        # Notices between machines know no user; their events are spread over the buckets by themselves.
        named = named.with_columns(pl.lit(None, pl.String).alias("user_id"))
    who = pl.coalesce("user_id", "event_id")
    return named.with_columns(_buckets(named.select(who).to_series()).alias("user_bucket"))


def _own_ids(feed: Feed, hashed: pl.DataFrame) -> pl.Series:
    """The records' ids; where they have none, one made of what they say, and of where they are if rows are unique."""
    ids = hashed[feed.key.column]
    nameless = ids.is_null().arg_true()
    if nameless.is_empty():
        return ids
    own_id = "content:" + pl.col("content_hash")
    if feed.key.rows_unique:
        own_id = own_id + "@" + _place()
    return ids.scatter(nameless, hashed[nameless].select(own_id).to_series())


def content(feed: Feed, rows: pl.DataFrame) -> pl.Expr:
    """One text that two rows share if and only if they say the same.

    Columns that say the same in every row, as half of them do, are put together as text once.
    """
    columns = [column for column in feed.stored if column.content]
    parts = {column.name: _content_of(feed, column).fill_null(MISSING).alias(column.name) for column in columns}
    first = rows.head(1).select(*parts.values()).to_dict(as_series=False)
    # One column at least is looked at row by row: literals alone would make one row.
    same = [place > 0 and _is_same(feed, column, rows) for place, column in enumerate(columns)]
    pieces: list[pl.Expr] = []
    for is_same, some in groupby(zip(columns, same, strict=True), key=itemgetter(1)):
        names = [column.name for column, _ in some]
        texts = [first[name][0] for name in names] if is_same else []
        pieces += [pl.lit(SEPARATOR.join(texts))] if is_same else [parts[name] for name in names]
    return pl.concat_str(pieces, separator=SEPARATOR)


def _is_same(feed: Feed, column: Column, rows: pl.DataFrame) -> bool:
    return column.name != feed.event_at and not rows.is_empty() and is_constant(rows[_told_by(column)])


def _told_by(column: Column) -> str:
    return secret_column(column.name) if column.pii else column.name


def _content_of(feed: Feed, column: Column) -> pl.Expr:
    value = pl.col(_told_by(column))
    if column.name == feed.event_at:
        value = pl.when(text_of(column.name).is_not_null()).then(value.cast(pl.Int64))
    return value.cast(pl.String)


def _place() -> pl.Expr:
    coordinates = pl.concat_str([pl.col(name).cast(pl.String) for name in POSITION], separator=":")
    return pl.coalesce("record_id", coordinates)


def _hashes(rows: pl.DataFrame, text: pl.Expr) -> pl.Series:
    texts = rows.select(text.cast(pl.Binary)).to_series().to_list()
    return pl.Series(map(xxhash.xxh3_128_hexdigest, texts), dtype=pl.String)


def _buckets(users: pl.Series) -> pl.Series:
    digests = map(xxhash.xxh3_64_intdigest, users.cast(pl.Binary).to_list())
    return (pl.Series(digests, dtype=pl.UInt64) % BUCKETS).cast(pl.Int64)
