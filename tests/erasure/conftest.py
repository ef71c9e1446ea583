"""The lake of these tests."""

import shutil
from pathlib import Path

import pytest

from resources.lake import Lake
from tests.erasure.people import filled


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, and copied for each test."""
    folder = tmp_path_factory.mktemp("erasure") / "lake"
    filled(folder)
    return folder


@pytest.fixture
def lake(template: Path, tmp_path: Path) -> Lake:
    """A lake with silver, gold and published numbers."""
    shutil.copytree(template, tmp_path / "lake")
    return Lake(str(tmp_path / "lake"))
