"""The engines under test; Spark in the session that all tests share."""

from collections.abc import Iterator

import pytest

from resources.engine import Engine
from resources.engine.duckdb import DuckDB
from resources.engine.spark import Spark


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.real)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn that is not Polars, with which they are compared."""
    if request.param == "duckdb":
        with DuckDB() as duckdb:
            yield duckdb
    else:
        request.getfixturevalue("spark")
        # Takes the session that is there, which others go on using: not closed.
        yield Spark("local[2]")
