"""A person is erased from every table; nobody else loses a record; nothing brings them back."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.erasure.erase import look, prove
from advertisex_assets.erasure.person import Mentions
from advertisex_assets.silver.catch_up import catch_up, rebuild
from advertisex_assets.transforms.watch.conservation import unbalanced
from advertisex_assets.upkeep.layers import upkeep_layer
from advertisex_assets.upkeep.plan import Policy
from advertisex_assets.upkeep.work import Rules
from advertisex_assets.watch.recount import recount
from resources.lake import Lake
from resources.run import Run
from schemas.tables.bronze import ERASED
from schemas.tables.gold import PUBLISHED, RESTATEMENTS
from schemas.tables.silver import silver_tables
from tests.erasure.people import (
    ANNA,
    FEED,
    HANNA,
    INPUTS,
    KEEP,
    NOW,
    RUN,
    START,
    THEIRS,
    bronze,
    erased,
    others_of,
    record,
    records,
    refreshed,
    who,
)
from tests.upkeep.busy import dates
from tests.watch.lakes import land


def test_gone_from_every_current_table_and_nobody_else_is(lake: Lake) -> None:
    before = bronze(lake)
    found = look(lake, [FEED], [who()], INPUTS)
    assert bronze(lake).equals(before), "a look changes nothing"
    done = erased(lake)
    assert found.bronze_rows == done.taken.bronze_rows == THEIRS
    after = bronze(lake)
    assert after.height == before.height and (after["kind"] == ERASED).sum() == THEIRS
    gone = after.filter(pl.col("kind") == ERASED)
    assert gone.select(pl.col("payload", "key", "headers").is_null().all()).row(0) == (True, True, True)
    kept = others_of(after)
    assert kept.equals(before.join(gone.select("offset"), on="offset", how="anti").sort("offset"))
    assert prove(lake, [who()], RUN).current == ()
    assert prove(lake, [who(HANNA)], RUN).current != ()


def test_the_sums_agree_and_call_it_excluded(lake: Lake) -> None:
    before = recount(lake, FEED)
    erased(lake)
    after = recount(lake, FEED)
    assert unbalanced(after).is_empty()
    assert after["received"].equals(before["received"])
    assert after["excluded"].sum() == THEIRS


def test_silver_is_what_it_would_be_without_them(lake: Lake, tmp_path: Path) -> None:
    """Coordinates included: who lost to Anna's record stands now."""
    erased(lake)
    other = Lake(str(tmp_path / "other"))
    for number, one in enumerate(records()):
        payload = one if isinstance(one, bytes) else json.dumps(one).encode()
        whose = Mentions((ANNA, "\\u0061nna-7")).mentioned(payload)
        if not whose:
            land(other, FEED, [one], first_offset=number, received_at=START + timedelta(days=3))
    catch_up(other, FEED, INPUTS, RUN)
    table = silver_tables(FEED)[0]
    expected, found = (each.open(table).scan().drop("flags").sort("offset").collect() for each in (other, lake))
    assert found.equals(expected)


def test_a_rebuild_does_not_bring_them_back(lake: Lake) -> None:
    erased(lake)
    rebuild(lake, FEED, INPUTS, RUN, (dates()[0], dates()[-1]))
    refreshed(lake)
    assert prove(lake, [who()], RUN).current == ()


def test_rows_that_nobody_had_read_are_erased_before_they_are(lake: Lake) -> None:
    land(lake, FEED, [record(70, ANNA), record(71, "user-71")], first_offset=100)
    erased(lake)
    assert prove(lake, [who()], RUN).current == ()
    silver = lake.open(silver_tables(FEED)[0]).scan().collect()
    assert silver.filter(pl.col("event_id") == "imp-71").height == 1


def test_published_numbers_are_restated_for_it(lake: Lake) -> None:
    done = erased(lake)
    assert done.republished
    causes = lake.open(PUBLISHED).scan().filter(pl.col("revision") == 2).collect()["cause"]
    assert set(causes) == {"erasure"}
    assert set(lake.open(RESTATEMENTS).scan().collect()["status"]) == {"accepted"}


def test_killed_anywhere_and_run_again(lake: Lake) -> None:
    """At each step in turn the work stops; the last run finds all the rest."""

    class Killed(Exception):
        pass

    for fatal in range(8):
        steps = iter(range(10**6))

        def step(name: str, steps: Iterator[int] = steps, fatal: int = fatal) -> None:
            if next(steps) == fatal:
                raise Killed(name)

        try:
            erased(lake, Run("test", lambda: NOW, step))
        except Killed:
            continue
    erased(lake)
    assert (bronze(lake)["kind"] == ERASED).sum() == THEIRS
    assert unbalanced(recount(lake, FEED)).is_empty()
    assert prove(lake, [who()], RUN).current == ()


def test_landing_goes_on_meanwhile_and_loses_nothing(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Landings, silver and upkeep between every two steps of an erasure, and beside it."""
    landed, failures = iter(range(1000, 10**6)), []
    lock = threading.Lock()

    def more(name: str) -> None:
        with lock:
            number = next(landed)
            land(lake, FEED, [record(number, f"user-{number}")], first_offset=number)
        list(upkeep_layer(lake, "bronze", Rules(keep=KEEP, policy=Policy(cold_after=timedelta(0))), RUN))

    def beside() -> None:
        try:
            for _ in range(5):
                more("")
                catch_up(lake, FEED, INPUTS, RUN)
        except Exception as error:
            failures.append(error)

    other = threading.Thread(target=beside)
    other.start()
    erased(lake, Run("test", lambda: NOW, more))
    other.join()
    refreshed(lake)
    assert failures == []
    rows, count = bronze(lake), next(landed) - 1000
    assert rows.filter(pl.col("offset") >= 1000).height == count
    assert rows["offset"].is_unique().all() and rows.height == count + len(records())
    assert unbalanced(recount(lake, FEED)).is_empty()
    assert prove(lake, [who()], RUN).current == ()


@pytest.mark.parametrize(("data", "is_so"), [(b'"u1"', True), (b'"u12"', False), (b"xu1", False), (b"?id=u1&", True)])
def test_an_id_is_mentioned_as_a_whole(data: bytes, is_so: bool) -> None:
    found = Mentions(("u1",))
    assert found.mentioned(data) is is_so
    assert found.mentioned_in_stream(data[i : i + 1] for i in range(len(data))) in (is_so, True)
