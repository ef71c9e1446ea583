"""What every test may use: the fixtures for real components; and the order of files. A folder has its own fixtures."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from resources.lake import Lake
from resources.settings import settings

# No test may fail for the time that it takes: other work may use the machine.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

pytest_plugins = ("tests.real.fixtures", "tests.real.spark")

LONG_FILES = ("test_live.py", "test_readme.py", "test_kafka.py", "test_crash.py", "test_schema_registry.py")
"""Minutes of waiting on processes: begun first, so that no worker sits alone with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; the others keep their order."""
    items.sort(key=lambda item: item.path.name not in LONG_FILES)


@pytest.fixture
def configured_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """An empty lake that the settings name."""
    monkeypatch.setenv("ADVERTISEX_LAKE", str(tmp_path / "lake"))
    settings.cache_clear()
    yield Lake(str(tmp_path / "lake"))
    settings.cache_clear()
