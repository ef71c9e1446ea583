"""Pending: which dates of a mart differ from what its inputs now say, found in the Delta logs alone."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from advertisex_assets.gold.mart import Input, Mart
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.sources import Source, Sources
from advertisex_assets.holds import held_by_batch
from advertisex_assets.silver.handles import fingerprint
from resources.lake import Lake


def fingerprint_mark(day: date) -> str:
    """The application id under which a gold table keeps what a date was made of."""
    return f"{day.isoformat()}/fingerprint"


def fingerprinter(mart: Mart, sources: Sources) -> Callable[[date], int]:
    """Everything that a date of the mart depends on, as one number: generations of its inputs, and its version."""
    # What does not depend on the date is said once: a history of dates asks hundreds of times.
    meaning = mart.table.full_name, mart.version, repr(mart.table.schema)
    inputs = [(one, sources[one.table]) for one in mart.inputs.values()]
    return lambda day: fingerprint(
        *meaning, *(f"{one.table}={_state(one, source, day)}" for one, source in inputs)
    )


def _state(one: Input, source: Source, day: date) -> str:
    if one.is_reference:
        return source.validity.digest(day)
    return source.generations(one.first_read(day), one.last_read(day))


def pending_dates(mart: Mart, sources: Sources) -> list[date]:
    """The dates of the mart that differ from what its inputs now say, in order."""
    own = sources[mart.table.full_name]
    due = fingerprinter(mart, sources)
    return [
        day for day in known_dates(mart, sources) if own.marks.get(fingerprint_mark(day)) != due(day)
    ]


def known_dates(mart: Mart, sources: Sources) -> list[date]:
    """The dates that a driving input makes, and those that the mart has; none that would be made of incomplete inputs.

    What retention has dropped from silver stays in gold as it was.
    """
    drivers = [one for one in mart.inputs.values() if one.is_driver]
    made = {
        reached
        for one in drivers
        for day in sources[one.table].rows_by_date
        for reached in one.made_from(day)
    }
    incomplete = {
        reached
        for one in mart.inputs.values()
        if not one.is_reference
        for day in sources[one.table].dropped
        for reached in one.reached_from(day)
    }
    return sorted(made.union(sources[mart.table.full_name].rows_by_date) - incomplete)


def pending_gold(lake: Lake, marts: Iterable[Mart] = MARTS) -> dict[str, list[date]]:
    """Dates to refresh by mart; marts that are up to date are left out.

    A date counts as pending also where a mart that it reads is pending. Dates that are held are not pending.
    """
    sources, held = Sources(lake), held_by_batch(lake)
    waiting: dict[str, list[date]] = {}
    for mart in marts:
        dates = {*pending_dates(mart, sources), *_after_upstream(mart, sources, waiting)}
        dates -= held.get(mart.table.full_name, frozenset())
        if dates:
            waiting[mart.name] = sorted(dates)
    return waiting


def _after_upstream(mart: Mart, sources: Sources, waiting: Mapping[str, list[date]]) -> set[date]:
    upstream = [
        (one, day)
        for one in mart.inputs.values()
        if one.table.startswith("gold.")
        for day in waiting.get(one.table.removeprefix("gold."), ())
    ]
    made = {reached for one, day in upstream if one.is_driver for reached in one.made_from(day)}
    known = made.union(known_dates(mart, sources)) if upstream else made
    return {reached for one, day in upstream for reached in one.reached_from(day)} & known
