"""A lake on S3: the same tables as in a folder, whatever dies, whoever writes beside; sentences for what is wrong."""

import os
import random
import signal
import subprocess
import sys
import uuid
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import pytest

from resources.files import list_files
from resources.lake import CommitConflictError, Lake, Marks
from resources.lake.place import Place
from resources.lake.take import put_files, take, take_instead
from resources.landing import waiting_files
from resources.sample_traffic import TrafficConfig, write_files
from resources.scratch import Scratch, remove_leftovers
from schemas.tables.table import Table, TableColumn
from tests.journeys.world import contents, new_seed
from tests.real.object_store import BUCKET, ObjectStore

# The server is built from source when it is not there: minutes, beside other work.
pytestmark = [pytest.mark.real, pytest.mark.timeout(1_200)]

WRITERS, APPENDS = 3, 5


@pytest.fixture
def root(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """A prefix of this test's own; this process may read it."""
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{uuid.uuid4()}"


def work(folder: Path, fatal: int, lake: str) -> tuple[list[str], int]:
    """The steps that a process reached that lands and refreshes, and how it ended."""
    command = [sys.executable, "-m", "tests.journeys.dying", str(folder), str(fatal), lake]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.stdout.split(), done.returncode


def tables(lake: str) -> dict[str, pl.DataFrame]:
    """Every table but what tells of work that was done twice."""
    found = dict(contents(Lake(lake)))
    del found["ops.ledger"]
    found["bronze.files"] = found["bronze.files"].filter(pl.col("outcome") != "already_landed")
    return found


def test_killed_and_run_again_it_holds_what_a_folder_would(root: str, tmp_path: Path) -> None:
    """One kill before a commit drawn anew."""
    write_files(tmp_path / "t", TrafficConfig(seed=new_seed(), events=1_000, days=1))
    steps, _ = work(tmp_path, -1, str(tmp_path / "lake"))
    fatal = random.SystemRandom().randrange(len(steps))
    print(f"killed before step {fatal}: {steps[fatal]}")
    _, code = work(tmp_path, fatal, root)
    assert code == -signal.SIGKILL
    work(tmp_path, -1, root)
    expected, found = tables(str(tmp_path / "lake")), tables(root)
    assert expected.keys() == found.keys()
    assert [name for name in expected if not expected[name].equals(found[name])] == []


def append_some(root: str, table: Table, writer: int) -> int:
    """Counts a shared mark up, a row each time; returns how often another writer was first."""
    conflicts = done = 0
    while done < APPENDS:
        handle = Lake(root).open(table)
        mark = (handle.mark("count") or 0) + 1
        row = pl.DataFrame({"writer": [writer], "count": [mark]})
        try:
            handle.append(row, Marks({"count": mark}))
            done += 1
        except CommitConflictError:
            conflicts += 1
    return conflicts


def test_of_racing_writers_one_is_first_and_the_others_know(root: str) -> None:
    """Conditional puts: every count is taken once, none twice."""
    columns = tuple(TableColumn(name, pl.Int64(), name) for name in ("writer", "count"))
    table = Table("ops", "race", "A race.", columns, "One count.")
    Lake(root).open(table)
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(append_some, root, table, writer) for writer in range(WRITERS)]
        print(f"{sum(future.result() for future in futures)} conflicts")
    counts = Lake(root).open(table).scan().collect()["count"]
    assert sorted(counts) == list(range(1, WRITERS * APPENDS + 1))


def test_what_workers_of_a_cluster_write_is_shared_and_committed(root: str) -> None:
    """Scratch files, and files that another process commits by their names alone."""
    lake = Lake(root)
    scratch = Scratch.in_lake(lake.root, lake.storage_options)
    path = scratch.write(pl.DataFrame({"count": [1, 2]}))
    assert scratch.scan([path]).collect()["count"].to_list() == [1, 2]
    scratch.remove()
    left = scratch.write(pl.DataFrame({"count": [3]}))
    assert remove_leftovers(lake.root, datetime.now(UTC) + timedelta(minutes=1)) == 1
    with pytest.raises(FileNotFoundError):
        scratch.scan([left]).collect()

    columns = (TableColumn("event_date", pl.Date(), ""), TableColumn("count", pl.Int64(), ""))
    table = Table("silver", "counts", "", columns, "One count.", ("event_date",), statistics_columns=("count",))
    day = datetime(2026, 3, 1, tzinfo=UTC).date()
    rows = pl.DataFrame({"event_date": [day], "count": [1]})
    opened = lake.open(table)
    take(opened, put_files(Place.of(opened), rows), Marks())
    other = put_files(Place.of(opened), rows.with_columns(pl.lit(2, pl.Int64).alias("count")))
    take_instead(opened, other, {"event_date": [str(day)]}, Marks())
    assert lake.open(table).scan().collect()["count"].to_list() == [2]


def test_a_landing_prefix_is_watched(root: str, object_store: ObjectStore, tmp_path: Path) -> None:
    """Whole objects, without hidden ones and those that tools are still writing; not again once landed."""
    names = ("impressions/a.json", "impressions/deep/b.json", "impressions/_tmp/c.json", "impressions/d.json.tmp")
    folder = object_store.folder / "buckets" / root.removeprefix("s3://")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    later = datetime.now(UTC) + timedelta(minutes=1)
    lake = Lake(str(tmp_path))
    waiting = waiting_files(lake, "impressions", root, later, 10)
    assert [file.path for file in waiting] == [f"{root}/impressions/a.json", f"{root}/impressions/deep/b.json"]
    assert waiting_files(lake, "impressions", root, later - timedelta(minutes=1), 10) == []
    assert waiting_files(lake, "clicks_conversions", root, later, 10) == []
    (one,) = list_files(f"{root}/impressions/a.json")
    assert (b"".join(one.pieces(1)), one.size_bytes) == (b"}", 2)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "403"),
        ({"ADVERTISEX_LAKE": "s3://no-such-bucket/lake"}, "404"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "127.0.0.1:9"),
        ({"ADVERTISEX_LAKE": "ftps://somewhere/lake"}, "ftps"),
    ],
    ids=["key", "bucket", "address", "scheme"],
)
def test_what_is_wrong_is_said_in_a_sentence(
    root: str, object_store: ObjectStore, wrong: dict[str, str], word: str
) -> None:
    """Which lake, what the store answered, what to look at; no traceback, no key."""
    environment = {**os.environ, **object_store.environment, "ADVERTISEX_LAKE": root, **wrong}
    program = Path(sys.executable).parent / "advertisex"
    done = subprocess.run([program, "status"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    said = done.stderr
    assert word in said and "ADVERTISEX_LAKE" in said, said
    assert "Traceback" not in said and object_store.environment["AWS_SECRET_ACCESS_KEY"] not in said
