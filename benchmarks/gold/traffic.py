"""Synthetic touches and conversions for the attribution benchmark: skewed users, 30 days, no bots.

Not here: the journeys of the tests, which are small and full of edge cases.
"""

import polars as pl

DAY_US = 86_400_000_000
START_US = 1_772_323_200_000_000  # 2026-03-01T00:00:00Z


def touches(impressions: int, clicks: int, users: int, seed: int = 1) -> pl.DataFrame:
    """Views and clicks over 30 days; a user's activity falls with the square of a uniform draw."""
    count = impressions + clicks
    rows = pl.select(n=pl.int_range(count, dtype=pl.Int64)).with_columns(
        draw=_draw(seed), event_at=START_US + _draw(seed + 1) % (30 * DAY_US)
    )
    is_click = pl.col("n") >= impressions
    own = pl.format("{}-{}", pl.when(is_click).then(pl.lit("c")).otherwise(pl.lit("i")), pl.col("n"))
    return rows.select(
        touch_id=own,
        touch_type=pl.when(is_click).then(pl.lit("click")).otherwise(pl.lit("view")),
        event_at=pl.col("event_at"),
        user_id=_user(users),
        advertiser_id=pl.format("adv-{}", pl.col("draw") % 3),
        campaign_id=pl.format("cmp-{}", pl.col("draw") % 60),
        creative_id=pl.format("crt-{}", pl.col("draw") % 300),
        website=pl.format("site-{}.example", pl.col("draw") % 500),
        impression_id=pl.when(is_click).then(pl.format("i-{}", pl.col("draw") % impressions)).otherwise(own),
        click_id=pl.when(is_click).then(own),
    )


def conversions(count: int, users: int, impressions: int, seed: int = 9) -> pl.DataFrame:
    """Conversions of the last of the 30 days, one in ten of them naming an impression."""
    rows = pl.select(n=pl.int_range(count, dtype=pl.Int64)).with_columns(
        draw=_draw(seed), event_at=START_US + 29 * DAY_US + _draw(seed + 1) % DAY_US
    )
    return rows.select(
        conversion_id=pl.format("v-{}", pl.col("n")),
        event_at=pl.col("event_at"),
        event_date=pl.from_epoch(pl.col("event_at"), time_unit="us").dt.date(),
        user_id=_user(users),
        advertiser_id=pl.format("adv-{}", pl.col("draw") % 3),
        impression_id=pl.when(pl.col("n") % 10 == 0).then(pl.format("i-{}", pl.col("draw") % impressions)),
        click_id=pl.lit(None, pl.String),
        revenue_micros=pl.col("draw") % 500_000_000,
        click_window_us=pl.lit(30 * DAY_US),
        view_window_us=pl.lit(DAY_US),
    )


def _draw(seed: int) -> pl.Expr:
    return (pl.col("n").hash(seed) // 4).cast(pl.Int64)


def _user(users: int) -> pl.Expr:
    share = (pl.col("draw") % 1_000_003).cast(pl.Float64) / 1_000_003
    return pl.format("user-{}", (share * share * users).cast(pl.Int64))
