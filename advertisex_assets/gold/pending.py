"""Pending: which dates of a mart differ from what its inputs now say, found in the Delta logs alone."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from advertisex_assets.gold.marts import MARTS, Input, Mart
from advertisex_assets.gold.sources import Sources
from advertisex_assets.silver.handles import fingerprint
from resources.lake import Lake

NEVER = "never"


def fingerprint_mark(day: date) -> str:
    """The application id under which a gold table keeps what a date was made of."""
    return f"{day.isoformat()}/fingerprint"


def current_fingerprint(mart: Mart, sources: Sources, day: date) -> int:
    """Everything that the date of the mart depends on, as one number: generations of its inputs, and its version."""
    parts = [
        f"{one.table}/{offset}={sources[one.table].generation(day + timedelta(days=offset)) or NEVER}"
        for one in mart.inputs.values()
        for offset in range(-one.days_before, one.days_after + 1)
    ]
    return fingerprint(mart.table.full_name, mart.version, repr(mart.table.schema), *parts)


def pending_dates(mart: Mart, sources: Sources) -> list[date]:
    """The dates of the mart that differ from what its inputs now say, in order."""
    own = sources[mart.table.full_name]
    return [
        day
        for day in known_dates(mart, sources)
        if own.marks.get(fingerprint_mark(day)) != current_fingerprint(mart, sources, day)
    ]


def known_dates(mart: Mart, sources: Sources) -> list[date]:
    """The dates with rows in a driving input or in the mart itself."""
    drivers = [sources[one.table].rows_by_date for one in mart.inputs.values() if one.is_driver]
    return sorted(set().union(*drivers, sources[mart.table.full_name].rows_by_date))


def pending_gold(lake: Lake, marts: Iterable[Mart] = MARTS) -> dict[str, list[date]]:
    """Dates to refresh by mart; marts that are up to date are left out.

    A date counts as pending also where a mart that it reads is pending.
    """
    sources = Sources(lake)
    waiting: dict[str, list[date]] = {}
    for mart in marts:
        dates = {*pending_dates(mart, sources), *_after_upstream(mart, waiting)}
        if dates:
            waiting[mart.name] = sorted(dates)
    return waiting


def _after_upstream(mart: Mart, waiting: Mapping[str, list[date]]) -> set[date]:
    reached: set[date] = set()
    for one in mart.inputs.values():
        upstream = waiting.get(one.table.removeprefix("gold."), []) if one.table.startswith("gold.") else []
        reached |= {day + shift for day in upstream for shift in _reach(one)}
    return reached


def _reach(one: Input) -> list[timedelta]:
    """From a date of the input to the dates of the mart that read it."""
    return [timedelta(days=shift) for shift in range(-one.days_after, one.days_before + 1)]
