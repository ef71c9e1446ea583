"""Proves that components do not outlive the tests, and that a missing part is named, or fails when it must be real."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.real.kafka import Topics
from tests.real.processes import Component, free_port, fresh_folder
from tests.real.requirements import REPOSITORY

OWNER = """
import pathlib, sys, time
from tests.real.kafka import Topics
from tests.real.processes import Component
sleeper = Component("sleeper", ["sleep", "600"], pathlib.Path(sys.argv[1]), is_ready=lambda: True)
sleeper.start()
print(sleeper._process.pid, flush=True)
time.sleep(600)
"""

LEAVES_A_FOLDER = """
from tests.real.kafka import Topics
from tests.real.processes import fresh_folder
print(fresh_folder("test"))
"""


def pytest_of(node: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one test where nothing but Python can be found."""
    variables = {**os.environ, "PATH": "/nowhere", **environment}
    variables = {name: value for name, value in variables.items() if value}
    command = [sys.executable, "-m", "pytest", "-q", node]
    return subprocess.run(command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)


ONE_KAFKA_TEST = "tests/real/test_kafka.py::test_a_message_comes_back"


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_a_component_dies_with_tests_that_are_killed(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], cwd=REPOSITORY, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    component = psutil.Process(int(owner.stdout.readline()))
    while component.name() != "sleep":  # until the wrapper that ties it to its owner has become it
        time.sleep(0.01)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    psutil.wait_procs([component], timeout=10)
    assert not component.is_running() or component.status() == psutil.STATUS_ZOMBIE


def test_a_missing_component_is_skipped_and_named() -> None:
    done = pytest_of(ONE_KAFKA_TEST, REQUIRE_REAL="", ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS="")
    assert done.returncode == 0, done.stdout
    assert "could not run: Java" in done.stdout
    assert "1 skipped" in done.stdout


@pytest.mark.real
def test_without_java_a_broker_that_others_run_serves(kafka_broker: Topics) -> None:
    done = pytest_of(ONE_KAFKA_TEST, ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS=kafka_broker.bootstrap_servers)
    assert "1 passed" in done.stdout, done.stdout


def test_a_missing_component_fails_when_it_must_be_real() -> None:
    done = pytest_of(ONE_KAFKA_TEST, REQUIRE_REAL="1", ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS="")
    assert done.returncode == 1, done.stdout
    assert "could not run: Java" in done.stdout


def test_a_component_that_does_not_start_says_why(tmp_path: Path) -> None:
    broken = Component("broken", ["sh", "-c", "echo out of luck; exit 3"], tmp_path, is_ready=lambda: False)
    with pytest.raises(RuntimeError, match="out of luck"):
        broken.start()
    broken.end(keep_log=False)


def test_folders_of_killed_runs_are_removed_and_others_are_not() -> None:
    mine = fresh_folder("test")
    command = [sys.executable, "-c", LEAVES_A_FOLDER]
    abandoned = Path(subprocess.check_output(command, cwd=REPOSITORY, text=True).strip())
    assert abandoned.is_dir()
    shutil.rmtree(fresh_folder("test"))
    assert mine.is_dir()
    assert not abandoned.exists()
    shutil.rmtree(mine)


def test_a_free_port_is_not_one_that_the_system_gives_to_clients() -> None:
    assert all(free_port() < 32_768 for _ in range(100))
