"""Refresh: brings given dates of one feed up to date with bronze, whatever happened before."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

import polars as pl

from advertisex_assets.silver.handles import FeedTables, open_tables
from advertisex_assets.silver.inputs import Inputs, due_fingerprint
from advertisex_assets.silver.parsed import Parsed
from advertisex_assets.silver.plan import Plan, plan_dates
from advertisex_assets.silver.routes import keep_decisions
from advertisex_assets.silver.settled import Settled
from advertisex_assets.silver.steps import steps_for
from advertisex_assets.silver.write import SilverReceipt, commit
from resources.lake import CommitConflictError, Lake
from resources.run import Run
from schemas.errors import AdvertiseXError
from schemas.feed import Feed

Kept = TypeVar("Kept")
Lost = TypeVar("Lost")

ATTEMPTS = 20
"""How often a pass is repeated when racing writers commit first; each repeat means that another one got ahead."""


def refresh_dates(
    lake: Lake,
    feed: Feed,
    dates: Iterable[date],
    inputs: Inputs,
    run: Run,
    rebuild: bool = False,
    opened: FeedTables | None = None,
) -> SilverReceipt:
    """Brings the dates up to date in every silver table of the feed and returns what was done.

    With `rebuild` every date is replaced from all its bronze rows, as a backfill does. `opened` are handles for the
    first attempt. Repeats while racing writers get ahead; AdvertiseXError after too many.
    """
    wanted = sorted(set(dates))
    for _ in range(ATTEMPTS):
        try:
            receipt = _pass(lake, opened or open_tables(lake, feed), wanted, inputs, run, rebuild)
        except CommitConflictError:
            continue
        finally:
            opened = None
        if receipt is not None:
            return receipt
    raise AdvertiseXError(
        f"Silver of {feed.name} for {wanted[0]} to {wanted[-1]} lost {ATTEMPTS} races against other writers. "
        "Nothing is lost; run it again when fewer runs write the same feed."
    )


def _pass(
    lake: Lake, tables: FeedTables, dates: list[date], inputs: Inputs, run: Run, rebuild: bool
) -> SilverReceipt | None:
    """One attempt; None if rows turned out to belong to other dates: that is kept, and the dates begin anew."""
    states = {day: _read_state(tables, day) for day in dates}
    plan = plan_dates(states, {day: due_fingerprint(tables, inputs, day) for day in dates})
    plan = plan.with_rebuilt(dates) if rebuild else plan
    with steps_for(lake, tables, plan, inputs, run.engine) as steps:
        try:
            plan, settled = settle_until_calm(steps, plan)
        except MisroutedRows as found:
            keep_decisions(tables.decisions, tables.feed, found.moves, run)
            return None
        fingerprints = {day: due_fingerprint(tables, inputs, day) for day in plan.dates}
        return commit(tables, plan, settled, fingerprints, run)


def _read_state(tables: FeedTables, day: date) -> tuple[int, int] | None:
    """The bronze version up to which a date has all its rows, and its fingerprint; None if it begins anew.

    Up to the frontier no row waits anywhere: of a date that was last touched long ago, a long log need not be read.
    """
    state = tables.state(day)
    if state is None or state.bronze_version is None or state.fingerprint is None:
        return None
    return max(state.bronze_version, tables.frontier or 0), state.fingerprint


class MisroutedRows(Exception):
    """Some rows belong to other dates than they are routed to; `moves` are the decisions to keep."""

    def __init__(self, moves: pl.DataFrame) -> None:
        super().__init__(f"{moves.height} rows belong to other dates")
        self.moves = moves


class Pass(Protocol[Kept, Lost]):
    """The steps of a pass, by whoever does them; nothing is written to the tables before all are done."""

    def parsed(self, plan: Plan) -> Parsed[Kept]:
        """Every row of the plan, parsed."""

    def judged(self, plan: Plan, parsed: Parsed[Kept]) -> tuple[Lost, set[date]]:
        """Which rows lost to whom, and stored dates whose outcomes change with them: a newcomer sorts before their
        winner, or their winner is gone."""

    def settled(self, parsed: Parsed[Kept], lost: Lost) -> Settled:
        """The rows of every table."""


def settle_until_calm(steps: Pass[Kept, Lost], plan: Plan) -> tuple[Plan, Settled]:
    """The rows of a pass; MisroutedRows if some are not where they belong. Nothing is written.

    Rebuilds, in the same pass, every date whose stored outcomes change with it. Ends because each round rebuilds at
    least one more date of the few within the window.
    """
    while True:
        parsed = steps.parsed(plan)
        if parsed.found.moves.height:
            raise MisroutedRows(parsed.found.moves)
        lost, disturbed = steps.judged(plan, parsed)
        if disturbed <= plan.rebuild:
            return plan, steps.settled(parsed, lost)
        plan = plan.with_rebuilt(disturbed)
