"""Choose: the engine that the settings name, one for the process."""

import atexit
from functools import cache

from resources.engine.duckdb import DuckDB
from resources.engine.engine import Engine
from resources.engine.polars import POLARS
from resources.engine.spark import Spark
from resources.settings import Settings, settings


@cache
def open_engine() -> Engine:
    """The engine of this process, which ends with it; EngineError if it is not installed."""
    engine = engine_of(settings())
    atexit.register(engine.close)
    return engine


def engine_of(chosen: Settings) -> Engine:
    """A new engine, as those settings say."""
    memory, spill = chosen.engine_memory_megabytes, chosen.engine_spill
    if chosen.engine == DuckDB.name:
        return DuckDB(memory, spill)
    if chosen.engine == Spark.name:
        return Spark(chosen.spark, memory, spill)
    return POLARS
