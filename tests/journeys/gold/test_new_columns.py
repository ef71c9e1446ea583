"""A column that is declared later appears in old tables: null where a date has not been written since."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl

from resources.lake import Lake, Marks
from resources.lake.exchange import replace_dates
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.gold.columns import count
from tests.journeys.gold.histories import FIRST


def test_a_column_declared_later(tmp_path: Path) -> None:
    """Old rows stay readable before and after the first write with the new column."""
    lake, next_day = Lake(str(tmp_path)), FIRST + timedelta(days=1)
    rows = pl.DataFrame({"event_date": [FIRST, next_day], "campaign_id": ["c", "c"]})
    full = rows.with_columns(
        pl.lit(None, dtype).alias(name)
        for name, dtype in CAMPAIGN_DAILY.schema.items()
        if name not in rows.columns
    )
    replace_dates(lake.open(CAMPAIGN_DAILY), full, [FIRST, next_day], Marks())
    wider = replace(CAMPAIGN_DAILY, columns=(*CAMPAIGN_DAILY.columns, count("shares", "Shares.")))
    assert lake.open(wider).scan().collect()["shares"].to_list() == [None, None]
    newer = full.filter(event_date=next_day).with_columns(pl.lit(7, pl.Int64).alias("shares"))
    replace_dates(lake.open(wider), newer, [next_day], Marks())
    assert lake.open(wider).scan().sort("event_date").collect()["shares"].to_list() == [None, 7]
