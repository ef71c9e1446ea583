"""Plain oracle of the auction funnel: for every event, search all others for its auction."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]

DIMENSIONS = ("exchange", "deal_id", "website", "device", "floor_band")
OUTCOMES = {"bid": "bids", "loss": "losses", "win": "wins", "billing": "billing_notices"}
NOTICED = (*OUTCOMES.values(), "orphan_outcomes", "priced_wins", "clearing_micros", "won_floor_micros")
REQUESTED = (
    "bid_requests",
    "orphan_impressions",
    "timed_impressions",
    "impressions_before_request",
    "latency_us",
)


def funnel(kinds: dict[str, list[Row]], wanted: list[date]) -> dict[tuple, Row]:
    """Counts by (date, dimensions); None where no feed reported."""
    requests = [row for row in kinds["bid_requests"] if not row["is_test"]]
    rows: dict[tuple, Row] = defaultdict(lambda: defaultdict(int))
    for day in wanted:
        for request in _on(requests, day):
            rows[day, *_dimensions(request)]["bid_requests"] += 1
        for outcome in _on(kinds["auction_outcomes"], day):
            _count_outcome(rows, outcome, _earlier(requests, "auction_id", outcome))
        for shown in _on(kinds["impressions"], day):
            _count_impression(rows, shown, _earlier(requests, "auction_id", shown))
        for kind in ("clicks", "conversions"):
            for event in _on(kinds[kind], day):
                shown = _earlier(kinds["impressions"], "impression_id", event)
                request = shown and _earlier(requests, "auction_id", shown)
                row = rows[day, *_dimensions(request)]
                row[kind] += 1
                row[f"orphan_{kind}"] += shown is None
    for (day, *_), row in rows.items():
        _forget(row, NOTICED, bool(_on(kinds["auction_outcomes"], day)))
        _forget(row, REQUESTED, bool(_on(kinds["bid_requests"], day)))
    return {key: dict(row) for key, row in rows.items()}


def _on(rows: list[Row], day: date) -> list[Row]:
    return [row for row in rows if row["event_date"] == day]


def _earlier(rows: list[Row], key: str, event: Row) -> Row | None:
    """The first row of the key on the event's date or the one before."""
    days = (event["event_date"] - timedelta(days=1), event["event_date"])
    known = [
        row for row in rows if event[key] is not None and row[key] == event[key] and row["event_date"] in days
    ]
    return min(known, key=lambda row: (row["event_at"], row["event_id"]), default=None)


def _dimensions(request: Row | None) -> tuple[str, ...]:
    if request is None:
        return ("(unknown)",) * len(DIMENSIONS)
    told = {name: request[name] or "(unknown)" for name in ("exchange", "website", "device")}
    return told["exchange"], request["deal_id"] or "(open)", told["website"], told["device"], _band(request)


def _band(request: Row) -> str:
    floor = (request["floor_micros"] or 0) / 10**6
    if not floor:
        return "none"
    return next((name for below, name in BANDS if floor < below), "5 and more")


BANDS = ((0.5, "under 0.5"), (1, "0.5 to 1"), (2, "1 to 2"), (5, "2 to 5"))


def _count_outcome(rows: dict[tuple, Row], outcome: Row, request: Row | None) -> None:
    row = rows[outcome["event_date"], *_dimensions(request)]
    row[OUTCOMES[outcome["outcome"]]] += 1
    row["orphan_outcomes"] += request is None
    won = outcome["outcome"] == "win" and request and request["currency"] == outcome["currency"]
    if won and request["floor_micros"] is not None and outcome["clearing_micros"] is not None:
        row["priced_wins"] += 1
        row["clearing_micros"] += outcome["clearing_micros"]
        row["won_floor_micros"] += request["floor_micros"]


def _count_impression(rows: dict[tuple, Row], shown: Row, request: Row | None) -> None:
    row = rows[shown["event_date"], *_dimensions(request)]
    row["impressions"] += 1
    row["orphan_impressions"] += request is None
    row["measured_impressions"] += shown["viewable_ms"] is not None
    row["viewable_impressions"] += (shown["viewable_ms"] or 0) >= 1000
    if request:
        latency = shown["event_at"] - request["event_at"]
        row["timed_impressions"] += latency >= 0
        row["impressions_before_request"] += latency < 0
        row["latency_us"] += max(latency, 0)


def _forget(row: Row, names: tuple[str, ...], observed: bool) -> None:
    if not observed:
        row.update(dict.fromkeys(names))
