"""How the command line starts: with no more than the command needs, and with a list that is true."""

import subprocess
import sys
from pathlib import Path

import pytest

from advertisex_assets.cli.commands import COMMANDS, load
from tests.house.modules import REPOSITORY

IMPORTED = """
import sys
from advertisex_assets.cli.main import build
try:
    build()(sys.argv[1:])
except SystemExit:
    print("imported:", *sys.modules)
"""
QUICK = (["--help"], ["sql", "select 1"], ["status"], ["feed", "list"])


@pytest.mark.parametrize("arguments", QUICK, ids=" ".join)
def test_commands_that_only_read_start_without_dagster(arguments: list[str], tmp_path: Path) -> None:
    environment = {"ADVERTISEX_LAKE": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", IMPORTED, *arguments], env=environment, capture_output=True, text=True)
    imported = done.stdout.rpartition("imported:")[2].split()
    assert "typer" in imported, done.stderr
    assert not {"dagster", "pandera", "altair"} & set(imported)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_it_says_of_itself(name: str) -> None:
    assert " ".join(load(name).help.split("\n\n")[0].split()) == COMMANDS[name]


def test_every_command_is_in_the_list() -> None:
    modules = (REPOSITORY / "advertisex_assets" / "cli").glob("*.py")
    commands = {path.stem for path in modules if "def register(" in path.read_text() or "\napp = " in path.read_text()}
    assert commands == set(COMMANDS)
