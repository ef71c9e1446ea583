"""Drift: what records hold that their contract does not expect: unknown fields, and values of another type.

Neither stops anything: an unknown field is kept in `rescued`, a value of another type refuses or flags its own row.
Not here: the table that keeps it (`schemas/tables/ops`), alerts.
"""

from collections.abc import Iterator

import orjson
import polars as pl

from schemas.columns import Column
from schemas.feed import Feed
from schemas.rules import text_column
from schemas.tables.bronze import ORDER_KEY
from schemas.tables.ops import SCHEMA_DRIFT
from schemas.types import Json, Labels
from schemas.types.identifiers import NESTED
from schemas.types.times import NUMBER

UNKNOWN_FIELD, CHANGED_TYPE = "unknown_field", "changed_type"

MOST_FIELDS = 200
"""Per date and kind: who names fields by user or by time names thousands, and one line about them is enough."""
OTHERS = "(others)"

JSON_TYPES = {dict: "object", list: "array", str: "text", bool: "boolean", int: "number", float: "number"}
"""By Python's types; null for the rest."""

KEY = ("event_date", "found", "field", "type")
FIRST = ("source", "source_name", "partition", "offset", "record_index", "received_at")
COLUMNS = (*KEY, "rows", *FIRST)


def drift_of(feed: Feed, parsed: pl.DataFrame) -> pl.DataFrame:
    """What parsed rows hold against the contract, by date, field and type, with the first record of each (COLUMNS).

    Reads what parsing gives, the texts of columns among it. Unknown fields of rows without consent are not told: they
    were withheld.
    """
    parts = [_unknown(parsed), *(_changed(column, parsed) for column in _with_suspects(feed, parsed))]
    return together([part for part in parts if part is not None])


def together(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Several reports as one; the first record is the one with the smallest order key."""
    empty = pl.DataFrame(schema={name: SCHEMA_DRIFT.schema[name] for name in COLUMNS})
    rows = pl.concat([empty, *(part.cast(dict(empty.schema)) for part in parts)])  # type: ignore[arg-type]
    if rows.is_empty():
        return rows
    return _summed(_summed(rows).with_columns(_named_at_most().alias("field")))


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    firsts = rows.sort(ORDER_KEY).group_by(KEY, maintain_order=True)
    return firsts.agg(pl.col("rows").sum(), pl.col(FIRST).first()).select(COLUMNS).sort(*KEY)


def _named_at_most() -> pl.Expr:
    """The field's name, or OTHERS for the rarest of very many."""
    rank = pl.struct(-pl.col("rows"), "field", "type").rank("ordinal").over("event_date", "found")
    return pl.when(rank <= MOST_FIELDS).then("field").otherwise(pl.lit(OTHERS))


def _unknown(parsed: pl.DataFrame) -> pl.DataFrame | None:
    rescued = parsed.filter(pl.col("rescued").is_not_null()).select("rescued", "event_date", *FIRST)
    if rescued.is_empty():
        return None
    ordered = rescued.sort(ORDER_KEY)
    counted: dict[tuple[object, ...], list[int]] = {}
    for place, (text, day) in enumerate(ordered.select("rescued", "event_date").iter_rows()):
        for field, kind in _fields(text):
            seen = counted.setdefault((day, UNKNOWN_FIELD, field, kind), [place, 0])
            seen[1] += 1
    named = [(*key, rows, place) for key, (place, rows) in counted.items()]
    found = pl.DataFrame(named, schema=[*KEY, "rows", "place"], orient="row")
    firsts = ordered.select(FIRST).with_row_index("place").cast({"place": pl.Int64})
    return found.join(firsts, on="place").select(COLUMNS)


def _fields(rescued: str) -> Iterator[tuple[str, str]]:
    for field, value in orjson.loads(rescued).items():
        yield field, JSON_TYPES.get(type(value), "null")


def _with_suspects(feed: Feed, parsed: pl.DataFrame) -> list[Column]:
    """The columns with a value of which the type must be looked at, which most have not; in one go over all of them."""
    typed = [column for column in feed.columns if _expected(column) is not None]
    any_suspect = parsed.select(_suspect(column).any().alias(column.name) for column in typed)
    return [column for column in typed if any_suspect[column.name].any()]


def _suspect(column: Column) -> pl.Expr:
    """Whether a value may be of another JSON type than the column's type can be read from."""
    text, read = pl.col(text_column(column.name)), pl.col("decode_error").is_null()
    if column.type.dtype == pl.String:
        return read & text.str.contains(NESTED)
    return read & text.is_not_null() & pl.col(column.name).is_null()


def _changed(column: Column, parsed: pl.DataFrame) -> pl.DataFrame | None:
    """Values whose JSON type the column's type cannot be read from, whether that refuses, flags or lets in the row."""
    odd = parsed.filter(_suspect(column))
    type_of_text = _json_type(pl.col(text_column(column.name))).alias("type")
    odd = odd.with_columns(type_of_text).filter(~pl.col("type").is_in(_expected(column) or ()))
    if odd.is_empty():
        return None
    one = [pl.lit(CHANGED_TYPE).alias("found"), pl.lit(column.name).alias("field"), pl.lit(1).alias("rows")]
    return odd.with_columns(one).select(COLUMNS)


def _expected(column: Column) -> tuple[str, ...] | None:
    """The JSON types that a column may have; None for columns that hold nested values themselves."""
    if isinstance(column.type, Json | Labels):
        return None
    if column.type.dtype.is_numeric():
        return ("number",)
    scalars = ("text", "number")
    return scalars if column.type.dtype.is_temporal() else (*scalars, "boolean")


def _json_type(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.str.contains(NESTED))
        .then(pl.when(text.str.starts_with("{")).then(pl.lit("object")).otherwise(pl.lit("array")))
        .when(text.is_in(["true", "false"]))
        .then(pl.lit("boolean"))
        .when(text.str.strip_chars().str.contains(NUMBER))
        .then(pl.lit("number"))
        .otherwise(pl.lit("text"))
    )
