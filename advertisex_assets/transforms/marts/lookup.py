"""Lookup: what an earlier event of the same or the previous UTC day said, by an id that both carry.

Bounded by days, so that the answer for a date does not depend on which other dates are computed with it.
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame

DAY_US = 86_400_000_000
IS_ORPHAN = "is_orphan"
"""True of events for which nothing was found."""


def named_by(rows: Frame, events: Sequence[Frame], key: str) -> Frame:
    """The rows whose key any of the events carries: most are never asked for, and need no sorting."""
    wanted = nw.concat([each.select(key) for each in events], how="vertical").unique()
    return rows.join(wanted.filter(~nw.col(key).is_null()), on=key, how="semi")


def first_of_day(rows: Frame, key: str, columns: Sequence[str]) -> Frame:
    """The earliest row of each key and UTC day: key, day (Int64 since 1970), columns; rows without key are left out."""
    keyed = rows.filter(~nw.col(key).is_null()).with_columns(day=nw.col("event_at") // DAY_US)
    turn = nw.col("event_at").cum_count().over(key, "day", order_by=("event_at", "event_id"))
    return keyed.with_columns(turn=turn).filter(nw.col("turn") == 1).select(key, "day", *columns)


def look_up(events: Frame, rows: Frame, key: str, columns: Sequence[str]) -> Frame:
    """Events with the columns of the earliest of the rows with their key, of the previous UTC day or their own.

    Adds IS_ORPHAN. Columns of that name that events have are replaced; null where nothing is found.
    """
    known = first_of_day(named_by(rows, [events], key), key, columns)
    own = [name for name in events.collect_schema().names() if name not in columns]
    dated = events.select(*own).with_columns(
        own_day=nw.col("event_at") // DAY_US, previous_day=nw.col("event_at") // DAY_US - 1
    )
    joined = dated
    for when in ("own", "previous"):
        named = known.select(
            nw.col(key),
            nw.col("day").alias(f"{when}_day"),
            *(nw.col(name).alias(f"{when}:{name}") for name in columns),
            nw.lit(True).alias(f"{when}:found"),
        )
        joined = joined.join(named, on=[key, f"{when}_day"], how="left")
    before = nw.col("previous:found").fill_null(False)
    chosen = [_either(before, name) for name in columns]
    missing = ~before & ~nw.col("own:found").fill_null(False)
    return joined.select(*own, *chosen, missing.alias(IS_ORPHAN))


def _either(before: nw.Expr, name: str) -> nw.Expr:
    return nw.when(before).then(nw.col(f"previous:{name}")).otherwise(nw.col(f"own:{name}")).alias(name)
