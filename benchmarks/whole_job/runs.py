"""Where the programs run: a broker with both topics and the reference data, and a process of its own for each run."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.whole_job.outcome import Job, Outcome, read
from benchmarks.whole_job.traffic import CLICKS, IMPRESSIONS, PARTITIONS, fill, write_reference
from tests.real import spark as spark_jars
from tests.real.kafka import Kafka

TOPIC = {"retention.ms": "-1", "retention.bytes": "-1"}


@contextmanager
def stage(events: int) -> Iterator[Job]:
    """A broker with about so many events in both topics, and the reference data, until the block ends."""
    broker = Kafka()
    broker.start()
    try:
        with tempfile.TemporaryDirectory(prefix="whole-job-") as folder:
            for topic in (IMPRESSIONS, CLICKS):
                broker.create_topic(topic, PARTITIONS, TOPIC)
            write_reference(Path(folder))
            yield Job(broker.bootstrap_servers, folder, fill(broker.bootstrap_servers, events))
    finally:
        broker.end(keep_logs=False)


def run(program: str, job: Job, settings: dict[str, Any] | None = None) -> Outcome:
    """One run in a fresh process and a fresh folder; the settings only Spark knows."""
    jars = [str(jar) for jar in spark_jars.jars()] if program == "spark" else []
    with tempfile.TemporaryDirectory(prefix="whole-job-") as folder:
        asked = replace(job, folder=folder, options={"jars": jars, "settings": settings})
        command = [sys.executable, "-m", f"benchmarks.whole_job.{program}", json.dumps(asdict(asked))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr[-3000:]}")
    return read(done.stdout.splitlines()[-1])


def assert_equal(outcomes: Iterable[Outcome]) -> None:
    """AssertionError unless all came to the same numbers."""
    first, *others = outcomes
    for other in others:
        for name, rows in first.numbers.items():
            found = other.numbers[name]
            wrong = [pair for pair in zip(rows, found, strict=False) if pair[0] != pair[1]][:5]
            assert rows == found, f"{name} differs: {wrong or (len(rows), len(found))}"
