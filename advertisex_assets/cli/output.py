"""Printing rows as a table for people, or as JSON or CSV for programs."""

import json
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[
    Format, typer.Option("--format", help="table for people; json (a list of objects) or csv for programs.")
]

LONGEST_CELL = 60
"""Characters of a cell in a table for people; JSON and CSV are never cut."""


def errors() -> Console:
    """Where progress and errors go, so that standard output stays clean."""
    return Console(stderr=True, highlight=False)


def show(rows: pl.DataFrame, form: Format, title: str = "") -> None:
    """Prints rows in the chosen form."""
    printers = {Format.TABLE: _as_table, Format.JSON: _as_json, Format.CSV: _as_csv}
    printers[form](rows, title)


def _as_json(rows: pl.DataFrame, title: str) -> None:
    print(json.dumps([_plain(row) for row in rows.iter_rows(named=True)], indent=1))


def _as_csv(rows: pl.DataFrame, title: str) -> None:
    flat = [
        pl.col(name).map_elements(_text, return_dtype=pl.String)
        for name, t in rows.schema.items()
        if _is_nested(t)
    ]
    sys.stdout.write(rows.with_columns(flat).write_csv())


def _as_table(rows: pl.DataFrame, title: str) -> None:
    table = Table(title=title or None, title_justify="left")
    for name, dtype in rows.schema.items():
        table.add_column(name, justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in rows.iter_rows():
        table.add_row(*(_cell(value) for value in row))
    console = Console()
    # A pipe has no width: never fold what a program or a test reads.
    console.width = max(console.width, 100) if console.is_terminal else 200
    console.print(table)


def _cell(value: Any) -> str:
    text = "" if value is None else _text(value)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _is_nested(dtype: pl.DataType) -> bool:
    return dtype.is_nested() or dtype == pl.Binary


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | float | bool | type(None)) else _json_value(value)
        for name, value in row.items()
    }


def _json_value(value: Any) -> Any:
    if isinstance(value, pl.Series | list | tuple):
        return [_json_value(item) for item in value]
    return value if isinstance(value, int | float | dict | type(None)) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, pl.Series | Iterable) and not isinstance(value, str):
        return ", ".join(_text(item) for item in value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
