"""The format of a lake as a table: which way of writing its tables it is in, and since when."""

import polars as pl

from schemas.tables.table import UTC_MICROS, Table, TableColumn

LAKE_FORMAT = Table(
    layer="ops",
    name="lake_format",
    description="The formats that this lake has been in; a program that knows only older ones leaves it alone.",
    columns=(
        TableColumn("format", pl.Int64(), "The number of the format."),
        TableColumn("since", UTC_MICROS, "Since when."),
    ),
    grain="one format",
    grain_columns=("format",),
    append_only=True,
)
