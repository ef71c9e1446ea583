"""A record that our own code fails on is set apart, with its bytes and the reason; its neighbours land and are read."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.exceptions import PanicException

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.bronze.kafka import Budget, land_kafka
from advertisex_assets.bronze.originals import export_original
from advertisex_assets.silver.refresh import Inputs, refresh_dates
from advertisex_assets.transforms.enrich import Reference
from advertisex_assets.transforms.isolate import FEW, IN_A_ROW, isolated
from advertisex_assets.transforms.watch.conservation import unbalanced
from advertisex_assets.watch.feed_problem import Links
from advertisex_assets.watch.poison import poison_problems
from advertisex_assets.watch.recount import recount
from resources.files import list_files
from resources.lake import Lake
from resources.run import Run
from schemas.codecs import Codec, StreamSplitter
from schemas.codecs.schema_source import RegistryUnavailable
from schemas.feed import Feed
from schemas.feeds.impressions import FEED
from schemas.tables.silver import QUARANTINE, silver_tables
from tests.streaming.setting import NOW, Stream, impression, payloads

BOOM = impression(1_000, at="2026-02-28T11:11:11Z")
ERRORS = (ValueError("boom"), PanicException("boom"), MemoryError(), RecursionError("boom"))
CUTTING, ROUTING, READING = ("is_one_record", "sniff", "split"), ("peek",), ("decode",)


@dataclass(frozen=True)
class Fragile:
    """A codec of which some methods raise when they meet BOOM."""

    codec: Codec
    weak: tuple[str, ...]
    error: BaseException

    def __getattr__(self, name: str) -> object:
        found = getattr(self.codec, name)
        return self._weakened(found) if name in self.weak else found

    def splitter(self) -> StreamSplitter:
        """Of which `feed` is as weak."""
        splitter = self.codec.splitter()
        if "splitter" in self.weak:
            splitter.feed = self._weakened(splitter.feed)  # type: ignore[method-assign, assignment]
        return splitter

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """Here, since a protocol's methods are looked for on the class."""
        return self.__getattr__("is_one_record")(messages)  # type: ignore[operator]

    def peek(self, *arguments: object) -> pl.DataFrame:
        """The same."""
        return self.__getattr__("peek")(*arguments)  # type: ignore[operator]

    def _weakened(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(data: pl.Series | bytes, *rest: object) -> object:
            if BOOM in ([data] if isinstance(data, bytes) else data.to_list()):
                raise self.error
            return method(data, *rest)

        return call


def fragile(weak: tuple[str, ...], error: BaseException = ERRORS[0], feed: Feed = FEED) -> Feed:
    """A feed whose codecs do not bear BOOM."""
    return dataclasses.replace(feed, codecs=tuple(Fragile(codec, weak, error) for codec in feed.codecs))


def refresh(lake: Lake, feed: Feed) -> None:
    """Silver of every date that the tests use."""
    inputs, run = Inputs(Reference.empty(), b"test-key"), Run("test", clock=lambda: NOW)
    refresh_dates(lake, feed, [NOW.date(), NOW.date().replace(day=28, month=2)], inputs, run)


@pytest.mark.real
@pytest.mark.parametrize(
    ("weak", "error", "kind", "refused"),
    [
        (CUTTING + ROUTING + READING, ERRORS[0], "broken", True),
        (ROUTING + READING, ERRORS[1], "record", True),
        (READING, ERRORS[2], "record", True),
        # What landing could not read and silver can goes to its date like all others.
        (ROUTING, ERRORS[3], "record", False),
    ],
    ids=["cutting", "routing", "reading", "routing alone"],
)
def test_its_neighbours_land_and_are_read(
    new_stream: Callable[..., Stream], weak: tuple[str, ...], error: BaseException, kind: str, refused: bool
) -> None:
    stream = new_stream(fragile(weak, error)).create()
    sent = [*payloads(40), BOOM, *payloads(20, first=40), b"{cut off"]
    stream.produce(sent, key=b"k")
    assert (stream.land().messages, stream.land().messages) == (62, 0)
    rows = stream.rows()
    assert rows["payload"].to_list() == sent and stream.gaps() == {}
    assert (rows["kind"][40], rows["key"][40], rows["offset"][40]) == (kind, b"k", 40)
    refresh(stream.lake, stream.feed)
    assert stream.lake.open(silver_tables(FEED)[0]).scan().collect().height == 60 + (not refused)
    quarantined = stream.lake.open(QUARANTINE).scan().filter(pl.col("payload") == BOOM).collect()
    assert quarantined["codes"].to_list() == [["poison"]] * refused
    assert all(f"Our code failed: {type(error).__name__} at" in text for text in quarantined["detail"])
    assert quarantined["header"].to_list() == rows.filter(pl.col("payload") == BOOM)["header"].to_list() * refused
    assert unbalanced(recount(stream.lake, stream.feed)).is_empty()
    problems = poison_problems(stream.lake, [stream.feed], NOW, Links())
    told = [("test_poison.py" in one.summary, "offset 40" in one.summary) for one in problems]
    assert told == [(True, True)] * refused


@pytest.mark.real
def test_landing_that_dies_beside_it_lands_all_once(new_stream: Callable[..., Stream]) -> None:
    stream = new_stream(fragile(CUTTING)).create()
    sent = [*payloads(10), BOOM, *payloads(10, first=10)]
    stream.produce(sent)

    class Died(BaseException):
        """As a kill: nothing of ours runs after it."""

    def dying_at(fatal: str) -> Run:
        def step(name: str) -> None:
            if name == fatal:
                raise Died

        return Run("dying", lambda: NOW, step)

    for step in ("bronze:kafka:read", "bronze:kafka:append", "bronze:kafka:appended"):
        with pytest.raises(Died):
            land_kafka(stream.lake, stream.feed, stream.kafka, Budget(1_000, commit_rows=7), dying_at(step))
    stream.land(Budget(1_000, commit_rows=7))
    assert stream.rows()["payload"].to_list() == sent and stream.gaps() == {}


@pytest.mark.parametrize("weak", ["sniff", "splitter"])
def test_a_file_that_our_code_cannot_cut_is_kept_and_holds_up_no_other(tmp_path: Path, weak: str) -> None:
    feed, lake = fragile((weak,)), Lake(str(tmp_path / "lake"))
    bad, good = tmp_path / "bad.json", tmp_path / "good.json"
    bad.write_bytes(BOOM)
    good.write_bytes(b"\n".join(payloads(3)))
    lander = FileLander(lake, feed, Run("test", clock=lambda: NOW))
    receipts = [lander.land(file) for path in (bad, good) for file in list_files(str(path))]
    assert [(one.outcome, one.landed) for one in receipts] == [("unreadable", 1), ("landed", 3)]
    refresh(lake, feed)
    [refused] = lake.open(QUARANTINE).scan().collect().iter_rows(named=True)
    assert refused["codes"] == ["poison"] and "test_poison.py" in refused["detail"]
    assert b"".join(export_original(lake, refused["source"].removeprefix("file:"))) == BOOM
    assert unbalanced(recount(lake, feed)).is_empty()


@given(height=st.integers(1, 40), data=st.data())
@settings(deadline=None)
def test_rows_stay_in_order_and_only_the_poison_is_alone(height: int, data: st.DataObject) -> None:
    poison = data.draw(st.sets(st.integers(0, height - 1), max_size=max(FEW, height) - 1))
    error = data.draw(st.sampled_from(ERRORS))

    def work(rows: pl.DataFrame) -> pl.DataFrame:
        if poison & set(rows["n"]):
            raise error
        return rows.with_columns(why=pl.lit("fine"))

    found = isolated(pl.DataFrame({"n": range(height)}), work, lambda row, why: row.with_columns(why=pl.lit(why)))
    assert found["n"].to_list() == list(range(height))
    assert set(found.filter(pl.col("why") != "fine")["n"]) == poison


@pytest.mark.parametrize("error", [RegistryUnavailable("away"), OSError("disk"), KeyboardInterrupt()])
def test_what_is_no_payloads_fault_is_raised(error: BaseException) -> None:
    def work(rows: pl.DataFrame) -> pl.DataFrame:
        raise error

    with pytest.raises(type(error)):
        isolated(pl.DataFrame({"n": [1, 2]}), work, lambda row, why: row)


def test_code_that_fails_on_everything_is_no_poison() -> None:
    def work(rows: pl.DataFrame) -> pl.DataFrame:
        raise ValueError("broken altogether")

    for rows in (FEW, 3 * IN_A_ROW):
        with pytest.raises(ValueError, match="altogether"):
            isolated(pl.DataFrame({"n": range(rows)}), work, lambda row, why: row)
