"""Held: batches that wait for a release or for new code, as problems; one for each batch, however many its dates."""

from collections.abc import Sequence
from datetime import datetime

from advertisex_assets.holds import held_now
from advertisex_assets.transforms.watch.conservation import date_ranges
from advertisex_assets.watch.feed_problem import Links
from resources.lake import Lake
from schemas.alerts.incident import Problem
from schemas.alerts.kinds import BATCH_HELD
from schemas.feed import Feed

HELD = "held"
"""The scope of these problems."""

SHOWN = 400
"""Characters of what the gate said; all of it is in ops.held."""


def held_problems(lake: Lake, feeds: Sequence[Feed], now: datetime, links: Links) -> list[Problem]:
    """What `advertisex release` would list."""
    owners = {feed.name: feed.owner for feed in feeds}
    problems = []
    for (batch,), rows in held_now(lake).group_by("batch", maintain_order=True):
        layer, _, name = str(batch).partition(".")
        stretches = (
            str(first) if first == last else f"{first} to {last}"
            for first, last in date_ranges(rows["event_date"].to_list())
        )
        problems.append(
            Problem(
                key=f"{HELD}/{batch}",
                scope=HELD,
                kind=BATCH_HELD,
                summary=f"{batch} of {', '.join(stretches)} is held: {rows['why'][0]}"[:SHOWN],
                since=rows["written_at"].min(),  # type: ignore[arg-type]
                subject=str(batch),
                owner=owners.get(name, ""),
                link=links.asset(layer, name),
                detail=f"run {str(rows['run_id'][0])[:8]}",
            )
        )
    return problems
