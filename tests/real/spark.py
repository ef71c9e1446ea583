"""Spark for tests: a local session with Delta's and Kafka's jars, which Maven brings.

The session's settings live in `benchmarks/spark/session.py`: tests and benchmarks run the same Spark.
"""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.spark.session import local_session, options
from tests.real import maven, requirements


def jars() -> list[Path]:
    """Return the jars of `deploy/spark/pom.xml`, brought if they are not there; ends the test without Maven."""
    return sorted((maven.install("spark") / "libs").glob("*.jar"))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A local Spark session that also knows Delta tables (`format("delta")`) and Kafka topics (`format("kafka")`)."""
    requirements.java()
    if importlib.util.find_spec("pyspark") is None:
        requirements.missing("Spark", "pyspark is not installed (`.ci/setup spark` installs it)")
    # It would make a local session a remote one.
    os.environ.pop("SPARK_REMOTE", None)
    with local_session(options(tmp_path_factory.mktemp("spark"), jars())) as session:
        yield session
