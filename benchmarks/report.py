"""What a benchmark leaves behind: `results/<name>.md` for people and `.json` for programs, each with its machine.

What the results say about the targets is another page (`summary`).
"""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def save(name: str, text: str, figures: dict[str, Any]) -> None:
    """Writes both files: the text as Markdown, the figures with the machine that they were measured on.

    The summary is written anew.
    """
    # Not above: it reads what is saved here, by the names of this module.
    from benchmarks import summary

    RESULTS.mkdir(exist_ok=True)
    where = machine()
    described = ", ".join(f"{key} {value}" for key, value in where.items())
    (RESULTS / f"{name}.md").write_text(f"{text.rstrip()}\n\nMeasured with: {described}.\n")
    (RESULTS / f"{name}.json").write_text(json.dumps({"machine": where} | figures, indent=1) + "\n")
    summary.main()


def machine() -> dict[str, str | int]:
    """What the figures depend on beside the program."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": _of_cpuinfo("model name") or platform.machine(),
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def _of_cpuinfo(name: str) -> str | None:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
