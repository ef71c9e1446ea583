"""The truth says of every delivered record what becomes of it, as plain readers of the files can confirm."""

import json
from collections import defaultdict

import polars as pl
import pytest

from tests.sample_traffic.conftest import WrittenRun
from tests.sample_traffic.reading import records_of

FEEDS = ("impressions", "clicks_conversions", "bid_requests")
CODES = {
    "impressions": {
        "undecodable",
        "missing_event_at",
        "unparsable_time",
        "time_out_of_range",
        "missing_creative_id",
        "bad_price",
        "malformed_id",
        "bad_currency",
    },
    "clicks_conversions": {
        "undecodable",
        "missing_event_at",
        "unparsable_time",
        "time_out_of_range",
        "missing_conversion_type",
        "unknown_type",
        "malformed_id",
        "bad_currency",
        "bad_price",
    },
    "bid_requests": {
        "undecodable",
        "unparsable_time",
        "time_out_of_range",
        "missing_auction_id",
        "malformed_id",
        "bad_currency",
        "bad_price",
        "openrtb_no_imp",
        "openrtb_site_and_app",
        "openrtb_duplicate_imp_id",
    },
}


def test_every_record_in_every_file_has_one_truth_row(run: WrittenRun) -> None:
    by_file = run.records.group_by("file").agg(pl.col("ordinal"))
    expected = {file: sorted(ordinals) for file, ordinals in by_file.iter_rows()}
    counted = {
        path.relative_to(run.directory).as_posix(): list(range(len(records_of(path))))
        for feed in FEEDS
        for path in (run.directory / feed).iterdir()
    }
    assert counted == expected


def test_the_summary_adds_up_to_the_delivered_records(run: WrittenRun) -> None:
    for feed in FEEDS:
        entry = run.summary["feeds"][feed]
        delivered = sum(len(records_of(path)) for path in (run.directory / feed).iterdir())
        assert entry["records"] == sum(entry["outcomes"].values()) == delivered
    accepted = sum(entry["outcomes"]["accepted"] for entry in run.summary["feeds"].values())
    assert sum(run.summary["tables"].values()) == accepted


def test_the_size_is_about_what_was_asked_for(run: WrittenRun) -> None:
    sent_once = run.records.filter(pl.col("outcome") != "excluded")
    assert 0.9 * run.config.events < len(sent_once) < 1.1 * run.config.events


@pytest.mark.parametrize("feed", FEEDS)
def test_every_outcome_and_refusal_code_occurs(run: WrittenRun, feed: str) -> None:
    entry = run.summary["feeds"][feed]
    assert set(entry["outcomes"]) == {"accepted", "duplicate", "conflict", "quarantined", "excluded"}
    assert set(entry["codes"]) == CODES[feed] | {"already_landed"}


def test_every_flag_and_a_record_with_several_codes_occur(run: WrittenRun) -> None:
    flags = set(run.records.explode("flags", empty_as_null=False)["flags"])
    wanted = {
        "bad_website",
        "bad_ip",
        "bad_country",
        "missing_value",
        "zone_assumed_utc",
        "time_from_transport",
    }
    assert flags == wanted
    assert run.records.filter(pl.col("codes").list.len() > 1).height


def test_the_first_delivery_of_a_key_wins_and_the_others_are_told_apart_by_content(run: WrittenRun) -> None:
    raw = {file: records_of(run.directory / file) for file in run.records["file"].unique()}
    competing = run.records.filter(
        pl.col("event_id").is_not_null() & pl.col("outcome").is_in(["accepted", "duplicate", "conflict"])
    )
    contents: defaultdict[tuple[str, str], list[tuple[str, object]]] = defaultdict(list)
    in_order = competing.sort("file", "ordinal").select("feed", "event_id", "outcome", "file", "ordinal")
    for feed, event_id, outcome, file, ordinal in in_order.iter_rows():
        contents[feed, event_id].append((outcome, raw[file][ordinal]))
    for (winner_outcome, winner), *others in contents.values():
        assert winner_outcome == "accepted"
        assert [outcome for outcome, _ in others] == [
            "duplicate" if record == winner else "conflict" for _, record in others
        ]


def test_copies_lie_within_the_dedupe_window(run: WrittenRun) -> None:
    dated = run.records.filter(
        pl.col("event_id").is_not_null()
        & pl.col("event_date").is_not_null()
        & (pl.col("outcome") != "excluded")
    )
    spans = dated.group_by("feed", "event_id").agg(
        span=pl.col("event_date").max() - pl.col("event_date").min()
    )
    assert spans.filter(pl.col("span") > pl.duration(days=1)).is_empty()


def test_accepted_impressions_say_what_their_bytes_say(run: WrittenRun) -> None:
    impressions = run.records.filter((pl.col("table") == "impressions") & (pl.col("outcome") == "accepted"))
    raw = {file: records_of(run.directory / file) for file in impressions["file"].unique()}
    columns = ("file", "ordinal", "price_micros", "creative_id", "impression_id", "stated_campaign_id")
    for file, ordinal, price, creative, impression, campaign in impressions.select(columns).iter_rows():
        record = json.loads(raw[file][ordinal])
        names = ("ad_creative_id", "creative_id", "adCreativeId", "ad_id")
        assert str(next(record[name] for name in names if name in record)) == creative
        bought = {"CPM": 1_000}.get(record.get("price_type"), 1)
        assert round(record["price"] * 1_000_000 / bought) == price
        assert record.get("impression_id") == impression
        assert campaign == (str(record["campaign_id"]) if "campaign_id" in record else None)


def test_late_records_arrive_in_files_of_later_days(run: WrittenRun) -> None:
    day = pl.col("file").str.extract(r"/(\d{4}-\d{2}-\d{2})").str.to_date()
    delays = run.records.select(late=day - pl.col("event_date"), outcome="outcome").drop_nulls()
    days = delays.filter(pl.col("outcome") == "accepted")["late"].dt.total_days()
    assert days.min() == 0
    assert 1 in days
