"""Dagster finds the code location, whichever of its commands is asked."""

import subprocess
import tomllib
from pathlib import Path

import yaml

from tests.house.modules import REPOSITORY

BIN = REPOSITORY / ".venv" / "bin"


def test_workspace_and_dg_name_the_same_location() -> None:
    (location,) = yaml.safe_load((REPOSITORY / "workspace.yaml").read_text())["load_from"]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    assert location["python_module"]["module_name"] == project["code_location_target_module"]
    assert location["python_module"]["location_name"] == project["code_location_name"]


def test_no_tool_dagster_table_that_would_hide_the_workspace() -> None:
    assert "dagster" not in tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]


def test_the_workspace_loads(tmp_path: Path) -> None:
    """In a folder without pyproject.toml, so that it is workspace.yaml that is read."""
    command = [BIN / "dagster", "definitions", "validate", "-w", REPOSITORY / "workspace.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation successful for code location advertisex" in done.stdout + done.stderr
