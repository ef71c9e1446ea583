"""The same rows on Spark, to the type, over many random journeys in one frame."""

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from advertisex_assets.transforms.attribution.affected import affected_by_touches
from advertisex_assets.transforms.attribution.attribute import attribute
from advertisex_assets.transforms.attribution.data_driven.channels import channel_codes, coded_steps
from advertisex_assets.transforms.attribution.data_driven.coalitions import coalitions
from advertisex_assets.transforms.attribution.data_driven.journeys import journey_steps
from advertisex_assets.transforms.attribution.data_driven.transitions import transitions
from advertisex_assets.transforms.attribution.paths import conversion_paths
from tests.transforms.attribution.engines import on_polars
from tests.transforms.attribution.journeys import conversion_frame, conversion_rows, touch_frame, touch_rows

# Planning takes longest: `make test` compares attribution with the whole of gold (tests/engines).
pytestmark = [pytest.mark.real, pytest.mark.soak]

IDS = ("touch_id", "conversion_id", "user_id", "impression_id", "click_id")


@pytest.fixture(scope="module")
def worlds() -> dict[str, pl.DataFrame]:
    """Twenty random worlds side by side, their ids kept apart by a suffix."""
    touches, conversions = [], []

    @settings(max_examples=20, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(touch_rows(30, 5), conversion_rows(8, 2))
    def collect(some_touches: list, some_conversions: list) -> None:
        world = len(touches)
        touches.append([_apart(row, world) for row in some_touches])
        conversions.append([_apart(row, world) for row in some_conversions])

    collect()
    return {
        "touches": touch_frame([row for rows in touches for row in rows]),
        "conversions": conversion_frame([row for rows in conversions for row in rows]),
    }


def _apart(row: dict, world: int) -> dict:
    return {
        name: f"{value}#{world}" if name in IDS and value is not None else value
        for name, value in row.items()
    }


def _coded(touches: nw.LazyFrame, conversions: nw.LazyFrame) -> nw.LazyFrame:
    steps = journey_steps(touches, conversions, "website")
    return coded_steps(steps, channel_codes(steps))


@pytest.mark.parametrize(
    "transform",
    [
        attribute,
        conversion_paths,
        affected_by_touches,
        lambda touches, conversions: transitions(_coded(touches, conversions), 3),
        lambda touches, conversions: coalitions(_coded(touches, conversions)),
    ],
    ids=["attribute", "conversion_paths", "affected_by_touches", "transitions", "coalitions"],
)
def test_spark_equals_polars(spark: Any, worlds: dict[str, pl.DataFrame], transform: Callable) -> None:
    """Columns, types and values."""
    inputs = [nw.from_native(spark.createDataFrame(frame.to_arrow())) for frame in worlds.values()]
    result = pl.DataFrame(pl.from_arrow(transform(*inputs).to_native().toArrow()))
    expected = on_polars(lambda **frames: transform(*frames.values()), **worlds)
    assert len(expected) > 1
    assert result.schema == expected.schema
    assert result.sort(pl.all(), nulls_last=True).equals(expected.sort(pl.all(), nulls_last=True))
