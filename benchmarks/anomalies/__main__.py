"""`python -m benchmarks.anomalies [SEED ...]`: what was found, how soon, and the false alarms of clean weeks.

Prints as it goes, and writes `benchmarks/results/anomalies.md` and `.json` at the end. Not here: what is planted
(`plan`), what counts as found (`score`).
"""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from advertisex_assets.transforms.watch.explain import explain
from benchmarks.anomalies.plan import clean_run, faulty_run
from benchmarks.anomalies.score import Verdict, false_alarms, verdicts, week
from resources.sample_traffic.config import FaultKind

MEASURED = (401, 402, 403, 404, 405)
"""Seeds that nothing was tuned on; tuning used those below 400."""

RESULTS = Path(__file__).resolve().parents[1] / "results"

COMMAND = "python -m benchmarks.anomalies"

HEAD = """\
# Anomalies

Every fault lasts twelve hours, one a day, after two weeks of traffic to learn from. The seeds ({seeds}) were never used
while tuning. A fault is found when an alarm names what it hit, while it lasts. Run it again: {command}.

| fault | planted | found | recall | hours to detect, median | longest |
| --- | --- | --- | --- | --- | --- |
"""


def main(seeds: list[int]) -> None:
    """Runs every seed with and without faults, prints what happens, and writes the results."""
    found: list[Verdict] = []
    false: dict[int, list[str]] = {}
    for seed in seeds:
        clean = clean_run(seed)
        false[seed] = [explain(cause) for _, cause in false_alarms(clean, *week(clean, 2))]
        for sentence in false[seed]:
            print(f"seed {seed}: false alarm: {sentence}", flush=True)
        for verdict in verdicts(faulty_run(seed)):
            found.append(verdict)
            print(f"seed {seed}: {_line(verdict)}", flush=True)
        _write(seeds[: seeds.index(seed) + 1], found, false)
    print((RESULTS / "anomalies.md").read_text())


def _line(verdict: Verdict) -> str:
    fault = verdict.fault
    told = "missed" if verdict.hours is None else f"{verdict.hours:.2f} h: {verdict.sentence}"
    return f"{fault.kind} of {fault.feed} {fault.campaign_or_site or ''}: {told}"


def _write(seeds: list[int], found: list[Verdict], false: dict[int, list[str]]) -> None:
    """The results so far: a run takes long, and what it found must survive its end."""
    rows = [_row(kind, found) for kind in FaultKind]
    lines = [" | ".join(map(str, row.values())) for row in rows]
    head = HEAD.format(command=f"`{COMMAND}`", seeds=", ".join(map(str, seeds)))
    alarms = sum(map(len, false.values()))
    tail = f"\nFalse alarms: {alarms} in {len(seeds)} clean weeks ({alarms / len(seeds):.1f} a week).\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "anomalies.md").write_text(head + "".join(f"| {line} |\n" for line in lines) + tail)
    facts: dict[str, Any] = {
        "command": COMMAND, "seeds": seeds, "faults": rows, "false_alarms": false,
        "verdicts": [_line(verdict) for verdict in found],
    }  # fmt: skip
    (RESULTS / "anomalies.json").write_text(json.dumps(facts, indent=1) + "\n")


def _row(kind: FaultKind, found: list[Verdict]) -> dict[str, str | int]:
    hours = [one.hours for one in found if one.fault.kind is kind]
    seen = [one for one in hours if one is not None]
    return {
        "fault": str(kind),
        "planted": len(hours),
        "found": len(seen),
        "recall": f"{len(seen) / max(1, len(hours)):.2f}",
        "hours_median": f"{median(seen):.2f}" if seen else "-",
        "hours_longest": f"{max(seen):.2f}" if seen else "-",
    }


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or list(MEASURED))
