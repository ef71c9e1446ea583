"""The lake that upkeep is tried on."""

from pathlib import Path

import pytest

from resources.lake import Lake
from tests.upkeep.busy import filled


@pytest.fixture
def lake(tmp_path: Path, request: pytest.FixtureRequest) -> Lake:
    """A lake of as many small landings as the module's BATCHES says."""
    return filled(tmp_path, request.module.BATCHES)
