"""The pages are true and lead somewhere: what follows from code is current, links have a target."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.modules import REPOSITORY

PAGES = [
    page
    for folder, pattern in ((REPOSITORY, "*.md"), (REPOSITORY / "docs", "**/*.md"))
    for page in sorted(folder.glob(pattern))
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:")


def test_tables_and_settings_are_as_the_code_declares_them() -> None:
    command = [sys.executable, REPOSITORY / "docs" / "generate.py", "--check"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_have_a_target(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text()) if not target.startswith(ELSEWHERE)]
    assert [target for target in targets if not _exists(page, target)] == []


def _exists(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path) if path else page
    return file.exists() and (not anchor or anchor in _anchors(file))


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them from headings: lower case, blanks to hyphens, signs left out."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_decision_is_in_the_index() -> None:
    index = (REPOSITORY / "docs" / "index.md").read_text()
    decisions = sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md"))
    assert [page.name for page in decisions if f"decisions/{page.name}" not in index] == []


def test_decisions_have_numbers_of_their_own() -> None:
    numbers = [page.name[:3] for page in (REPOSITORY / "docs" / "decisions").glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers))
