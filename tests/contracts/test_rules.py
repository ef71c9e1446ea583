"""What feeds refuse and flag: every rule explains itself, and a record that breaks several is told of all."""

import dataclasses
import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from advertisex_assets.transforms.parse import parse
from advertisex_assets.transforms.validate import UNREAD, time_rules
from schemas.discover import all_feeds, feed_named
from schemas.feed import Feed
from schemas.rules import Rule
from schemas.tables.bronze import bronze_table

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IMPRESSION = {"impression_id": "i1", "timestamp": "2026-03-02T11:00:00Z", "creative_id": "c1", "price": 0.01}
CLICK = {"event_id": "e1", "timestamp": "2026-03-02T11:00:00Z", "event_type": "click"}
OPENRTB = {"id": "a1", "imp": [{"id": "1"}], "site": {"domain": "news-1.example"}}


def judged(feed: Feed, *payloads: bytes, codec: str = "json", header: str | None = None) -> pl.DataFrame:
    """The payloads as rows of one topic, parsed."""
    rows = [
        {"kind": "record", "payload": payload, "codec": codec, "header": header, "source": "kafka:t",
         "source_name": "t", "partition": 0, "offset": offset, "record_index": 0, "received_at": NOON,
         "event_date": date(2026, 3, 2),
         "routed_by": "event_time", "landing_date": date(2026, 3, 2), "landed_at": NOON, "run_id": "r"}
        for offset, payload in enumerate(payloads)
    ]  # fmt: skip
    return parse(feed, pl.DataFrame(rows, schema=bronze_table(feed).schema), b"key")


def verdict(name: str, record: dict[str, object]) -> tuple[list[str], list[str]]:
    """Codes and flags of one JSON record."""
    row = judged(feed_named(name), json.dumps(record).encode()).row(0, named=True)
    return row["codes"], row["flags"]


@pytest.mark.parametrize("feed", all_feeds(), ids=lambda feed: feed.name)
def test_every_rule_explains_itself(feed: Feed) -> None:
    """A code for programs, a sentence for people, a severity and a version; one code means one thing of a feed."""
    rules: tuple[Rule, ...] = (*UNREAD, *feed.rules, *time_rules(feed))
    for rule in rules:
        assert rule.code.replace("_", "").isalnum()
        assert rule.sentence.endswith(".")
        assert rule.version >= 1
        assert rule.identity == f"{rule.code}/{rule.severity}/{rule.version}"
    assert len({(rule.code, rule.severity) for rule in rules}) == len({rule.code for rule in rules})


@pytest.mark.parametrize(
    ("name", "record", "changes", "codes", "flags"),
    [
        ("impressions", IMPRESSION, {}, [], []),
        ("impressions", IMPRESSION, {"timestamp": ""}, ["missing_event_at"], []),
        ("impressions", IMPRESSION, {"timestamp": "soon"}, ["unparsable_time"], []),
        ("impressions", IMPRESSION, {"timestamp": "1999-12-31T23:59:59Z"}, ["time_out_of_range"], []),
        ("impressions", IMPRESSION, {"timestamp": "2026-03-03T12:00:01Z"}, ["time_out_of_range"], []),
        ("impressions", IMPRESSION, {"timestamp": "2026-03-02 11:00:00"}, [], ["zone_assumed_utc"]),
        ("impressions", IMPRESSION, {"price": -0.01, "currency": "EURO"}, ["bad_price", "bad_currency"], []),
        ("impressions", IMPRESSION, {"price": 1001}, ["bad_price"], []),
        ("impressions", IMPRESSION, {"price": {"amount": 1}}, ["bad_price"], []),
        ("impressions", IMPRESSION, {"impression_id": "x" * 257}, ["malformed_id"], []),
        ("impressions", IMPRESSION, {"user_id": {"id": "u1"}}, ["malformed_id"], []),
        ("impressions", IMPRESSION, {"user_id": ["u1"]}, ["malformed_id"], []),
        ("impressions", IMPRESSION, {"user_id": "[USER_ID]"}, [], []),
        ("impressions", IMPRESSION, {"user_id": "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}"}, [], []),
        ("impressions", IMPRESSION, {"website": "our network"}, [], ["bad_website"]),
        ("impressions", IMPRESSION, {"ip": "300.1.1.1", "country": "Atlantis"}, [], ["bad_ip", "bad_country"]),
        ("clicks_conversions", CLICK, {"event_type": "hover"}, ["unknown_type"], []),
        ("clicks_conversions", CLICK, {"event_type": "purchase"}, [], ["missing_value"]),
        ("clicks_conversions", CLICK, {"event_type": "purchase", "revenue": "-5"}, [], []),
        ("bid_requests", OPENRTB, {}, [], ["time_from_transport"]),
        ("bid_requests", OPENRTB, {"id": None}, ["missing_auction_id"], ["time_from_transport"]),
        ("bid_requests", OPENRTB, {"imp": []}, ["openrtb_no_imp"], ["time_from_transport"]),
        ("bid_requests", OPENRTB, {"app": {"id": "x"}}, ["openrtb_site_and_app"], ["time_from_transport"]),
        ("bid_requests", OPENRTB, {"imp": [{"id": "1"}, {}]}, ["openrtb_imp_without_id"], ["time_from_transport"]),
        (
            "bid_requests",
            OPENRTB,
            {"imp": [{"id": "1"}, {"id": "1"}]},
            ["openrtb_duplicate_imp_id"],
            ["time_from_transport"],
        ),
    ],
)
def test_a_record_is_told_of_all_that_it_breaks(
    name: str, record: dict[str, object], changes: dict[str, object], codes: list[str], flags: list[str]
) -> None:
    """And of nothing else."""
    found = verdict(name, record | changes)
    assert (sorted(found[0]), sorted(found[1])) == (sorted(codes), sorted(flags))


ZONES = ("+0000", " +0000", "+00:00", "+00", "Z", " UTC", " GMT", "-0000")


@pytest.mark.parametrize("zone", [*ZONES, "+0530", " -0800", "+05:30"])
def test_csv_times_carry_their_zone(zone: str) -> None:
    """As database exports and log shippers write it."""
    header = "event_id,timestamp,event_type"
    row = f"e1,2026-03-02 11:00:00.5{zone},click"
    rows = judged(feed_named("clicks_conversions"), row.encode(), codec="csv", header=header)
    shift = {"+0530": -330, "+05:30": -330, " -0800": 480}.get(zone, 0)
    assert rows["event_at"].dt.epoch("us").item() == 1772449200500000 + shift * 60_000_000
    assert rows["flags"].to_list() == [[]]


@pytest.mark.parametrize("rows_unique", [False, True])
def test_a_feed_says_whether_equal_rows_are_one_event(rows_unique: bool) -> None:
    """Two clicks of one user in one second, without ids: one event, unless the feed's rows are unique; with ids, ids
    decide."""
    feed = feed_named("clicks_conversions")
    feed = dataclasses.replace(feed, key=dataclasses.replace(feed.key, rows_unique=rows_unique))
    nameless = json.dumps({key: CLICK[key] for key in ("timestamp", "event_type")}).encode()
    named = json.dumps(CLICK).encode()
    ids = judged(feed, nameless, nameless, named, named)["event_id"].to_list()
    assert len(set(ids[:2])) == (2 if rows_unique else 1)
    assert ids[2:] == ["e1", "e1"]
