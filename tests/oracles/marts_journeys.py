"""Plain oracle of what gold makes of silver before it attributes: touches, conversions and their windows."""

from typing import Any

Row = dict[str, Any]
DAY_US = 24 * 3600 * 10**6
DEFAULT_DAYS = {"click": 30, "view": 1}
TOUCH = ("event_at", "user_id", "advertiser_id", "campaign_id", "creative_id", "website")


def touches(impressions: list[Row], clicks: list[Row], invalid: list[Row]) -> list[Row]:
    """Valid, viewable (or unmeasured) impressions and valid clicks."""
    bad = {(row["table"], row["event_date"], row["event_id"]) for row in invalid}
    made = []
    for row in impressions:
        unseen = row["viewable_ms"] is not None and row["viewable_ms"] < 1000
        if unseen or ("impressions", row["event_date"], row["event_id"]) in bad:
            continue
        ids = {"impression_id": row["impression_id"] or row["event_id"], "click_id": None}
        made.append(
            {name: row[name] for name in TOUCH} | ids | {"touch_id": row["event_id"], "touch_type": "view"}
        )
    for row in clicks:
        if ("clicks", row["event_date"], row["event_id"]) in bad:
            continue
        ids = {"impression_id": row["impression_id"], "click_id": row["click_id"] or row["event_id"]}
        made.append(
            {name: row[name] for name in TOUCH} | ids | {"touch_id": row["event_id"], "touch_type": "click"}
        )
    return made


def conversions(rows: list[Row], campaigns: list[Row], advertisers: list[Row]) -> list[Row]:
    """Conversions with the windows that held when they happened."""
    return [
        row
        | {"conversion_id": row["event_id"]}
        | {f"{kind}_window_us": _days(kind, row, campaigns, advertisers) * DAY_US for kind in DEFAULT_DAYS}
        for row in rows
    ]


def _days(kind: str, conversion: Row, campaigns: list[Row], advertisers: list[Row]) -> int:
    for key, reference in (("campaign_id", campaigns), ("advertiser_id", advertisers)):
        for version in reference:
            set_days = version[f"{kind}_window_days"]
            if (
                version[key] == conversion[key]
                and _holds(version, conversion["event_at"])
                and set_days is not None
            ):
                return min(set_days, 30)
    return DEFAULT_DAYS[kind]


def _holds(version: Row, moment: int) -> bool:
    begun = version["valid_from"] is None or version["valid_from"] <= moment
    return begun and (version["valid_to"] is None or moment < version["valid_to"])
