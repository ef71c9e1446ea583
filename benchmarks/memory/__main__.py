"""Runs the sizes and writes `results/memory.md` and `.json`."""

import argparse
from typing import Any

from benchmarks.report import save, table
from benchmarks.whole_job.runs import run, stage

SIZES, LONG_SIZES = (100_000, 300_000, 1_000_000), (1_000_000, 3_000_000, 10_000_000, 100_000_000)

HEAD = """\
# Memory

The whole job, from Kafka to gold, over events that all waited, some two million of each day: the peak of its process,
once for each size. Run it again: `{command}`.

"""


def main() -> None:
    """Every size, the smallest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, help=f"About how many events; {SIZES} if not given.")
    parser.add_argument("--long", action="store_true", help=f"{LONG_SIZES}.")
    asked = parser.parse_args()
    sizes = asked.sizes or (LONG_SIZES if asked.long else SIZES)
    found = [_measured(events) for events in sizes]
    command = f"python -m benchmarks.memory {' '.join(map(str, sizes))}"
    columns = ("events", "peak MB", "CPU s per million events", "wall s")
    rows = [
        (
            f"{one['events']:,}",
            f"{one['peak_megabytes']:.0f}",
            f"{one['cpu_seconds'] / one['events'] * 1e6:.1f}",
            f"{one['wall_seconds']:.0f}",
        )
        for one in found
    ]
    text = HEAD.format(command=command) + table(columns, rows)
    print(text)
    save("memory", text, {"command": command, "sizes": found})


def _measured(events: int) -> dict[str, Any]:
    with stage(events) as job:
        cost = run("ours", job).cost
        print(job.messages, cost, flush=True)
        return {"events": job.messages, **vars(cost)}


if __name__ == "__main__":
    main()
