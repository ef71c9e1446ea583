"""The same attribution written by hand for Polars alone: what the engine-neutral code is measured against.

Lives here: a program as a Polars user would write it. Not here: the rules' explanation, which is in
`advertisex_assets.transforms.attribution`.
"""

import polars as pl

from advertisex_assets.transforms.attribution.models.time_decay import WEIGHT_AT_HOUR

WHOLE = 1_000_000
ID = "conversion_id"
ORDER = ["touch_at", "touch_id", "touch_type"]
DIMENSIONS = ["campaign_id", "creative_id", "website"]
COLUMNS = [
    "event_date", ID, "touch_id", "touch_type", "model", *DIMENSIONS, "credit_micros", "revenue_micros", "capped",
]  # fmt: skip


def attribute(touches: pl.LazyFrame, conversions: pl.LazyFrame, cap: int = 50) -> pl.LazyFrame:
    """gold.attribution by hand."""
    ranked = _ranked(_pairs(touches, conversions), cap)
    long = pl.concat(
        [
            ranked.with_columns(model=pl.lit(name), weight=weight).filter(pl.col("weight") > 0)
            for name, weight in _weights().items()
        ]
    )
    group = [ID, "model"]
    scaled = pl.col("weight") * WHOLE
    credited = _hand_out(
        long.with_columns(total=pl.col("weight").sum().over(group)).with_columns(
            floor=scaled // pl.col("total"), rest=scaled % pl.col("total")
        ),
        pl.lit(WHOLE),
        "credit_micros",
    )
    size = pl.col("revenue_micros").abs()
    part = (size % WHOLE) * pl.col("credit_micros")
    paid = _hand_out(
        credited.with_columns(
            floor=size // WHOLE * pl.col("credit_micros") + part // WHOLE, rest=part % WHOLE
        ),
        size,
        "share",
    )
    no_click = (pl.col("model") == "last_click") & (pl.col("touch_type") != "click")
    return paid.with_columns(
        pl.when(~no_click).then(pl.col("touch_id")),
        pl.when(no_click).then(pl.lit("unattributed")).otherwise(pl.col("touch_type")).alias("touch_type"),
        *[pl.when(no_click).then(pl.lit("(unassigned)")).otherwise(pl.col(d)).alias(d) for d in DIMENSIONS],
        capped=pl.col("capped") & ~no_click,
        revenue_micros=pl.col("share") * pl.col("revenue_micros").sign().replace(0, 1),
    ).select(COLUMNS)


def _pairs(touches: pl.LazyFrame, conversions: pl.LazyFrame) -> pl.LazyFrame:
    left = conversions.rename({"event_at": "conversion_at"})
    right = touches.rename({"event_at": "touch_at"}).with_columns(
        t_user=pl.col("user_id"), t_click=pl.col("click_id"), t_impression=pl.col("impression_id"),
        t_advertiser=pl.col("advertiser_id"),
    ).drop("advertiser_id")  # fmt: skip
    same = {
        "user_id": pl.col("user_id") == pl.col("t_user"),
        "click_id": pl.col("click_id") == pl.col("t_click"),
        "impression_id": pl.col("impression_id") == pl.col("t_impression"),
    }
    found = []
    for number, key in enumerate(same):
        others = [other for other in same if other != key]
        pairs = left.join(right.drop(others), on=key, how="inner")
        for earlier in list(same)[:number]:
            pairs = pairs.filter(~same[earlier].fill_null(False))
        age = pl.col("conversion_at") - pl.col("touch_at")
        window = pl.when(pl.col("touch_type") == "click").then("click_window_us").otherwise("view_window_us")
        different = (pl.col("t_advertiser") != pl.col("advertiser_id")).fill_null(False)
        found.append(
            pairs.filter(age >= 0, age <= window, ~different).select(
                "event_date",
                ID,
                "conversion_at",
                "revenue_micros",
                "touch_id",
                "touch_type",
                "touch_at",
                *DIMENSIONS,
                link=pl.when(same["click_id"]).then(2).when(same["impression_id"]).then(1).otherwise(0),
            )
        )
    linked = pl.concat(found).filter(pl.col("link") == pl.col("link").max().over(ID))
    alone = left.join(linked, on=ID, how="anti").select(
        "event_date", ID, "conversion_at", "revenue_micros", touch_id=pl.lit(None, pl.String),
        touch_type=pl.lit("unattributed"), touch_at="conversion_at",
        **dict.fromkeys(DIMENSIONS, pl.lit("(unassigned)")), link=pl.lit(-1, pl.Int32),
    )  # fmt: skip
    return pl.concat([linked, alone])


def _ranked(pairs: pl.LazyFrame, cap: int) -> pl.LazyFrame:
    # One sort, then plain counts: what a Polars user would do first.
    clicks = (pl.col("touch_type") == "click").sum().over(ID).cast(pl.Int64)
    competing = pl.when(pl.col("clicks") > 0).then("clicks").otherwise("size")
    return (
        pairs.sort(ORDER)
        .with_columns(
            clicks=clicks,
            size=pl.len().over(ID).cast(pl.Int64),
            rank=pl.int_range(1, pl.len() + 1).over(ID),
            rank_of_type=pl.int_range(1, pl.len() + 1).over(ID, "touch_type"),
        )
        .with_columns(cut=(competing - cap).clip(0), capped=competing > cap)
        .with_columns(
            competes=((pl.col("touch_type") == "click") | (pl.col("clicks") == 0))
            & (pl.col("rank_of_type") > pl.col("cut")),
            position=pl.col("rank_of_type") - pl.col("cut"),
            length=competing - pl.col("cut"),
            is_latest=pl.col("rank") == pl.col("size"),
        )
        .filter(pl.col("competes") | pl.col("is_latest"))
    )


def _weights() -> dict[str, pl.Expr]:
    competes, position, length = pl.col("competes"), pl.col("position"), pl.col("length")
    one = competes.cast(pl.Int64)
    is_end = (position == 1) | (position == length)
    end = pl.when(length > 2).then((length - 2) * 2).otherwise(1)
    hours = (pl.col("conversion_at") - pl.col("touch_at")) // 3_600_000_000
    at_hour = (hours % 168).replace_strict(list(range(168)), list(WEIGHT_AT_HOUR), return_dtype=pl.Int64)
    decayed = (at_hour // pl.lit(2, pl.Int64).pow((hours // 168).clip(0, 40))).clip(1)
    return {
        "last_click": one * (position == length),
        "last_touch": pl.col("is_latest").cast(pl.Int64),
        "first_touch": one * (position == 1),
        "linear": one,
        "position_based": one * pl.when(is_end).then(end).otherwise(1),
        "time_decay": one * decayed,
    }


def _hand_out(parts: pl.LazyFrame, whole: pl.Expr, name: str) -> pl.LazyFrame:
    group = [ID, "model"]
    left_over = whole - pl.col("floor").sum().over(group)
    turn = pl.int_range(1, pl.len() + 1).over(group)
    ranked = parts.sort(["rest", "position"], descending=[True, False]).with_columns(
        turn=turn, left=left_over
    )
    return ranked.with_columns((pl.col("floor") + (pl.col("turn") <= pl.col("left"))).alias(name))
