"""No plain user id and no full address leaves bronze, and without consent nothing user-level does."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.handles import open_tables
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.addresses import AddressBook
from advertisex_assets.transforms.enrich import Reference
from advertisex_assets.transforms.parse import parse
from resources.lake import Lake, Marks
from resources.run import Run
from schemas.columns import Pii
from schemas.discover import all_feeds, feed_named
from schemas.feeds.bid_requests import FEED
from schemas.tables.reference import USERS
from schemas.tables.silver import DUPLICATES, INVALID_TRAFFIC, QUARANTINE, silver_tables
from tests.contracts.privacy.requests import bronze, request
from tests.contracts.privacy.signals import gpp_string, tc_string

KEY = b"test-key"
USER, ADDRESS, ADDRESS_6 = "user-4711-plain", "81.2.69.142", "2a02:cf40:abcd:1234:5678:9abc:def0:1111"
PEOPLE = [
    request(1, user_id=USER, ip=ADDRESS, user_agent="Mozilla/5.0"),
    request(2, user_id=USER, ip=ADDRESS_6, us_privacy="1YYN", email=USER),
    request(3, user_id=USER, ip=ADDRESS, gdpr=1, consent=tc_string({2})),
    request(1, user_id=USER, ip=ADDRESS_6),
    request(4, user_id=USER, bid_amount=-1),
]


def parsed(records: list[dict[str, object]], key: bytes = KEY) -> pl.DataFrame:
    """The rows in the order of the records."""
    return parse(FEED, bronze(records), key)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake whose silver was made of PEOPLE."""
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    open_tables(lake, FEED).bronze.append(bronze(PEOPLE), Marks())
    catch_up(lake, FEED, Inputs(Reference.empty(), KEY), Run("test-run"))
    return lake


def test_a_row_without_consent_has_no_user_level_columns(lake: Lake) -> None:
    rows = open_tables(lake, FEED).outputs["bid_requests"].scan().sort("auction_id").collect()
    user_level = ["user_id", "ip", "ip_key", "rescued"]
    assert rows["auction_id"].to_list() == ["a1", "a2", "a3"]
    assert ["no_consent" in flags for flags in rows["flags"]] == [False, True, True]
    assert all(value is None for name in user_level for value in rows[name][1:])
    assert rows["ip"][0] == "81.2.69.0"
    assert None not in (rows["user_id"][0], rows["ip_key"][0])


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("impressions", {"impression_id": "i1", "creative_id": "c1", "ip": ADDRESS}),
        ("clicks_conversions", {"event_id": "e1", "event_type": "click"}),
        ("bid_requests", {"auction_id": "a1", "ip": ADDRESS}),
    ],
)
@pytest.mark.parametrize(
    "regs",
    [
        {"gdpr": 1, "consent": tc_string({2})},
        {"regs": {"gpp": gpp_string({6: "1YYN"}), "gpp_sid": [6]}},
        {"us_privacy": "1YYN"},
    ],
)
def test_every_feed_with_people_honours_the_signals_that_it_carries(
    name: str, record: dict[str, object], regs: dict[str, object]
) -> None:
    """And keeps people by default, where it carries none."""
    feed, person = feed_named(name), {"user_id": USER, "timestamp": "2026-03-02T11:00:00Z"} | record
    silent, objecting = parse(feed, bronze([person, person | regs]), KEY).iter_rows(named=True)
    assert silent["codes"] == objecting["codes"] == []
    assert (silent["user_id"] is not None, objecting["user_id"]) == (True, None)
    assert "no_consent" not in silent["flags"]
    assert "no_consent" in objecting["flags"]


def test_plain_ids_are_nowhere_in_silver_but_in_the_payloads_that_it_keeps(lake: Lake) -> None:
    """Quarantine and conflicts hold records as they were received: raw access, like bronze."""
    tables = open_tables(lake, FEED)
    for table in tables.dated:
        text = table.scan().drop("payload", strict=False).collect().write_ndjson()
        assert [secret for secret in (USER, ADDRESS, ADDRESS_6) if secret in text] == []


