"""Reach: how many different users saw an ad, exact per day, and as sketches that merge over days and campaigns."""

from collections.abc import Callable

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.transforms.attribution.contract import UNASSIGNED, Frame
from advertisex_assets.transforms.marts.rates import with_rates
from advertisex_assets.transforms.marts.sketches import sketch_of
from advertisex_assets.transforms.marts.traffic import only_valid
from schemas.metrics import REACH_RATES
from schemas.tables.table import Table


def users_by(table: Table) -> Callable[[Frame, Frame], Frame]:
    """The function that finds the users of a reach table: its grain, user_id, impressions."""

    def compute(impressions: Frame, invalid_traffic: Frame) -> Frame:
        known = only_valid("impressions", impressions, invalid_traffic).filter(~nw.col("user_id").is_null())
        placed = known.with_columns(nw.col("website").fill_null(UNASSIGNED))
        return placed.group_by(*table.grain_columns, "user_id").agg(
            nw.len().cast(nw.Int64).alias("impressions")
        )

    return compute


def sketched(table: Table) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """The function that makes the rows of a reach table from its users; sketches are made in Python, on any engine."""

    def finish(users: pl.DataFrame) -> pl.DataFrame:
        grouped = users.group_by(table.grain_columns).agg(
            pl.len().cast(pl.Int64).alias("users"), pl.col("impressions").sum(), pl.col("user_id")
        )
        sketches = [sketch_of(each) for each in grouped["user_id"]]
        rows = grouped.with_columns(pl.Series("users_sketch", sketches, dtype=pl.Binary))
        rated = with_rates(nw.from_native(rows.lazy()), REACH_RATES).select(*table.schema)
        native = rated.collect(backend="polars").to_native()
        assert isinstance(native, pl.DataFrame)
        return native

    return finish
