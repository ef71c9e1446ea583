"""The two clocks as partitions: when data was landed, and when it happened; both daily, both UTC."""

from collections.abc import Iterator
from datetime import date, timedelta

from dagster import (
    AssetExecutionContext,
    DailyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    OpExecutionContext,
)

FIRST_DAY = "2000-01-01"
"""Years of history are welcome; the contracts refuse what is older."""

LANDING_DATES = DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
"""The landing clock, up to today."""

EVENT_DATES = DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=3)
"""The event clock, up to the day after tomorrow: senders' clocks run ahead, and so do reporting zones."""

TRAINING_MONTHS = MonthlyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
"""Months of the event clock, up to the one under way: what data-driven attribution learns from."""

Span = tuple[date, date]


def span_of(context: AssetExecutionContext | OpExecutionContext) -> Span:
    """The first and last date that a run asks for."""
    keys = context.partition_key_range
    return date.fromisoformat(keys.start), date.fromisoformat(keys.end)


def days_between(span: Span) -> Iterator[date]:
    """Every date of a span."""
    for shift in range((span[1] - span[0]).days + 1):
        yield span[0] + timedelta(days=shift)


def months_between(span: Span) -> Iterator[date]:
    """The first day of every month of a span."""
    yield from (day for day in days_between(span) if day.day == 1)
