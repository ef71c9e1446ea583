"""Windows: how long a touch can earn a conversion, by campaign, advertiser or default, as of the conversion."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame

DAY_US = 86_400_000_000
LONGEST_WINDOW_DAYS = 30
"""What is read before a conversion; longer windows are cut to it."""

DEFAULT_DAYS = {"click_window": 30, "view_window": 1}
"""Where neither campaign nor advertiser says otherwise: a month for clicks, a day for views."""


def with_windows(conversions: Frame, campaigns: Frame, advertisers: Frame) -> Frame:
    """Conversions with click_window_us and view_window_us (Int64).

    conversions: conversion_id (unique), event_at (Int64 us), campaign_id, advertiser_id. campaigns and advertisers: the
    reference with click_window_days, view_window_days (null: not set) and validity in Int64 us; the version that held
    at the conversion counts.
    """
    joined = conversions
    for key, reference in (("campaign_id", campaigns), ("advertiser_id", advertisers)):
        joined = joined.join(_at_conversion(conversions, reference, key), on="conversion_id", how="left")
    named = joined.with_columns(_window_us(kind).alias(f"{kind}_us") for kind in DEFAULT_DAYS)
    return named.drop(*(f"{key}:{kind}" for key in ("campaign_id", "advertiser_id") for kind in DEFAULT_DAYS))


def _at_conversion(conversions: Frame, reference: Frame, key: str) -> Frame:
    """conversion_id and the windows of the row that held for its key; conversions without one are left out."""
    days = [nw.col(f"{kind}_days").alias(f"{key}:{kind}") for kind in DEFAULT_DAYS]
    versions = reference.select(key, "valid_from", "valid_to", *days)
    pairs = conversions.select("conversion_id", key, "event_at").join(versions, on=key, how="inner")
    begun = nw.col("valid_from").is_null() | (nw.col("valid_from") <= nw.col("event_at"))
    holds = begun & (nw.col("valid_to").is_null() | (nw.col("event_at") < nw.col("valid_to")))
    return pairs.filter(holds).select("conversion_id", *(f"{key}:{kind}" for kind in DEFAULT_DAYS))


def _window_us(kind: str) -> nw.Expr:
    days = nw.coalesce(f"campaign_id:{kind}", f"advertiser_id:{kind}", nw.lit(DEFAULT_DAYS[kind], nw.Int64))
    longest = nw.lit(LONGEST_WINDOW_DAYS, nw.Int64)
    return nw.when(days > LONGEST_WINDOW_DAYS).then(longest).otherwise(days) * DAY_US
