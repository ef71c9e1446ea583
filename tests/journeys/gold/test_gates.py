"""A contradiction holds the batch: nothing is written, and the error says which table, dates and rows."""

from pathlib import Path

import narwhals.stable.v2 as nw
import pytest

from advertisex_assets.gold.marts import Mart
from advertisex_assets.gold.refresh import pending_gold, refresh_mart
from resources.lake import Lake
from schemas.errors import HeldBatchError
from tests.journeys.gold.histories import FIRST, Write, apply
from tests.journeys.gold.silver_rows import at
from tests.journeys.gold.test_refresh import run
from tests.journeys.world import leading_to

BASE = {"event_at": at(FIRST, 5), "user_id": "u1", "user_bucket": 1, "campaign_id": "c1", "creative_id": "k1"}
WRITES = [
    Write("replace", "clicks", FIRST, [BASE | {"event_id": f"k{n}"} for n in range(3)]),
    Write(
        "replace",
        "conversions",
        FIRST,
        [BASE | {"event_id": "v", "event_at": at(FIRST, 9), "revenue_micros": 10, "currency": "USD"}],
    ),
]


def lost_row(rows: nw.LazyFrame) -> nw.LazyFrame:
    """As if a join had dropped the rows of a campaign."""
    return rows.filter(nw.col("campaign_id") != "c1")


def doubled(rows: nw.LazyFrame) -> nw.LazyFrame:
    """As if a join had fanned out."""
    return nw.concat([rows, rows], how="vertical")


def short_of_credit(rows: nw.LazyFrame) -> nw.LazyFrame:
    """As if a share had been rounded down."""
    return rows.with_columns(credit_micros=nw.col("credit_micros") - 1)


def without_model(rows: nw.LazyFrame) -> nw.LazyFrame:
    """As if a model had lost the conversion."""
    return rows.filter(nw.col("model") != "linear")


def richer(rows: nw.LazyFrame) -> nw.LazyFrame:
    """As if revenue had been counted once per touch."""
    return rows.with_columns(revenue_micros=nw.col("revenue_micros") * 2)


def too_late(rows: nw.LazyFrame) -> nw.LazyFrame:
    """As if a later touch had been credited."""
    return rows.with_columns(touch_at=nw.col("conversion_at") + 1)


@pytest.mark.parametrize(
    ("name", "mistake", "says"),
    [
        ("campaign_daily", lost_row, "finer mart"),
        ("campaign_hourly", lost_row, "sum to the rows"),
        ("campaign_hourly", doubled, "grain"),
        ("conversion_daily", lost_row, "sum to the rows"),
        ("attribution", short_of_credit, "1,000,000"),
        ("attribution", without_model, "every model"),
        ("attribution", richer, "revenue"),
        ("attribution", too_late, "after its conversion"),
    ],
)
def test_a_mistake_is_held(tmp_path: Path, name: str, mistake, says: str) -> None:
    """Each kind of mistake in a transform is found before the commit."""
    lake = Lake(str(tmp_path))
    apply(lake, WRITES)
    *upstream, mart = leading_to(name)
    for each in upstream:
        refresh_mart(lake, each, pending_gold(lake, [each]).get(each.name, ()), run())
    broken = Mart(mart.table, mart.inputs, lambda **frames: mistake(mart.compute(**frames)), gates=mart.gates)
    with pytest.raises(HeldBatchError, match=says) as held:
        refresh_mart(lake, broken, [FIRST], run())
    assert f"gold.{name}" in str(held.value)
    assert str(FIRST) in str(held.value)
    assert lake.open(mart.table).scan().collect().is_empty()
    assert pending_gold(lake, [mart])[name] == [FIRST]
