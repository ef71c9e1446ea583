"""Receipts: the stages of erasures in `ops.erasures`, under names that say nothing without the key."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from advertisex_assets.erasure.person import Person
from resources.lake import Lake, Marks
from resources.run import Run
from schemas.tables.erasures import ERASURES


def note(lake: Lake, persons: Sequence[Person], stage: str, facts: Mapping[str, object], run: Run) -> None:
    """Appends a row for each person; `facts` are columns of ERASURES, of all persons together."""
    stamp = {"stage": stage, "at": run.clock(), "run_id": run.run_id, **facts}
    rows = [{"subject": one.subject, **stamp} for one in persons]
    run.step(f"erase:{stage}")
    lake.open(ERASURES).append(pl.DataFrame(rows, schema=ERASURES.schema), Marks())


def erasures_of(lake: Lake, one: Person) -> pl.DataFrame:
    """The receipts of a person, oldest first."""
    if not lake.exists(ERASURES):
        return pl.DataFrame(schema=ERASURES.schema)
    return lake.open(ERASURES).scan().filter(pl.col("subject") == one.subject).sort("at").collect()


def purge_after(lake: Lake, one: Person) -> datetime | None:
    """From when on no file should hold the person any more; None without an erasure."""
    moments = erasures_of(lake, one)["purge_after"].drop_nulls()
    return moments[-1] if len(moments) else None
