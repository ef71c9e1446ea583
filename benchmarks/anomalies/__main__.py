"""`python -m benchmarks.anomalies [SEED ...]`: prints what was found, how soon, and the false alarms of clean weeks."""

import sys
from statistics import median

from advertisex_assets.transforms.watch.explain import explain
from benchmarks.anomalies.plan import clean_run, faulty_run
from benchmarks.anomalies.score import Verdict, false_alarms, verdicts, week
from resources.sample_traffic.config import FaultKind

MEASURED = (201, 202, 203, 204, 205)
"""Seeds that nothing was tuned on; tuning used those below 200."""


def main(seeds: list[int]) -> None:
    """Runs every seed with and without faults and prints the table."""
    found: list[Verdict] = []
    for seed in seeds:
        for at_us, cause in false_alarms(clean_run(seed), *week(clean_run(seed), 2)):
            print(f"seed {seed}: false alarm at {at_us}: {explain(cause)}", flush=True)
        for verdict in verdicts(faulty_run(seed)):
            found.append(verdict)
            fault = verdict.fault
            told = "missed" if verdict.hours is None else f"{verdict.hours:.2f} h: {verdict.sentence}"
            print(
                f"seed {seed}: {fault.kind} of {fault.feed} {fault.campaign_or_site or ''}: {told}",
                flush=True,
            )
    print(
        "\n| fault | planted | found | recall | median hours | longest |\n| --- | --- | --- | --- | --- | --- |"
    )
    for kind in FaultKind:
        hours = [one.hours for one in found if one.fault.kind is kind]
        seen = [one for one in hours if one is not None]
        times = f"{median(seen):.1f} | {max(seen):.1f}" if seen else "- | -"
        print(f"| {kind} | {len(hours)} | {len(seen)} | {len(seen) / max(1, len(hours)):.2f} | {times} |")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or list(MEASURED))
