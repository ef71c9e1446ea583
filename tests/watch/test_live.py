"""In a real `dagster dev`, a person hears of what breaks; nothing that was started outlives who started it."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from rich.console import Console

from advertisex_assets.demo.drill.faults import FAULTS
from advertisex_assets.demo.drill.report import page
from advertisex_assets.demo.drill.show import drill
from advertisex_assets.demo.guard import guarded
from tests.real.processes import free_port

SHORT = ("the senders stop", "a run from the UI fails", "a silver file is deleted")
"""One of each way of noticing but statistics: by event time, by Dagster's runs, by the tables."""


def drilled(names=None):
    """What a round of the drill measured; the minute that is promised is measured, not asserted."""
    chosen = [fault for fault in FAULTS if names is None or fault.name in names]
    [told] = drill(Console(stderr=True), rounds=1, port=free_port(), faults=chosen)
    print(page(told, "pytest", "in a test"))
    return told


@pytest.mark.real
@pytest.mark.timeout(900)
def test_what_breaks_is_told():
    told = drilled(SHORT)
    assert [one.fault.name for one in told if one.seconds is None] == []
    assert {one.fault.name for one in told} == set(SHORT)


@pytest.mark.soak
@pytest.mark.real
def test_everything_that_can_break_is_told():
    assert [one.fault.name for one in drilled() if one.seconds is None] == []


PARENT = """\
import subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
print(process.pid, flush=True)
process.wait()
"""

FAMILY = "import os, time; os.fork(); os.write(1, b'%d\\n' % os.getpid()); time.sleep(600)"
"""A process and a child of it; neither ends by itself."""


@pytest.fixture
def family():
    """A parent, and the pids of a guarded command and its child."""
    command = guarded([sys.executable, "-c", FAMILY])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *command], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield parent, [int(parent.stdout.readline()) for _ in range(3)]
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


def lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pids):
    deadline = time.monotonic() + 60
    while alive := [pid for pid in pids if lives(pid)]:
        assert time.monotonic() < deadline, f"{alive} live on"
        time.sleep(0.05)
    return True


def test_a_guarded_command_ends_with_a_parent_that_was_killed(family):
    parent, pids = family
    parent.kill()
    assert gone(pids)


def test_a_guarded_command_is_killed_with_its_children(family):
    _, (guard, *command) = family
    os.kill(guard, signal.SIGUSR1)
    assert gone(command)
