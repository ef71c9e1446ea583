"""Refresh: brings given dates of marts up to date with silver, in stretches that fit in memory, again where others won.

Not here: reading and computing (`compute`), gates and the commit (`replace`), which dates are pending (`pending`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import repeat

from advertisex_assets.gold.mart import Mart
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.pending import pending_dates, pending_gold
from advertisex_assets.gold.replace import GoldReceipt, replace_rows
from advertisex_assets.gold.sources import Sources
from advertisex_assets.gold.stretches import stretches
from resources.engine import Engine
from resources.lake import CommitConflictError, Lake
from resources.run import Run
from schemas.errors import AdvertiseXError

ATTEMPTS = 20
"""How often a stretch is repeated when racing writers commit first; each repeat means that another one got ahead."""

__all__ = ["GoldReceipt", "at_first", "open_for", "pending_gold", "refresh_gold", "refresh_mart"]


def refresh_gold(
    lake: Lake, run: Run, dates: Mapping[str, Iterable[date]] | None = None, marts: Sequence[Mart] = MARTS
) -> list[GoldReceipt]:
    """Refreshes the dates of each mart named (all that is pending by default), each mart after those that it reads."""
    # One opening serves all: a micro-batch would spend a third of its time on opening the same tables for each mart.
    sources, receipts = open_for(marts, lake, run.engine), []
    for mart in marts:
        wanted = pending_dates(mart, sources) if dates is None else dates.get(mart.name, ())
        done = refresh_mart(lake, mart, wanted, run, opened=sources)
        if done:
            sources.renew(mart.table.full_name)
        receipts += done
    return receipts


def open_for(marts: Sequence[Mart], lake: Lake, engine: Engine) -> Sources:
    """Sources in which the tables of the marts were opened before what those are made of.

    So a writer who takes in newer rows is noticed: it commits after the handle's version.
    """
    sources = Sources(lake, engine)
    sources.open(mart.table.full_name for mart in reversed(marts))
    return sources


def at_first(opened: Sources) -> Iterator[Sources | None]:
    """What is open already for the first attempt, None for every later one, which opens anew: after a commit the mart's
    handle may show what others have made meanwhile, of newer inputs than these."""
    yield opened
    yield from repeat(None)


def refresh_mart(
    lake: Lake, mart: Mart, dates: Iterable[date], run: Run, rebuild: bool = False, opened: Sources | None = None
) -> list[GoldReceipt]:
    """Replaces those dates of the mart by what silver now says, one commit per stretch.

    A sliced mart redoes only the slices that late rows can change, unless `rebuild`. `opened` (see `open_for`) serves
    the first attempt. HeldBatchError if a gate finds a contradiction; AdvertiseXError after too many races.
    """
    wanted = sorted(set(dates))
    if not wanted:
        return []
    sources = opened or open_for([mart], lake, run.engine)
    sizes = [sources[one.table].rows_by_date for one in mart.inputs.values() if one.is_driver]
    handles = at_first(sources)
    return [
        _until_won(lake, mart, stretch, run, rebuild, next(handles))
        for stretch in stretches(wanted, sizes)
    ]


def _until_won(
    lake: Lake, mart: Mart, dates: list[date], run: Run, rebuild: bool, opened: Sources | None
) -> GoldReceipt:
    for _ in range(ATTEMPTS):
        try:
            return replace_rows(mart, opened or open_for([mart], lake, run.engine), dates, run, rebuild)
        except CommitConflictError:
            opened = None
    raise AdvertiseXError(
        f"{mart.table.full_name} for {dates[0]} to {dates[-1]} lost {ATTEMPTS} races against other writers. "
        "Nothing is lost; run it again when fewer runs write the same dates."
    )
