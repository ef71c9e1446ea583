"""Reads a Markdown page into its code blocks, and says which are commands, files or shown output. Nothing is run.

A `sh` or `python` block is run. A `text` block right after it is what it must print. A comment right before a block
changes what is done with it:

    <!-- not run: needs a broker -->       the reader of the page is told so, too
    <!-- file: schemas/feeds/x.py -->      the block is the content of that file
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

RUNNABLE = ("sh", "python")
OUTPUT = "text"

BLOCK = re.compile(
    r"(?:^<!-- (?P<marker>[^\n]*?) -->\n+)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One code block: where its text begins and ends in the page, its line, and the comment before it."""

    language: str
    text: str
    marker: str
    start: int
    end: int
    line: int

    @property
    def file(self) -> str | None:
        """Return the path of the file that the block is, if it is one."""
        return self._marked("file")

    @property
    def not_run(self) -> str | None:
        """Return why the block is not run, if it is not."""
        return self._marked("not run")

    def _marked(self, word: str) -> str | None:
        key, _, value = self.marker.partition(":")
        return value.strip() if key == word else None


@dataclass(frozen=True)
class Step:
    """One block to run or to write, and the block that shows its output."""

    block: Block
    shown: Block | None

    @property
    def name(self) -> str:
        """Return a name that finds the block in the page."""
        first = self.block.text.strip().splitlines()[0]
        return f"line {self.block.line}: {self.block.file or first[:60]}"


def blocks(page: str) -> list[Block]:
    """Return the page's code blocks in order."""
    return [
        Block(
            found["language"],
            found["text"],
            found["marker"] or "",
            found.start("text"),
            found.end("text"),
            page.count("\n", 0, found.start("text")),
        )
        for found in BLOCK.finditer(page)
    ]


def steps(page: str) -> list[Step]:
    """Return what a reader of the page does, in order; what is not run is left out."""
    return list(_steps(blocks(page)))


def _steps(found: list[Block]) -> Iterator[Step]:
    for block, following in pairwise([*found, None]):
        if block is None or block.language not in RUNNABLE or block.not_run:
            continue
        shown = following if following is not None and following.language == OUTPUT else None
        yield Step(block, shown)
