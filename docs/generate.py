"""Writes the reference pages that follow from code: docs/tables.md and docs/settings.md.

    .venv/bin/python docs/generate.py            write them
    .venv/bin/python docs/generate.py --check    exit code 1 and a sentence if one of them is out of date

Not here: pages that people write.
"""

import sys
from pathlib import Path

from pages.markdown import COMMAND
from pages.settings import settings_page
from pages.tables import tables_page

DOCS = Path(__file__).resolve().parent

PAGES = {"tables.md": tables_page, "settings.md": settings_page}


def main(arguments: list[str]) -> int:
    """Writes the pages, or with `--check` names those that are out of date."""
    made = {DOCS / name: page() for name, page in PAGES.items()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    if "--check" not in arguments:
        for path in stale:
            path.write_text(made[path])
    elif stale:
        names = ", ".join(f"docs/{path.name}" for path in stale)
        print(f"Out of date: {names}. Run: {COMMAND}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
