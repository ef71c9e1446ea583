"""Report: what a drill measured, as the page docs/fault-injection.md. Not here: measuring (`show`)."""

from collections.abc import Sequence
from math import ceil
from statistics import median

from advertisex_assets.demo.drill.fault import Told
from advertisex_assets.demo.drill.show import PROMISED_SECONDS

LONGEST = 160
"""Characters of an alert that a table shows."""

HEAD = """\
# Fault injection

What is broken on purpose, what notices it, and how long it takes until a person has been told: in a real `dagster dev`
with all its sensors, on a lake of its own, with an embedded Kafka, alerts going to a receiver on loopback.

`{command}` wrote this page ({rounds} rounds, {cores}). Seconds count from the moment that a fault can be seen: that a
run has ended, rows are in silver, a file is gone. The whole way from the breaking, landing and transforms included, is
beside them.

| Fault | Detected by | Seconds: median, longest | From the breaking | The alert |
| --- | --- | --- | --- | --- |
"""


def page(told: Sequence[Told], command: str, cores: str) -> str:
    """The page as Markdown."""
    by_fault: dict[str, list[Told]] = {}
    for one in told:
        by_fault.setdefault(one.fault.name, []).append(one)
    head = HEAD.format(command=command, rounds=max(map(len, by_fault.values())), cores=cores)
    return head + "".join(f"{_row(some)}\n" for some in by_fault.values()) + f"\n{verdict(told)}\n"


def verdict(told: Sequence[Told]) -> str:
    """Whether the promise was kept, in one sentence."""
    seconds = sorted(one.seconds for one in told if one.seconds is not None)
    if not seconds:
        return f"None of {len(told)} alerts arrived."
    within = sum(one <= PROMISED_SECONDS for one in seconds)
    at_95 = seconds[ceil(0.95 * len(seconds)) - 1]
    return (
        f"{within} of {len(told)} alerts ({within / len(told):.0%}) arrived within {PROMISED_SECONDS} s of the moment "
        f"that the fault could be seen; median {median(seconds):.0f} s, 95 % within {at_95:.0f} s, "
        f"longest {seconds[-1]:.0f} s."
    )


def _row(some: Sequence[Told]) -> str:
    first = next((one for one in some if one.alert), some[0])
    text = first.alert if len(first.alert) <= LONGEST else f"{first.alert[: LONGEST - 1]}…"
    cells = (
        first.fault.name,
        first.fault.detected_by,
        _times([one.seconds for one in some]),
        _times([one.seconds_since_break for one in some]),
        text.replace("|", r"\|").replace("\n", " ") or "none",
    )
    return f"| {' | '.join(cells)} |"


def _times(seconds: Sequence[float | None]) -> str:
    known = [one for one in seconds if one is not None]
    missed = len(seconds) - len(known)
    times = f"{median(known):.0f}, {max(known):.0f}" if known else "-"
    return f"{times} ({missed} never)" if missed else times
