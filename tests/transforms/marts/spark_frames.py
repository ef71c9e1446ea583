"""The random inputs of every mart in one frame each: Spark is too slow for one example."""

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.transforms.marts.events import KINDS, frame, judged_kinds

IDS = ("event_id", "user_id", "impression_id", "click_id")


def many_events(worlds: int = 10) -> dict[str, pl.DataFrame]:
    """Events of many random worlds, their ids kept apart by a suffix, and the invalid ones among them."""
    kinds: dict[str, list[dict]] = {kind: [] for kind in KINDS}
    invalid: list[pl.DataFrame] = []

    @settings(
        max_examples=worlds, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(judged_kinds(), st.just(None))
    def collect(rows: tuple, _: None) -> None:
        world = len(invalid)
        for kind in KINDS:
            kinds[kind] += [_apart(row, world) for row in rows[0][kind]]
        invalid.append(rows[1].with_columns(pl.col("event_id") + f"#{world}"))

    collect()
    return {kind: frame(kind, rows) for kind, rows in kinds.items()} | {"invalid_traffic": pl.concat(invalid)}


def _apart(row: dict, world: int) -> dict:
    return {
        name: f"{value}#{world}" if name in IDS and value is not None else value
        for name, value in row.items()
    }
