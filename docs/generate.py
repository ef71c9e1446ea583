"""Writes the reference pages that follow from code: docs/tables.md and docs/settings.md.

    .venv/bin/python docs/generate.py            write them
    .venv/bin/python docs/generate.py --check    exit code 1 and a sentence if one of them is out of date

Not here: pages that people write.
"""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

import polars as pl
from pydantic import SecretStr
from pydantic.fields import FieldInfo

import schemas.tables
from resources.settings import PREFIX, Settings
from schemas.discover import all_feeds
from schemas.tables.bronze import BRONZE_COLUMNS
from schemas.tables.silver import CORE, LINEAGE, silver_table
from schemas.tables.table import Table, TableColumn

DOCS = Path(__file__).resolve().parent
COMMAND = ".venv/bin/python docs/generate.py"
NOTICE = f"<!-- Made by `{COMMAND}`: edit the declarations, not this page. -->"

LAYERS = {
    "bronze": "What was received, byte for byte, with its coordinates.",
    "silver": "Validated, deduplicated, enriched events; and what was kept out, with the reason.",
    "gold": "The marts: counts, money, rates and attribution.",
    "reference": "Advertisers, campaigns, creatives and users, as of every moment.",
    "ops": "What the pipeline itself did.",
}

TYPE_NAMES = {
    pl.Datetime("us", "UTC"): "UTC timestamp, us",
    pl.List(pl.String): "List(String)",
}


def tables_page() -> str:
    """Every table of the lake with its grain, partitions and columns."""
    parts = [
        NOTICE,
        "# Tables",
        "Every table is a Delta table at `<lake>/<layer>/<name>`; `advertisex sql` and Dagster know it as "
        "`layer.name`. All times are UTC, all days are UTC days unless a column says otherwise, all counts and "
        "amounts are Int64. Amounts are in micros: 1,000,000 micros are one unit of the currency.",
    ]
    found = _declared_tables()
    for layer in [*LAYERS, *sorted({table.layer for table in found} - set(LAYERS))]:
        parts += [f"## {layer}", LAYERS.get(layer, "")] if layer in LAYERS else [f"## {layer}"]
        parts += [*_FEED_PAGES.get(layer, _nothing)()]
        parts += [part for table in found if table.layer == layer for part in _table(table, table.columns)]
    return "\n\n".join(parts) + "\n"


def _declared_tables() -> list[Table]:
    """Every Table that a module of `schemas.tables` declares by itself, in order of declaration."""
    names = sorted(module.name for module in pkgutil.iter_modules(schemas.tables.__path__))
    found = [
        value for name in names for value in vars(importlib.import_module(f"schemas.tables.{name}")).values()
    ]
    return list({table.full_name: table for table in found if isinstance(table, Table)}.values())


def _nothing() -> Iterator[str]:
    return iter(())


def _bronze_of_feeds() -> Iterator[str]:
    feeds = ", ".join(f"`bronze.{feed.name}`" for feed in all_feeds())
    yield "### bronze.&lt;feed&gt;"
    yield f"One table per feed, all with the same columns: {feeds}."
    yield "One row: one received record. Partitioned by `landing_date`. Append-only."
    yield _columns(BRONZE_COLUMNS)


def _silver_of_feeds() -> Iterator[str]:
    yield "### Columns of every event table"
    yield "First in each of the event tables below:"
    yield _columns(CORE)
    yield "Last in each of them:"
    yield _columns(LINEAGE)
    for feed in all_feeds():
        for output in feed.outputs:
            table = silver_table(feed, output)
            yield from _table(table, _own(table), f"Filled by the feed `{feed.name}`.")


def _own(table: Table) -> tuple[TableColumn, ...]:
    common = {column.name for column in (*CORE, *LINEAGE)}
    return tuple(column for column in table.columns if column.name not in common)


_FEED_PAGES = {"bronze": _bronze_of_feeds, "silver": _silver_of_feeds}
"""Tables that follow from the feeds."""


def _table(table: Table, columns: Iterable[TableColumn], note: str = "") -> Iterator[str]:
    yield f"### {table.full_name}"
    yield " ".join([table.description, note]).strip()
    partitions = ", ".join(f"`{name}`" for name in table.partition_by)
    facts = [f"One row: {table.grain}."]
    facts += [f"Partitioned by {partitions}."] if partitions else []
    facts += ["Append-only."] if table.append_only else []
    yield " ".join(facts)
    yield _columns(columns)


def _columns(columns: Iterable[TableColumn]) -> str:
    rows = [(f"`{c.name}`", _type(c.dtype), c.unit or "", c.description) for c in columns]
    return _markdown(("Column", "Type", "Unit", "Meaning"), rows)


def _type(dtype: pl.DataType) -> str:
    return TYPE_NAMES.get(dtype, str(dtype))


def settings_page() -> str:
    """Every setting with its type, default and meaning."""
    rows = [
        (f"`{PREFIX}{name.upper()}`", _kind(field), _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    parts = [
        NOTICE,
        "# Settings",
        "Each is read from the environment, or from a file `.env` in the folder where the program is started; the "
        "environment wins. A value that cannot be used stops every command at its start with a sentence that names "
        "the setting, and exit code 1. Secrets are never printed.",
        _markdown(("Setting", "Type", "Default", "Meaning"), rows),
        "Credentials of an object store are not settings of this project: they are read from the store's own "
        "variables (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, `GOOGLE_APPLICATION_CREDENTIALS`, "
        "`AZURE_STORAGE_ACCOUNT_NAME`, ...).",
    ]
    return "\n\n".join(parts) + "\n"


def _kind(field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    types = [t for t in get_args(annotation) or (annotation,) if t is not type(None)]
    limits = [f"{sign} {getattr(rule, name)}" for rule in field.metadata for name, sign in _limits_of(rule)]
    return " ".join([" or ".join(WORDS.get(t, str(t)) for t in types), *limits])


WORDS: dict[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    Path: "path",
    SecretStr: "secret text",
}
LIMITS = (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))


def _limits_of(rule: object) -> Iterator[tuple[str, str]]:
    return ((name, sign) for name, sign in LIMITS if hasattr(rule, name))


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    if default is None:
        return "not set"
    return "a public demo value" if isinstance(default, SecretStr) else f"`{default}`"


def _markdown(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [" | ".join(titles), " | ".join("---" for _ in titles)]
    lines += [" | ".join(_cell(value) for value in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("|", "\\|"))


PAGES = {"tables.md": tables_page, "settings.md": settings_page}


def main(arguments: list[str]) -> int:
    """Writes the pages, or with `--check` names those that are out of date."""
    made = {DOCS / name: page() for name, page in PAGES.items()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    if "--check" not in arguments:
        for path in stale:
            path.write_text(made[path])
    elif stale:
        names = ", ".join(f"docs/{path.name}" for path in stale)
        print(f"Out of date: {names}. Run: {COMMAND}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
