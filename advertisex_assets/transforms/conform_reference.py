"""Conform: reference rows as somebody wrote them to the declared columns, refused with a sentence where they cannot be.

Not here: where rows come from (`resources/reference`), pseudonyms (`pseudonymise`), storing.
"""

from zoneinfo import available_timezones

import polars as pl

from advertisex_assets.transforms.enrich.validity import intervals, overlapping
from schemas.errors import BadReferenceError
from schemas.tables.reference import EXCHANGE_RATES, REQUIRED, USERS
from schemas.tables.table import Table, TableColumn
from schemas.types import UserId
from schemas.types.codes import currency_codes
from schemas.types.times import epoch_us

SHOWN = 3
"""Examples in one error: enough to find the mistake, few enough to read."""


def conform(table: Table, raw: pl.DataFrame) -> pl.DataFrame:
    """The rows with the table's columns and types; columns it does not have are left out.

    BadReferenceError when a required column or value is missing, a value cannot be read, a zone or currency does not
    exist, a row ends before it begins, or two rows of one key hold at the same time.
    """
    raw = _by_the_day(raw)
    _require_columns(table, raw)
    typed = raw.select(_typed(table, column, raw) for column in table.columns)
    for column in table.columns:
        _refuse_unreadable(table, column, raw, typed)
    _refuse_missing(table, typed)
    _refuse_unknown(table, typed, "reporting_zone", "IANA time zone", available_timezones())
    _refuse_unknown(table, typed, "currency", "ISO 4217 currency code", set(currency_codes()))
    _refuse_unknown(table, typed, "reporting_currency", "ISO 4217 currency code", set(currency_codes()))
    _refuse_wrong_rates(table, typed)
    _refuse_wrong_validity(table, typed)
    return typed.sort(typed.columns)


def _by_the_day(raw: pl.DataFrame) -> pl.DataFrame:
    """Rows with a `date` instead of validity hold on that UTC day."""
    if "date" not in raw.columns or "valid_from" in raw.columns:
        return raw
    text = raw.select(_text(raw, "date")).to_series().str.head(10)
    day = text.str.to_date("%Y-%m-%d", strict=False)
    ends = day.dt.offset_by("1d").dt.strftime("%Y-%m-%d")
    # What cannot be read stays as it was, to be refused by its name.
    return raw.with_columns(valid_from=text, valid_to=pl.Series(ends).fill_null(text))


def _refuse_wrong_rates(table: Table, typed: pl.DataFrame) -> None:
    if table is not EXCHANGE_RATES:
        return
    wrong = typed.filter(pl.col("rate") <= 0)
    if wrong.height:
        raise BadReferenceError(f"{table.full_name} has {wrong.height} rates that are not above zero.")
    if typed["reporting_currency"].n_unique() > 1:
        found = _examples(typed["reporting_currency"])
        raise BadReferenceError(
            f"{table.full_name} leads to several reporting currencies: {found}; one is needed."
        )


def _require_columns(table: Table, raw: pl.DataFrame) -> None:
    missing = [name for name in REQUIRED[table.name] if name not in raw.columns]
    if missing:
        raise BadReferenceError(
            f"{table.full_name} needs a column {', '.join(missing)}; "
            f"the source has {', '.join(raw.columns) or 'none'}. Known columns: {', '.join(table.schema)}."
        )


def _typed(table: Table, column: TableColumn, raw: pl.DataFrame) -> pl.Expr:
    if column.name not in raw.columns:
        return pl.lit(None, column.dtype).alias(column.name)
    if table is USERS and column.name == "user_id":
        return UserId().parse(_text(raw, column.name)).alias(column.name)
    return _read(_text(raw, column.name), column.dtype).alias(column.name)


def _text(raw: pl.DataFrame, name: str) -> pl.Expr:
    """The value as text, null where empty: so that every source is read by the same rules."""
    value, dtype = pl.col(name), raw.schema[name]
    if isinstance(dtype, pl.Datetime):
        micros = value.dt.cast_time_unit("us").cast(pl.Int64)
        text = pl.from_epoch(micros, "us").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    elif dtype.is_float():
        whole = value.cast(pl.Int64, strict=False)
        text = pl.when(whole == value).then(whole.cast(pl.String)).otherwise(value.cast(pl.String))
    else:
        text = value.cast(pl.String)
    stripped = text.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _read(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        return epoch_us(text).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if isinstance(dtype, pl.Date):
        return text.str.head(10).str.to_date("%Y-%m-%d", strict=False)
    return text.cast(dtype, strict=False)


def _refuse_unreadable(table: Table, column: TableColumn, raw: pl.DataFrame, typed: pl.DataFrame) -> None:
    if column.name not in raw.columns or column.name in REQUIRED[table.name]:
        return
    bad = raw.select(_text(raw, column.name).alias("text")).filter(typed[column.name].is_null()).drop_nulls()
    if bad.height:
        raise BadReferenceError(
            f"{table.full_name}.{column.name} cannot be read as {column.dtype} in {bad.height} rows, "
            f"such as {_examples(bad['text'])}."
        )


def _refuse_missing(table: Table, typed: pl.DataFrame) -> None:
    for name in REQUIRED[table.name]:
        without = typed[name].null_count()
        if without:
            raise BadReferenceError(
                f"{table.full_name} has {without} rows without {name}; every row needs one."
            )


def _refuse_unknown(table: Table, typed: pl.DataFrame, name: str, kind: str, known: set[str]) -> None:
    if name not in typed.columns:
        return
    unknown = typed[name].drop_nulls().filter(~typed[name].drop_nulls().is_in(sorted(known)))
    if len(unknown):
        raise BadReferenceError(
            f"{table.full_name}.{name} is no {kind} in {len(unknown)} rows: {_examples(unknown)}."
        )


def _refuse_wrong_validity(table: Table, typed: pl.DataFrame) -> None:
    key = REQUIRED[table.name][0]
    backwards = typed.filter(pl.col("valid_to") <= pl.col("valid_from"))
    if backwards.height:
        raise BadReferenceError(
            f"{table.full_name} has {backwards.height} rows that end before they begin: {_spans(table, backwards)}."
        )
    clashes = overlapping(intervals(typed, key, ()), key)
    if clashes.height:
        keys = clashes[key].unique()
        both = typed.filter(pl.col(key).is_in(keys.implode())).sort(key, "valid_from", nulls_last=False)
        raise BadReferenceError(
            f"{table.full_name} says two things at once about {len(keys)} {key}s; a row must end before the next of "
            f"its {key} begins: {_spans(table, both)}."
        )


def _spans(table: Table, rows: pl.DataFrame) -> str:
    """Keys with their validity; a user's id is not shown."""
    key = REQUIRED[table.name][0]
    spans = []
    for row in rows.head(SHOWN).to_dicts():
        name = "..." if table is USERS else row[key]
        spans.append(f"{key} {name} from {row['valid_from'] or 'ever'} to {row['valid_to'] or 'open'}")
    return "; ".join(spans) + ("; ..." if rows.height > len(spans) else "")


def _examples(values: pl.Series) -> str:
    distinct = values.unique().sort()
    return ", ".join(repr(value) for value in distinct.head(SHOWN).to_list()) + (
        ", ..." if len(distinct) > SHOWN else ""
    )
