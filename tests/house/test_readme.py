"""Who follows the README sees what it shows. Which blocks are run, and how, is said in `readme_blocks`."""

import difflib
from pathlib import Path

import pytest

from tests.house.modules import REPOSITORY
from tests.house.readme_blocks import RUNNABLE, Step, blocks, steps
from tests.house.readme_reader import Printed, Reader, is_as_shown

PAGE = (REPOSITORY / "README.md").read_text()
STEPS = steps(PAGE)

# All blocks are run before the first test: minutes, where other work runs beside it.
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Printed]:
    """What each block printed, by name; all of them in order, in one fresh copy of the project."""
    reader = Reader(tmp_path_factory.mktemp("readme") / "copy")
    return {step.name: reader.do(step) for step in STEPS}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_command_prints_what_the_readme_shows(step: Step, printed: dict[str, Printed]) -> None:
    found = printed[step.name]
    assert found.code == 0, f"exit code {found.code}\n{found.output}\n{found.errors}"
    if step.shown is None:
        return
    shown = step.shown.text
    difference = "\n".join(
        difflib.unified_diff(shown.splitlines(), found.output.splitlines(), "shown", "printed")
    )
    assert is_as_shown(found.output, shown), f"{difference}\n{found.errors}"


def test_only_what_cannot_be_run_here_is_not_run() -> None:
    """What a marker excuses: the tests, the demo, installing, what needs a broker or Spark, or runs for ever."""
    excused = [block for block in blocks(PAGE) if block.language in RUNNABLE and block.not_run]
    words = ("make ", "dagster dev", "KAFKA", "docker compose", "spark.read")
    assert [block.text for block in excused if not any(word in block.text for word in words)] == []
    assert all(block.not_run for block in excused), "a marker gives its reason"


def test_its_picture_is_there_and_light() -> None:
    """A page that loads slowly is not read; 300 KB is a second on a slow line."""
    picture = REPOSITORY / "docs" / "images" / "assets.png"
    assert str(picture.relative_to(REPOSITORY)) in PAGE
    assert picture.stat().st_size < 300_000


def test_the_reader_notices_a_difference() -> None:
    assert is_as_shown("a\nb\nc\n", "a\n...\nc")
    assert is_as_shown("", "")
    assert not is_as_shown("a\nb\nc\n", "a\n...\nd")
    assert not is_as_shown("a\nb\n", "a\n")
    assert not is_as_shown("", "a")


def test_the_reader_goes_on_where_the_last_block_ended(tmp_path: Path) -> None:
    page = "```sh\nWORD=one\nexport WORD\nmkdir here\ncd here\n```\n```sh\necho $WORD\npwd\nfalse\necho never\n```\n"
    reader = Reader(tmp_path / "copy")
    first, second = [reader.do(step) for step in steps(page)]
    assert first.code == 0
    assert (second.output, second.code) == ("one\n/home/you/advertisex/here\n", 1)
