"""A reader of the README: someone with a fresh copy of the project, who does everything that the page says.

The shell's environment and folder carry over from block to block, as they do for a person.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.house.modules import PACKAGES, REPOSITORY
from tests.house.readme_blocks import Step

HOME = "/home/you/advertisex"
"""Where the reader of the page keeps the project."""

TODAY = "2026-11-23"
"""When the reader of the page lands records."""

ANYTHING = "..."
"""A line of shown output that stands for any number of lines."""

PATIENCE_SECONDS = 300
"""For one block, on a busy machine."""

REMEMBER = 'trap \'export -p > "$READER_MEMORY"; pwd > "$READER_MEMORY.folder"\' EXIT\n'


@dataclass(frozen=True)
class Printed:
    """What a block printed to standard output and standard error, and its exit code."""

    output: str
    errors: str
    code: int


class Reader:
    """Does one step after the other in `folder`, which becomes a copy of the project with the same environment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory = folder.with_suffix(".memory")
        self._landing_date = datetime.now(UTC).date().isoformat()
        for package in PACKAGES:
            shutil.copytree(
                REPOSITORY / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
            )
        for file in ("pyproject.toml", "workspace.yaml"):
            shutil.copy(REPOSITORY / file, folder)
        (folder / ".venv").symlink_to(REPOSITORY / ".venv")

    def do(self, step: Step) -> Printed:
        """Run the block, or write it to its file."""
        block = step.block
        if block.file:
            (self._folder / block.file).write_text(block.text)
            return Printed("", "", 0)
        script = (
            block.text if block.language == "sh" else f"python - <<'END_OF_BLOCK'\n{block.text}END_OF_BLOCK\n"
        )
        return self._run(script)

    def _run(self, script: str) -> Printed:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", self._recall() + REMEMBER + script],
            cwd=self._folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Printed(self._at_home(done.stdout), self._at_home(done.stderr), done.returncode)

    def _recall(self) -> str:
        if not self._memory.exists():
            return ""
        folder = self._memory.with_name(self._memory.name + ".folder").read_text().strip()
        return f'. "{self._memory}"\ncd "{folder}"\n'

    def _environment(self) -> dict[str, str]:
        """As after opening a terminal: no settings; the copy's packages instead of this repository's."""
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ADVERTISEX", "DAGSTER"))
        }
        for name in ("COLUMNS", "LINES", "FORCE_COLOR", "CI"):
            ours.pop(name, None)
        return ours | {"PYTHONPATH": str(self._folder), "READER_MEMORY": str(self._memory), "TERM": "dumb"}

    def _at_home(self, text: str) -> str:
        """The text with all that differs from reader to reader replaced: folder, landing date, blanks at line ends."""
        for volatile, shown in ((str(self._folder), HOME), (self._landing_date, TODAY)):
            text = text.replace(volatile, shown)
        return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


def is_as_shown(printed: str, shown: str) -> bool:
    """Say whether a text is what a page shows; lines that are ANYTHING stand for any lines."""
    lines = (
        r"(?:.*\n)*?" if line.strip() == ANYTHING else re.escape(line.rstrip()) + r"\n"
        for line in shown.strip("\n").splitlines()
    )
    text = "".join(f"{line}\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch("".join(lines), text) is not None
