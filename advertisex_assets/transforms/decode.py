"""Decode: the bytes of bronze rows to one text column per declared column."""

import polars as pl

from advertisex_assets.transforms.sources import peek_at, texts_of
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.columns import Column, paths_of
from schemas.feed import Feed
from schemas.rules import text_column
from schemas.tables.bronze import RECORD

ROW = "decode:row"


def decode(
    feed: Feed,
    rows: pl.DataFrame,
    schemas: SchemaSource = NO_SCHEMAS,
    columns: tuple[Column, ...] | None = None,
) -> pl.DataFrame:
    """The same rows with `text:<column>` for each declared column, `rescued` and `decode_error`.

    Rows that are no records (broken, unreadable_file) get a decode error; nothing is raised for bad bytes.
    `columns` limits the work to some of the feed's columns (routing reads only the time): then `rescued` is null, and
    damage elsewhere in a record may go unnoticed.
    """
    wanted = feed.columns if columns is None else columns
    numbered = rows.with_row_index(ROW)
    parts = [_decode_with(feed, part, wanted, schemas) for part in _by_codec(numbered)]
    if not parts:
        return _undecodable(numbered, wanted).drop(ROW)
    return pl.concat(parts).sort(ROW).drop(ROW) if len(parts) > 1 else parts[0].drop(ROW)


def _by_codec(rows: pl.DataFrame) -> list[pl.DataFrame]:
    if _is_all(rows["kind"], RECORD) and _is_all(rows["codec"], rows["codec"][0]):
        return [rows]
    is_record = pl.col("kind") == RECORD
    records = rows.filter(is_record).partition_by("codec", maintain_order=True)
    others = rows.filter(~is_record)
    return records if others.is_empty() else [*records, others]


def _is_all(column: pl.Series, value: str | None) -> bool:
    return len(column) > 0 and value is not None and (column == value).all(ignore_nulls=False) is True


def _decode_with(
    feed: Feed, rows: pl.DataFrame, columns: tuple[Column, ...], schemas: SchemaSource
) -> pl.DataFrame:
    if rows["kind"][0] != RECORD:
        return _undecodable(rows, columns)
    codec = feed.codec(rows["codec"][0])
    if columns is not feed.columns:
        return pl.concat([rows, peek_at(codec, rows, columns, schemas)], how="horizontal")
    fields = codec.decode(rows["payload"], rows["header"], paths_of(columns), schemas)
    return pl.concat([rows, texts_of(columns, fields)], how="horizontal")


def _undecodable(rows: pl.DataFrame, columns: tuple[Column, ...]) -> pl.DataFrame:
    texts = [pl.lit(None, pl.String).alias(text_column(column.name)) for column in columns]
    return rows.with_columns(
        *texts,
        pl.lit(None, pl.String).alias("rescued"),
        pl.coalesce("header", pl.lit("The rest of the file could not be cut into records.")).alias(
            "decode_error"
        ),
    )
