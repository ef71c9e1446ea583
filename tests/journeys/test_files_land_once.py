"""A file's content is landed exactly once, grows by its tail only, comes out again byte for byte, and never stops."""

import gzip
import hashlib
import json
import random
from pathlib import Path

import fastavro
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.bronze.originals import export_original
from resources.landing import waiting_files
from schemas.discover import feed_named
from schemas.tables.bronze import FILES, bronze_table
from schemas.tables.silver import QUARANTINE, silver_table
from tests.journeys.world import World, new_seed

IMPRESSIONS = bronze_table(feed_named("impressions"))
SILVER = silver_table(feed_named("impressions"), feed_named("impressions").outputs[0])


def impression(number: int, **changes: object) -> bytes:
    """One impression as JSON."""
    record = {"impression_id": f"i{number}", "creative_id": "c1", "timestamp": "2026-11-01T08:00:00Z", "user_id": "u1"}
    return json.dumps(record | changes).encode()


def lines(count: int) -> bytes:
    """So many impressions as JSON lines."""
    return b"".join(impression(number) + b"\n" for number in range(count))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty lake."""
    return World(tmp_path)


def landed(world: World) -> int:
    """Rows of bronze."""
    return world.rows(IMPRESSIONS).height


def test_the_same_content_under_another_name_is_excluded(world: World, tmp_path: Path) -> None:
    """It counts as received, but no row of it is landed again."""
    (tmp_path / "a.json").write_bytes(lines(5))
    (tmp_path / "b.json").write_bytes(lines(5))
    first, second = [world.land("impressions", tmp_path / name)[0] for name in ("a.json", "b.json")]
    assert (first.outcome, first.landed) == ("landed", 5)
    assert (second.outcome, second.landed, second.records) == ("already_landed", 0, 5)
    assert landed(world) == 5


def test_as_new_lands_known_content_again(world: World, tmp_path: Path) -> None:
    """And silver then knows its rows as duplicates."""
    (tmp_path / "a.json").write_bytes(lines(5))
    world.land("impressions", tmp_path / "a.json")
    (again,) = world.land("impressions", tmp_path / "a.json", as_new=True)
    world.refresh_silver()
    assert again.landed == 5
    assert landed(world) == 10
    assert world.rows(SILVER).height == 5


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts=st.lists(st.integers(1, 700), min_size=1, max_size=4))
def test_a_growing_file_gives_each_record_once(cuts: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Wherever its earlier versions ended, also in the middle of a record."""
    folder = tmp_path_factory.mktemp("grown")
    world, whole = World(folder), lines(8)
    for end in [*sorted({cut for cut in cuts if cut < len(whole)}), len(whole)]:
        (folder / "log.json").write_bytes(whole[:end])
        world.land("impressions", folder / "log.json")
    world.refresh_silver()
    assert sorted(world.rows(SILVER)["impression_id"]) == [f"i{number}" for number in range(8)]
    exported = b"".join(export_original(world.lake, hashlib.sha256(whole).hexdigest()))
    assert exported == whole


def avro(path: Path) -> bytes:
    """A container of three bid requests."""
    schema = {"type": "record", "name": "Bid", "fields": [{"name": "auction_id", "type": "string"}]}
    with path.open("wb") as stream:
        fastavro.writer(stream, schema, [{"auction_id": f"a{n}"} for n in range(3)], codec="deflate")
    return path.read_bytes()


def test_every_landed_file_comes_out_again_byte_for_byte(world: World, tmp_path: Path) -> None:
    """Plain, compressed and Avro, larger than one piece."""
    noise = random.Random(new_seed()).randbytes(200)
    big = lines(60_000)
    files = {
        "plain.json": ("impressions", big),
        "packed.json.gz": ("impressions", gzip.compress(lines(10))),
        "noise.json": ("impressions", noise),
        "bids.avro": ("bid_requests", avro(tmp_path / "bids.avro")),
    }
    for name, (feed, content) in files.items():
        (tmp_path / name).write_bytes(content)
        world.land(feed, tmp_path / name)
        assert b"".join(export_original(world.lake, hashlib.sha256(content).hexdigest())) == content


def test_a_file_that_breaks_in_the_middle_gives_its_good_records(world: World, tmp_path: Path) -> None:
    """And one quarantined row for the rest, with the reason."""
    packed = gzip.compress(lines(20_000))
    (tmp_path / "cut.json.gz").write_bytes(packed[: len(packed) // 2])
    (receipt,) = world.land("impressions", tmp_path / "cut.json.gz")
    world.refresh_silver()
    refused = world.rows(QUARANTINE)
    assert world.rows(SILVER).height > 1_000
    assert world.rows(SILVER).height + refused.height == receipt.landed
    assert any("gzip" in str(detail) for detail in refused["detail"])


def test_a_file_that_cannot_be_read_at_all_is_kept_and_explained(world: World, tmp_path: Path) -> None:
    """One quarantined row for the file; the next file is landed as ever."""
    (tmp_path / "1.json.gz").write_bytes(b"\x1f\x8b\x08\x00 this is no gzip stream")
    (tmp_path / "2.json").write_bytes(lines(2))
    outcomes = [receipt.outcome for receipt in world.land("impressions", tmp_path)]
    world.refresh_silver()
    assert outcomes == ["unreadable", "landed"]
    assert world.rows(QUARANTINE)["codes"].to_list() == [["undecodable"]]
    assert world.rows(FILES).filter(pl.col("outcome") == "unreadable")["reason"][0]
    assert world.rows(SILVER).height == 2


def test_one_bad_record_never_stops_its_neighbours(world: World, tmp_path: Path) -> None:
    """Whatever bytes it has."""
    bad = random.Random(new_seed()).randbytes(40).replace(b"\n", b"x")
    (tmp_path / "a.json").write_bytes(lines(3) + bad + b"\n" + impression(9) + b"\n")
    world.land("impressions", tmp_path / "a.json")
    world.refresh_silver()
    assert sorted(world.rows(SILVER)["impression_id"]) == ["i0", "i1", "i2", "i9"]
    assert world.rows(QUARANTINE).height == 1


def test_a_file_that_is_still_being_written_is_left(world: World, tmp_path: Path) -> None:
    """Until it has been still for the settle time; and once landed it is not asked for again."""
    folder = tmp_path / "landing" / "impressions"
    folder.mkdir(parents=True)
    (folder / "a.json").write_bytes(lines(2))
    (folder / "b.json.tmp").write_bytes(lines(2))
    modified = waiting_files(world.lake, "impressions", str(folder.parent), world.clock().replace(year=2100), 0)
    assert [Path(file.path).name for file in modified] == ["a.json"]
    just_after = modified[0].modified_at
    assert waiting_files(world.lake, "impressions", str(folder.parent), just_after, 10) == []
    world.land("impressions", folder)
    assert waiting_files(world.lake, "impressions", str(folder.parent), just_after.replace(year=2100), 0) == []
