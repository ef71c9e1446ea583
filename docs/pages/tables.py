"""The page of tables: every table of the lake with its grain, partitions and columns."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator

import polars as pl

import schemas.tables
from pages.markdown import NOTICE, markdown_table
from schemas.discover import all_feeds
from schemas.tables.bronze import BRONZE_COLUMNS, routes_table
from schemas.tables.silver import CORE, LINEAGE, silver_table
from schemas.tables.table import Table, TableColumn

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
    """Every Table that a module below `schemas.tables` holds by itself, module by module."""
    prefix = f"{schemas.tables.__name__}."
    names = sorted(module.name for module in pkgutil.walk_packages(schemas.tables.__path__, prefix))
    found = [value for name in names for value in vars(importlib.import_module(name)).values()]
    return list({table.full_name: table for table in found if isinstance(table, Table)}.values())


def _nothing() -> Iterator[str]:
    return iter(())


def _bronze_of_feeds() -> Iterator[str]:
    feeds = ", ".join(f"`bronze.{feed.name}`" for feed in all_feeds())
    yield "### bronze.&lt;feed&gt;"
    yield f"One table per feed, all with the same columns: {feeds}."
    yield "One row: one received record. Partitioned by `landing_date`. Append-only."
    yield _columns(BRONZE_COLUMNS)
    yield "### bronze.&lt;feed&gt;_routes"
    routes = routes_table(all_feeds()[0])
    yield "Beside each of them: the rows that belong to another date than landing found, decision by decision."
    yield f"One row: {routes.grain}. Append-only. Usually empty."
    yield _columns(routes.columns)


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
    facts += [f"Files hold many dates of `{table.dated_by}`."] if table.dated_by else []
    facts += ["Append-only."] if table.append_only else []
    yield " ".join(facts)
    yield _columns(columns)


def _columns(columns: Iterable[TableColumn]) -> str:
    rows = [(f"`{c.name}`", _type(c.dtype), c.unit or "", c.description) for c in columns]
    return markdown_table(("Column", "Type", "Unit", "Meaning"), rows)


def _type(dtype: pl.DataType) -> str:
    return TYPE_NAMES.get(dtype, str(dtype))
