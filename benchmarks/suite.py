"""Every benchmark, one after another, each with its bound: `python -m benchmarks.suite [short|long] [name ...]`.

A part that takes longer than its minutes is stopped, and its result of before stays; the others run all the same. Run
it on an otherwise idle machine: `make bench`, `make bench SIZE=long`. What each part measures lives in its folder.
"""

import sys
import time
from dataclasses import dataclass

import psutil

from benchmarks import summary

LONG_MINUTES = 180
"""No part's long form needs more; one that does hangs."""


@dataclass(frozen=True)
class Part:
    """A benchmark, the most minutes of its short form, and the arguments of both forms; None: not in that form."""

    name: str
    minutes: float
    short: tuple[str, ...] | None
    long: tuple[str, ...]


PARTS = (
    Part("landing", 4, ("200000",), ("2000000", "--rounds", "5")),
    Part("whole_job", 5, (), ("--long", "--rounds", "5")),
    Part("memory", 3, (), ("--long",)),
    Part("history", 3, (), ("--long",)),
    Part("queries", 1, (), ("--long",)),
    Part("silver", 4, (), ("--long",)),
    Part("gold", 3, (), ("10000000",)),
    Part("upkeep", 2, ("60", "5000"), ("3000", "1000")),
    Part("end_to_end", 4, (), ("--seconds", "600")),
    Part("watch", 0.5, ("20000",), ()),
    Part("layout", 0.5, ("100000",), ("600000",)),
    # What is found, not what it costs: seeds are many, and take minutes each.
    Part("anomalies", 0, None, ()),
)
"""In the order of what one wants to know first."""


def main() -> None:
    """Runs the parts, writes the summary, and ends with 1 if a part failed or was stopped."""
    form, *names = sys.argv[1:] or ["short"]
    failed = [part.name for part in PARTS if part.name in (names or _all()) and not _run(part, form)]
    summary.main()
    if failed:
        sys.exit(f"Failed or stopped: {', '.join(failed)}. Their results are those of before.")


def _all() -> list[str]:
    return [part.name for part in PARTS]


def _run(part: Part, form: str) -> bool:
    """Whether it ended well in time."""
    arguments = {"short": part.short, "long": part.long}[form]
    if arguments is None:
        return True
    seconds = (part.minutes if form == "short" else LONG_MINUTES) * 60
    print(f"== {part.name} {' '.join(arguments)} (at most {seconds / 60:g} min)", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{part.name}", *arguments]
    begun = time.monotonic()
    process = psutil.Popen(command)
    try:
        is_well = process.wait(seconds) == 0
    except psutil.TimeoutExpired:
        is_well = False
        # With its brokers and JVMs.
        for each in [*process.children(recursive=True), process]:
            each.kill()
        process.wait()
    print(f"== {part.name}: {'done' if is_well else 'failed'} after {time.monotonic() - begun:.0f} s", flush=True)
    return is_well


if __name__ == "__main__":
    main()
