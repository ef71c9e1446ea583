"""Data-driven: learns what channels were worth from the journeys of a month, and replaces the month in its table.

Not here: journeys, Markov and Shapley (`transforms.attribution.data_driven`), the asset (`data_driven_asset`).
A training range is a calendar month: it has a name that people and partitions share, it is as long as the longest
window, and its numbers stand still once it is over.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from advertisex_assets.gold.calendars import midnight_us
from advertisex_assets.gold.gates import Batch, hold_unless_true
from advertisex_assets.gold.sources import Sources
from advertisex_assets.transforms.attribution.contract import (
    CONVERSION_COLUMNS,
    CREDIT_MICROS,
    DIMENSIONS,
    Frame,
)
from advertisex_assets.transforms.attribution.data_driven.journeys import journey_steps
from advertisex_assets.transforms.attribution.data_driven.train import rows_of_steps
from advertisex_assets.transforms.marts.journeys import conversions_to_credit, touches
from advertisex_assets.transforms.marts.windows import LONGEST_WINDOW_DAYS
from resources.engine import POLARS, Engine
from resources.lake import CommitConflictError, Lake, Marks
from resources.lake.dates import dates_predicate
from resources.run import Run
from schemas.contracts import hold_unless_fit
from schemas.errors import AdvertiseXError
from schemas.tables.gold import DATA_DRIVEN

ATTEMPTS = 20
"""How often a month is repeated when another run commits first."""


@dataclass(frozen=True)
class Trained:
    """What training on one month wrote: no rows where nothing converted."""

    month: date
    rows: pl.DataFrame
    version: int


def train_month(lake: Lake, month: date, run: Run) -> Trained:
    """Replaces the month (its first day) by what its journeys say now; HeldBatchError unless shares are whole."""
    for _ in range(ATTEMPTS):
        sources = Sources(lake, run.engine)
        own = sources[DATA_DRIVEN.full_name].opened
        rows = _trained(sources, month)
        hold_unless_fit(DATA_DRIVEN, rows)
        hold_unless_true(DATA_DRIVEN, rows, Batch([month], {}, {}), (shares_are_whole,))
        run.step(f"gold:replace:{DATA_DRIVEN.name}")
        # Two who train one month collide on its mark.
        mark = {f"{month}/trained": (own.mark(f"{month}/trained") or 0) + 1}
        try:
            own.replace(rows, dates_predicate([month], DATA_DRIVEN.date_column), Marks(mark))
        except CommitConflictError:
            continue
        return Trained(month, rows, own.version)
    raise AdvertiseXError(
        f"{DATA_DRIVEN.full_name} for {month} lost {ATTEMPTS} races against other runs. Run it again."
    )


def shares_are_whole(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """The credit of a month sums to 1,000,000 in every dimension and model, and no share is negative."""
    credit = pl.col("credit_micros")
    sums = rows.group_by("training_month", "dimension", "model").agg(
        credit.sum(), credit.min().alias("smallest")
    )
    return sums.filter((credit != CREDIT_MICROS) | (pl.col("smallest") < 0))


def last_day(month: date) -> date:
    """The last day of the month that begins on that date."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _trained(sources: Sources, month: date) -> pl.DataFrame:
    touched, converted = _range(sources, month)
    parts = [
        _of_dimension(sources.engine, touched, converted, dimension, month) for dimension in DIMENSIONS
    ]
    return pl.concat(parts).sort(DATA_DRIVEN.grain_columns)


def _range(sources: Sources, month: date) -> tuple[Frame, Frame]:
    """Conversions of the month as they stand, and the touches that it or a window before it holds."""
    first, last, engine = month - timedelta(days=LONGEST_WINDOW_DAYS), last_day(month), sources.engine
    seen = [
        sources[f"silver.{name}"].frame(engine, first, last)
        for name in ("impressions", "clicks", "invalid_traffic")
    ]
    reference = [
        engine.rows(sources[f"reference.{name}"].scan_reference().collect())
        for name in ("campaigns", "advertisers")
    ]
    converted = sources["gold.conversions"].frame(engine, month, last)
    credited = conversions_to_credit(converted, *reference).select(*CONVERSION_COLUMNS)
    return touches(*seen), credited


def _of_dimension(
    engine: Engine, touched: Frame, converted: Frame, dimension: str, month: date
) -> pl.DataFrame:
    begins_us = midnight_us("UTC", month)
    # Collected, since training reads the steps six times: in this process, whatever engine made them.
    steps = engine.collect(journey_steps(touched, converted, dimension, range_begins_us=begins_us))
    # The same chance in every run: a month is trained again to the same numbers.
    rows = rows_of_steps(POLARS.rows(steps), dimension, seed=month.toordinal())
    journeys = steps.select("journey_id", "converted").unique()
    return pl.DataFrame(
        [
            row
            | {
                "training_month": month,
                "journeys": journeys.height,
                "conversions": int(journeys["converted"].sum()),
            }
            for row in rows
        ],
        schema=DATA_DRIVEN.schema,
    )
