"""The summary of the results: every target beside what the newest result of its benchmark says.

`python -m benchmarks.summary` writes `benchmarks/results/README.md`; saving a result does the same. What is asked is
in `targets`; nothing is measured here.
"""

import json
from typing import Any

from benchmarks.report import RESULTS, table
from benchmarks.targets import TARGETS, Target

PAGE = RESULTS / "README.md"

HEAD = """\
# Results

Each target beside what was measured, from the JSON files in this folder by `python -m benchmarks.summary`; do not edit.
Ratios are of CPU seconds within one run, memory is in MB. A verdict holds for the machine, the load and the size named:
*smaller* says that the target names a larger size than the one that was measured. How to read and run the benchmarks:
[docs/benchmarks.md](../../docs/benchmarks.md).

"""
NOT_MEASURED = "not measured"


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page())


def page() -> str:
    """The page as the JSON files say."""
    lines = [_line(target) for target in TARGETS]
    verdicts = [line[2] for line in lines]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in sorted(set(verdicts)))
    others = sorted(path.stem for path in RESULTS.glob("*.json") if path.stem not in {one.result for one in TARGETS})
    more = ", ".join(f"[{name}]({name}.md)" for name in others)
    head = ("target", "measured", "verdict", "size", "by", "on")
    return f"{HEAD}{counts}.\n\n{table(head, lines)}\nOther results: {more}.\n"


def _line(target: Target) -> list[str]:
    path = RESULTS / f"{target.result}.json"
    result = json.loads(path.read_text()) if path.exists() else None
    try:
        figure, size = target.figure(result), target.size(result)
    except (KeyError, IndexError, TypeError, ValueError):
        return [target.promise, "", NOT_MEASURED, "", f"`python -m benchmarks.{target.result}`", ""]
    smaller = ", smaller" if size < target.asked_size else ""
    verdict = ("met" if target.is_met_by(figure) else "missed") + smaller
    return [
        target.promise,
        _figure(figure),
        verdict,
        f"{size:,} {target.size_of}",
        f"[`{result.get('command') or f'python -m benchmarks.{target.result}'}`]({target.result}.md)",
        _machine(result.get("machine")),
    ]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _machine(machine: Any) -> str:
    if not isinstance(machine, dict):
        return "not said"
    return f"{machine['date']}, {machine['cores']} cores, load {machine['load']}"


if __name__ == "__main__":
    main()
