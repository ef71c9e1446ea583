"""Every table that the program declares: those that stand in `schemas.tables` by themselves, and those of each feed.

Not here: which of them a lake holds.
"""

import importlib
import pkgutil
from functools import cache

import schemas.tables
from schemas.discover import all_feeds
from schemas.tables.bronze import bronze_table, routes_table
from schemas.tables.silver import silver_tables
from schemas.tables.table import Table


@cache
def every_table() -> tuple[Table, ...]:
    """All tables, by full name."""
    prefix = f"{schemas.tables.__name__}."
    names = [module.name for module in pkgutil.walk_packages(schemas.tables.__path__, prefix)]
    standing = [value for name in names for value in vars(importlib.import_module(name)).values()]
    found = {table.full_name: table for table in standing if isinstance(table, Table)}
    for feed in all_feeds():
        found |= {table.full_name: table for table in (bronze_table(feed), routes_table(feed), *silver_tables(feed))}
    return tuple(found[name] for name in sorted(found))
