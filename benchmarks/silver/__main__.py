"""Runs every case, or those named, and writes their results: `python -m benchmarks.silver [--long] [case ...]`."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import machine
from benchmarks.silver.cases import LONG, SHORT, Compared, against_history, against_the_limit, of_large_dates

RESULTS = Path(__file__).parent.parent / "results"
CASES = {"limit": against_the_limit, "history": against_history, "large": of_large_dates}

HEAD = """# Silver

`python -m benchmarks.silver` (its modules say what is measured). CPU seconds are per million rows. The ratio is the
limit's cost over this one's in the case `limit` (higher is better), in all others this one's over the smallest's.
The limit reads bronze, decodes it to the feed's columns in batches of silver's size, and writes the rows that silver
has of it, a file for each table and date, into a local folder: no type, rule, key or enrichment, no log, no commit.
In `history`, more than a million rows are the files of a million, linked under other names.
"""
COLUMNS = ("| case | feed | work | CPU s per million | peak MB | ratio |", "|---|---|---|---|---|---|")


def main() -> None:
    """Prints rows as they come, then writes Markdown and JSON."""
    if "--help" in sys.argv:
        sys.exit(__doc__)
    names = [name for name in sys.argv[1:] if name != "--long"] or list(CASES)
    size = LONG if "--long" in sys.argv else SHORT
    found: dict[str, list[Compared]] = {}
    for name in names:
        with TemporaryDirectory(prefix="silver-") as folder:
            for row in CASES[name](Path(folder), size):
                print(_line(row), flush=True)
                found.setdefault(name, []).append(row)
        _write(found, f"{size}")


def _line(row: Compared) -> str:
    figures = f"{row.cpu_per_million:.2f} | {row.peak_megabytes:.0f} | {row.ratio:.2f}"
    return f"| {row.case} | {row.feed} | {row.work} | {figures} |"


def _write(found: dict[str, list[Compared]], size: str) -> None:
    """Cases that were not run this time keep what was found before."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "silver.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    now = {
        name: {"size": size, "machine": machine(), "rows": [row.as_dict() for row in rows]}
        for name, rows in found.items()
    }
    every = before | now | {"machine": machine()}
    path.write_text(json.dumps(every, indent=1) + "\n")
    (RESULTS / "silver.md").write_text(_markdown(every))


def _markdown(every: dict[str, dict]) -> str:  # type: ignore[type-arg]
    lines = [HEAD]
    for name in CASES:
        if name in every:
            where = ", ".join(f"{key} {value}" for key, value in every[name]["machine"].items())
            lines += [f"## {name}", "", every[name]["size"], "", f"Measured with: {where}.", "", *COLUMNS]
            lines += [_line(Compared(**row)) for row in every[name]["rows"]]
            lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
