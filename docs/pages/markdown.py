"""What the generated pages share: the notice at their top, and tables."""

import re
from collections.abc import Iterable

COMMAND = ".venv/bin/python docs/generate.py"
NOTICE = f"<!-- Made by `{COMMAND}`: edit the declarations, not this page. -->"


def markdown_table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [" | ".join(titles), " | ".join("---" for _ in titles)]
    lines += [" | ".join(_cell(value) for value in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("|", "\\|"))
