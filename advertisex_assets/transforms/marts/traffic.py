"""Traffic: which rows of a silver table are valid, by `silver.invalid_traffic` (table, event_date, event_id)."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame

_KEY = ["event_date", "event_id"]


def judged(table: str, rows: Frame, invalid_traffic: Frame) -> Frame:
    """The rows with `is_valid` (Boolean)."""
    found = _of(table, invalid_traffic).with_columns(invalid=nw.lit(True))
    joined = rows.join(found, on=_KEY, how="left")
    return joined.with_columns(is_valid=nw.col("invalid").is_null()).drop("invalid")


def only_valid(table: str, rows: Frame, invalid_traffic: Frame) -> Frame:
    """The valid rows."""
    return rows.join(_of(table, invalid_traffic), on=_KEY, how="anti")


def _of(table: str, invalid_traffic: Frame) -> Frame:
    return invalid_traffic.filter(nw.col("table") == table).select(*_KEY)
