"""Find: every broken rule of every event, from narwhals frames; the same on every engine.

Times are Int64 epoch microseconds. Each rule looks at most `Limits.lookback` away from its event, so that a date is a
function of the dates around it.
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.invalid_traffic.clicks import click_rules
from advertisex_assets.transforms.invalid_traffic.conversions import conversion_rules, of_invalid_clicks
from advertisex_assets.transforms.invalid_traffic.shared import (
    CLICKS,
    CONVERSIONS,
    IMPRESSIONS,
    Frame,
    broken,
)
from schemas.invalid_traffic import ONE_ROW, Limits


def broken_rules(impressions: Frame, clicks: Frame, conversions: Frame, limits: Limits) -> Frame:
    """event_date, table, event_id, code: one row for each rule that an event breaks, maybe repeated.

    Reads event_id, event_date, event_at, user_id, flags of all; impression_id of impressions and clicks; ip_key of
    impressions; campaign_id, creative_id and click_id of clicks; campaign_id and click_id of conversions.
    """
    tables = {IMPRESSIONS: impressions, CLICKS: clicks, CONVERSIONS: conversions}
    flagged = {
        name: [broken(rows.filter(nw.col("flags").list.contains(rule.code)), name, rule) for rule in ONE_ROW]
        for name, rows in tables.items()
    }
    of_clicks = [*flagged.pop(CLICKS), *click_rules(clicks, impressions, limits)]
    invalid = nw.concat(of_clicks, how="vertical").select("event_date", "event_id").unique()
    invalid_clicks = clicks.join(invalid, on=["event_date", "event_id"], how="semi")
    of_conversions = [
        *conversion_rules(conversions, clicks, limits),
        of_invalid_clicks(conversions, invalid_clicks, limits),
    ]
    others = [rows for name in flagged for rows in flagged[name]]
    return nw.concat([*others, *of_clicks, *of_conversions], how="vertical")
