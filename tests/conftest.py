"""What every test may use: the fixtures for real components; and the order of files. A folder has its own fixtures."""

import pytest

pytest_plugins = ("tests.real.fixtures", "tests.real.spark")

LONG_FILES = ("test_live.py", "test_readme.py", "test_kafka.py", "test_crash.py", "test_schema_registry.py")
"""Minutes of waiting on processes: begun first, so that no worker sits alone with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; the others keep their order."""
    items.sort(key=lambda item: item.path.name not in LONG_FILES)
