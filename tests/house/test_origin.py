"""The top-level names are generic: they must be this repository's, and not another package's of the same name."""

import importlib
import tomllib
from pathlib import Path

import pytest

from tests.house.modules import PACKAGES, REPOSITORY


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_comes_from_this_repository(package: str) -> None:
    origin = importlib.import_module(package).__file__
    assert origin is not None, "a real package has an __init__.py"
    assert Path(origin).parent == REPOSITORY / package


def test_it_cannot_be_uploaded_by_accident() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert "Private :: Do Not Upload" in project["classifiers"]
