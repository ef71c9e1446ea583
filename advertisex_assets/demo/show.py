"""Show: starts the embedded Kafka and a real `dagster dev`, lets traffic come, and prints what became of it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from advertisex_assets.cli.output import Format, errors, show
from advertisex_assets.cli.quarantine import summary as quarantine_summary
from advertisex_assets.demo.processes import free_port, python, running
from advertisex_assets.demo.scene import STREAM_PER_SECOND, Scene
from advertisex_assets.demo.verdict import differences, expected, found
from advertisex_assets.gold.pending import pending_gold
from advertisex_assets.reference.load import load_reference
from advertisex_assets.watch.status import STATUS_KEYS, status
from resources.reference.folder import ReferenceFolder
from resources.sample_traffic import Message, messages, write_files
from resources.sample_traffic.kafka_sink import produce
from resources.settings import child_environment
from resources.world import pseudonym_key
from schemas.discover import all_feeds
from schemas.errors import AdvertiseXError
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.silver import QUARANTINE

LONGEST_SECONDS = 600
"""A check gives up after this: the work takes about a minute on two cores."""

LOOK_SECONDS = 3
"""How often the demo looks at its tables."""

SHOWN_CAMPAIGN_DAYS = 12

QUIET = {"log_level": "0"}
"""The embedded Kafka goes away with the demo: its last words would only frighten."""


def show_demo(folder: Path, seconds: int | None, check: bool, preferred_port: int) -> None:
    """Runs the demo; AdvertiseXError if it was to be checked and something is not as the truth says."""
    say = errors().print
    scene = Scene(folder, datetime.now(UTC).date())
    scene.clear()
    say(f"Writing a week of sample traffic to {scene.traffic} ...")
    write_files(scene.traffic, scene.history)
    load_reference(scene.lake, ReferenceFolder(scene.traffic / "reference"), pseudonym_key(), "demo")
    stream = list(messages(scene.stream))
    with _stage(scene, preferred_port) as (servers, ui):
        say(f"Dagster is starting; its UI will be at {ui}")
        threading.Thread(
            target=produce, args=(stream, servers, STREAM_PER_SECOND, QUIET), daemon=True
        ).start()
        done = _watch(scene, stream, seconds or LONGEST_SECONDS, say)
        _print_results(scene)
        if check:
            _judge(scene, stream, done)
        elif seconds is None:
            say(
                f"\nExplore it in the Dagster UI: {ui}\nThe lake is {scene.folder / 'lake'}. Ctrl-C stops everything."
            )
            threading.Event().wait()


@contextmanager
def _stage(scene: Scene, preferred_port: int) -> Iterator[tuple[str, str]]:
    """The embedded Kafka and `dagster dev`; yields the bootstrap servers and the UI's address."""
    port = free_port(preferred_port)
    with ExitStack() as stack:
        mock = python("-m", "resources.kafka.mock")
        kafka = stack.enter_context(running(mock, scene.folder / "kafka.log", child_environment()))
        assert kafka.stdout is not None
        servers = kafka.stdout.readline().strip()
        environment = child_environment(
            lake=scene.lake.root,
            landing=str(scene.traffic),
            reference=str(scene.traffic / "reference"),
            settle_seconds="0",
            kafka_bootstrap_servers=servers,
            DAGSTER_HOME=str(scene.dagster_home),
        )
        dagster = python("-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port))
        stack.enter_context(running(dagster, scene.folder / "dagster.log", environment))
        yield servers, f"http://127.0.0.1:{port}"


def _watch(scene: Scene, stream: list[Message], seconds: int, say: Callable[[str], None]) -> bool:
    """Waits until everything is in gold, and says how far it is; false if the time was over first."""
    total = sum(sum(counts.values()) for counts in expected(scene, stream).values())
    until = time.monotonic() + seconds
    before = -1
    while time.monotonic() < until:
        counts = found(scene)
        taken = sum(sum(outcomes.values()) for outcomes in counts.values())
        if taken != before:
            say(f"  {taken:>7,} of {total:,} records are in silver, quarantine or duplicates")
            before = taken
        if taken >= total and not pending_gold(scene.lake):
            return True
        time.sleep(LOOK_SECONDS)
    return False


def _print_results(scene: Scene) -> None:
    campaigns = scene.lake.open(CAMPAIGN_DAILY).scan().collect()
    columns = [
        "event_date",
        "campaign_id",
        "impressions",
        "clicks",
        "conversions",
        "spend_micros",
        "revenue_micros",
        "ctr",
        "roas",
    ]
    best = (
        campaigns.sort("event_date", "spend_micros", descending=True)
        .select(columns)
        .head(SHOWN_CAMPAIGN_DAYS)
    )
    show(best, Format.TABLE, "gold.campaign_daily, newest days first")
    refused = quarantine_summary(scene.lake.open(QUARANTINE).scan())
    show(
        refused.select("feed", "codes", "rows", "example").head(SHOWN_CAMPAIGN_DAYS),
        Format.TABLE,
        "Refused, and why",
    )
    rows = pl.DataFrame(status(scene.lake, all_feeds()), infer_schema_length=None).select(STATUS_KEYS)
    show(rows, Format.TABLE, "Every record accounted for")
    sums = rows.select(pl.col(pl.Int64).sum()).row(0, named=True)
    parts = " + ".join(
        f"{sums[name]:,} {name}"
        for name in ("accepted", "duplicates", "conflicts", "quarantined", "excluded")
    )
    print(f"Conservation: {sums['received']:,} received = {parts}")


def _judge(scene: Scene, stream: list[Message], done: bool) -> None:
    wrong = differences(scene, stream)
    if not done or wrong:
        late = [] if done else ["Not everything was taken in within the time."]
        raise AdvertiseXError(
            "The demo is not what it should be.\n" + "\n".join([*late, *wrong, f"Logs: {scene.folder}"])
        )
    print("The demo agrees with the truth: every outcome of every record, and every campaign's sums.")
