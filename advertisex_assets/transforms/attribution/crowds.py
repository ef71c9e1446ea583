"""Crowds: keys under which so many conversions and touches meet that pairing each with each would fill the memory.

A bot has a million touches and a thousand conversions under one user id. Of each such conversion only the latest
touches are paired, found by counting along time instead of joining. Not here: which pairs are allowed (`candidates`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import CLICK, VIEW, Frame

MOST_PAIRS = 1_000_000
"""Pairs of one key that are made without counting, some 200 MB: below, counting costs more than joining."""

KEYS = ("click_id", "impression_id", "user_id")
"""What links a touch to a conversion, the strongest first."""

JOIN_KEY = "join_key"

ANY_ADVERTISER, NO_ADVERTISER = "any", "none"
"""Scopes: what conversions without advertiser look at, and touches without."""

_LINE = (JOIN_KEY, "touch_type", "scope")
"""Touches that are counted along one line of time."""


def crowded_conversions(touches: Frame, conversions: Frame, most_pairs: int = MOST_PAIRS) -> Frame:
    """The conversions that share any of their keys with so many others that it has more than `most_pairs` pairs.

    Returns conversion_id. Frames as `candidates` documents them.
    """
    found = [_crowded_by(key, touches, conversions, most_pairs) for key in KEYS]
    return nw.concat(found, how="vertical").unique()


def _crowded_by(key: str, touches: Frame, conversions: Frame, most_pairs: int) -> Frame:
    asked = _rows_by(conversions, key, "asked")
    near = touches.join(asked, on=key, how="semi")
    both = _rows_by(near, key, "answers").join(asked, on=key, how="inner")
    crowded = both.filter(nw.col("asked") * nw.col("answers") > most_pairs)
    return conversions.join(crowded, on=key, how="semi").select("conversion_id")


def _rows_by(rows: Frame, key: str, name: str) -> Frame:
    known = rows.filter(~nw.col(key).is_null())
    return known.group_by(key).agg(nw.len().cast(nw.Int64).alias(name))


def latest_pairs(conversions: Frame, touches: Frame, key: str, most: int) -> Frame:
    """Each conversion with the latest touches of its key, at or before it, as a join by key gives them.

    Of clicks and of views the latest `most` are there among those of compatible advertisers, and at most twice as many.
    """
    asking = conversions.filter(~nw.col(key).is_null())
    near = touches.join(asking.select(key).unique(), left_on=JOIN_KEY, right_on=key, how="semi")
    counted = _counted(asking, near, key)
    block = (nw.col("count") - 1) // most
    reached = counted.filter(nw.col("touch_id").is_null()).select(*_LINE, "conversion_id", "count")
    # The latest of them stand in the block that the count has reached, and in the one before.
    asked = nw.concat(
        [
            reached.with_columns(block=block),
            reached.with_columns(block=block - 1),
        ],
        how="vertical",
    ).rename({"count": "reached"})
    answers = counted.filter(~nw.col("touch_id").is_null()).with_columns(block=block)
    found = asked.join(answers.drop("conversion_id"), on=[*_LINE, "block"], how="inner").filter(
        nw.col("count") <= nw.col("reached"), nw.col("count") > nw.col("reached") - most
    )
    named = found.select("conversion_id", "touch_id", "touch_type")
    pairs = named.join(near, on=["touch_id", "touch_type"], how="inner")
    return conversions.join(pairs, on="conversion_id", how="inner")


def _counted(conversions: Frame, touches: Frame, key: str) -> Frame:
    """Both along time by _LINE; `count` is the touches so far. Conversions stand after touches of their instant."""
    rows = nw.concat([_lines_of_touches(touches), _lines_of_conversions(conversions, key)], how="vertical")
    order = ("at", "is_conversion", "touch_id", "conversion_id")
    return rows.with_columns(count=nw.col("touch_id").cum_count().over(*_LINE, order_by=order).cast(nw.Int64))


def _lines_of_touches(touches: Frame) -> Frame:
    own = nw.concat_str(nw.lit("of:"), nw.col("touch_advertiser_id")).fill_null(NO_ADVERTISER)
    scopes = [own, nw.lit(ANY_ADVERTISER)]
    return nw.concat(
        [
            touches.select(
                JOIN_KEY,
                "touch_type",
                "touch_id",
                scope=scope,
                at=nw.col("touch_at"),
                is_conversion=nw.lit(0, nw.Int64),
                conversion_id=nw.lit(None, nw.String),
            )
            for scope in scopes
        ],
        how="vertical",
    )


def _lines_of_conversions(conversions: Frame, key: str) -> Frame:
    known = conversions.filter(~nw.col("advertiser_id").is_null())
    asking = [
        (known, nw.concat_str(nw.lit("of:"), nw.col("advertiser_id"))),
        (known, nw.lit(NO_ADVERTISER)),
        (conversions.filter(nw.col("advertiser_id").is_null()), nw.lit(ANY_ADVERTISER)),
    ]
    lines = [
        rows.select(
            nw.col(key).alias(JOIN_KEY),
            touch_type=nw.lit(touch_type),
            touch_id=nw.lit(None, nw.String),
            scope=scope,
            at=nw.col("conversion_at"),
            is_conversion=nw.lit(1, nw.Int64),
            conversion_id=nw.col("conversion_id"),
        )
        for rows, scope in asking
        for touch_type in (CLICK, VIEW)
    ]
    return nw.concat(lines, how="vertical")
