"""Dagster's state in SQLite files that are kept open: as whole, and as live, as with Dagster's own storage."""

import os
import subprocess
import sys
from queue import Queue

import pytest
import yaml
from dagster import DagsterEvent, DagsterInstance, EventLogEntry
from dagster._core.test_utils import create_run_for_test

from advertisex_assets.demo.scene import DAGSTER_CONFIG

SECONDS = 60
TOGETHER = 4

OPEN = """
import resources.dagster_sqlite
from dagster import DagsterInstance
from dagster._core.test_utils import create_run_for_test
print("ready", flush=True)
input()
with DagsterInstance.get() as instance:
    create_run_for_test(instance, "opened")
"""

TELL = """
import sys
from dagster import DagsterInstance
with DagsterInstance.get() as instance:
    instance.report_engine_event("told by another", instance.get_run_by_id(sys.argv[1]))
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A Dagster as in the demo."""
    storage = {"storage": yaml.safe_load(DAGSTER_CONFIG)["storage"], "telemetry": {"enabled": False}}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(storage))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def started(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(command, env=dict(os.environ), text=True, **pipes)


def test_processes_that_start_together_make_one_state(home):
    """Webserver, daemon and code server start at the same moment; none may find half of a file."""
    processes = [started(OPEN) for _ in range(TOGETHER)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * TOGETHER
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=SECONDS)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * TOGETHER, errors
    with DagsterInstance.get() as instance:
        assert len(instance.get_runs()) == TOGETHER


def test_an_open_page_sees_what_another_process_writes(home):
    """The page of a run follows it while it is under way."""
    seen: Queue[EventLogEntry] = Queue()
    with DagsterInstance.get() as instance:
        run = create_run_for_test(instance, "watched")
        instance.watch_event_logs(run.run_id, None, lambda entry, _: seen.put(entry))
        assert started(TELL, run.run_id).wait(SECONDS) == 0
        told = seen.get(timeout=SECONDS).dagster_event
    assert isinstance(told, DagsterEvent) and told.message == "told by another"
