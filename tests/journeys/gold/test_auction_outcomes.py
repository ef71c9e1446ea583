"""From raw notices to the auction funnel: bids, wins and clearing prices; and what an unsubstituted macro is."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.tables.gold import AUCTION_FUNNEL
from schemas.tables.silver import QUARANTINE
from tests.journeys.world import World

DAY = date(2026, 3, 3)
AT = "2026-03-03T10:00:0{}Z"


def request(auction: str, second: int) -> dict[str, Any]:
    """A bid request with a floor of 0.80 CPM."""
    told = {
        "exchange": "x1",
        "website": "news.example",
        "device_type": "mobile",
        "floor": 0.8,
        "currency": "USD",
    }
    return {"request_id": auction, "auction_id": auction, "timestamp": AT.format(second)} | told


def outcome(auction: str, kind: str, **more: Any) -> dict[str, Any]:
    """A notice a second after the requests."""
    return {"auction_id": auction, "timestamp": AT.format(2), "type": kind, "cur": "USD"} | more


REQUESTS = [request("a1", 0), request("a2", 0), request("a3", 1)]
OUTCOMES = [
    outcome("a1", "bid", bid_price=1.5),
    outcome("a1", "nurl", price=1.2),
    outcome("a1", "burl", price=1.2),
    outcome("a2", "bid", bid_price=1.0),
    outcome("a2", "lurl", loss_reason=102),
    outcome("a3", "win", price="${AUCTION_PRICE}"),
    outcome("a9", "bid", bid_price=1.0),
]
SHOWN = [
    {
        "impression_id": "i1",
        "auction_id": "a1",
        "creative_id": "k",
        "timestamp": AT.format(3),
        "viewable_ms": 2000,
    }
]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty lake."""
    return World(tmp_path)


def land(world: World, feed: str, records: list[dict[str, Any]]) -> None:
    """Lands the records as one file."""
    path = world.folder / f"{feed}.json"
    path.write_text("\n".join(json.dumps(record) for record in records))
    world.land(feed, path)


def funnel(world: World) -> dict[str, dict[str, Any]]:
    """The day's rows by exchange."""
    rows = world.rows(AUCTION_FUNNEL).filter(event_date=DAY)
    return {row["exchange"]: row for row in rows.to_dicts()}


def test_hops_nobody_reports_are_null(world: World) -> None:
    """Without the feed, bids and wins are not observed; they are not zero."""
    land(world, "bid_requests", REQUESTS)
    land(world, "impressions", SHOWN)
    world.refresh()
    row = funnel(world)["x1"]
    assert (row["bid_requests"], row["impressions"], row["viewable_impressions"]) == (3, 1, 1)
    assert (row["bids"], row["wins"], row["win_rate"], row["clearing_to_floor"]) == (None, None, None, None)
    assert row["fill_rate"] == pytest.approx(1 / 3)
    assert row["mean_latency_us"] == 3_000_000


def test_outcomes_make_the_funnel_whole(world: World) -> None:
    """Counts of each kind, clearing price against floor, and an orphan; a raw macro is a refused price."""
    land(world, "bid_requests", REQUESTS)
    land(world, "auction_outcomes", OUTCOMES)
    land(world, "impressions", SHOWN)
    world.refresh()
    rows = funnel(world)
    row, orphan = rows["x1"], rows["(unknown)"]
    assert [row[name] for name in ("bids", "losses", "wins", "billing_notices", "impressions")] == [
        2,
        1,
        1,
        1,
        1,
    ]
    assert (row["win_rate"], row["clearing_to_floor"]) == (0.5, pytest.approx(1.5))
    assert (orphan["bids"], orphan["orphan_outcomes"], orphan["bid_requests"]) == (1, 1, 0)
    refused = world.rows(QUARANTINE)
    assert refused["codes"].to_list() == [["bad_price"]]
    assert b"${AUCTION_PRICE}" in refused["payload"][0]