def test_plain_ids_are_in_no_log_and_no_column_statistics(lake: Lake) -> None:
    """Delta logs are read by every tool and copied everywhere."""
    logs = [path.read_text() for path in Path(lake.root).rglob("_delta_log/*.json")]
    assert logs
    people = [row for row in parsed(PEOPLE).select("user_id", "ip_key").rows() for row in row if row]
    for secret in (USER, ADDRESS, ADDRESS_6, *people):
        assert not any(secret in log for log in logs)


def personal_tables() -> Iterator[tuple[str, set[str], tuple[str, ...]]]:
    """Tables with columns about people: their names, those columns, and the columns with statistics."""
    for feed in all_feeds():
        names = {column.name for column in feed.stored if column.pii is not None}
        personal = names | {f"{column.name}_key" for column in feed.stored if column.pii is Pii.TRUNCATE_IP}
        for table in silver_tables(feed):
            yield table.full_name, personal, table.statistics_columns
    for table in (QUARANTINE, DUPLICATES, INVALID_TRAFFIC, USERS):
        yield table.full_name, {"user_id", "payload", "detail", "header", "headers"}, table.statistics_columns


@pytest.mark.parametrize(("name", "personal", "statistics"), list(personal_tables()))
def test_no_column_about_people_has_statistics(
    name: str, personal: set[str], statistics: tuple[str, ...]
) -> None:
    """A table that declares none has statistics on its first columns: that is refused too."""
    assert statistics, name
    assert not personal & set(statistics)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(["u1", "u2", "ü3", None]), st.sampled_from([ADDRESS, ADDRESS_6, None])),
        max_size=9,
    )
)
def test_pseudonyms_tell_people_apart_and_keys_tell_pseudonyms_apart(
    people: list[tuple[str | None, str | None]],
) -> None:
    """Equal ids have equal pseudonyms under one key; another key shares none with it."""
    records = [request(number, user_id=user, ip=ip) for number, (user, ip) in enumerate(people)]
    rows, others = parsed(records), parsed(records, b"other-key")
    for plain, name in ((0, "user_id"), (1, "ip_key")):
        pairs = set(zip([person[plain] for person in people], rows[name].to_list(), strict=True))
        assert len({pair[0] for pair in pairs}) == len({pair[1] for pair in pairs}) == len(pairs)
        assert not set(rows[name].drop_nulls()) & set(others[name].drop_nulls())


def test_a_content_hash_does_not_give_away_whose_event_it_was() -> None:
    """Everything else in a row is known: a hash without a secret could be tried out with every user id."""
    record = request(1, user_id="u1", us_privacy="1YYN")
    other = request(1, user_id="u2", us_privacy="1YYN")
    first, second = parsed([record])["content_hash"][0], parsed([other])["content_hash"][0]
    assert first != second
    assert first != parsed([record], b"other-key")["content_hash"][0]


ADDRESSES = {
    "81.2.69.142": ("81.2.69.0", False, "GB"),
    "198.18.7.9": ("198.18.7.0", True, None),
    "198.18.0.0": ("198.18.0.0", True, None),
    "198.19.255.255": ("198.19.255.0", True, None),
    "198.17.255.255": ("198.17.255.0", False, None),
    "198.20.0.0": ("198.20.0.0", False, None),
    "2600:1900::7": ("2600:1900::", True, None),
    "2001:db8:aaaa:bbbb::1": ("2001:db8:aaaa::", False, None),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_full_address_tells_data_centre_and_country_before_it_is_cut(address: str) -> None:
    book = AddressBook(country_of={"81.2.69.142": "GB"}.get, countries_version="1")
    records = [request(1, ip=address), request(2, ip=address, country="FRA")]
    rows = parse(FEED, bronze(records), KEY, addresses=book)
    network, is_data_centre, country = ADDRESSES[address]
    assert rows["ip"].to_list() == [network, network]
    assert ["data_centre" in flags for flags in rows["flags"]] == [is_data_centre] * 2
    assert rows["country"].to_list() == [country, "FR"]


def test_another_country_database_redoes_every_date() -> None:
    one, two = (Inputs(Reference.empty(), KEY, addresses=AddressBook(countries_version=v)) for v in "12")
    assert one.fingerprint(FEED, date(2026, 3, 2)) != two.fingerprint(FEED, date(2026, 3, 2))
