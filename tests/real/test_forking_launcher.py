"""Runs forked from one process behave as Dagster's own: they end, fail, are cancelled, and run the code of today."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import yaml
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.test_utils import create_run_for_test

from advertisex_assets.demo.scene import DAGSTER_CONFIG
from resources.launcher.forking import PROCESS_TAG

CONFIG = {name: yaml.safe_load(DAGSTER_CONFIG)[name] for name in ("run_launcher", "storage", "telemetry")}
SECONDS = 120

CODE = """
import os, time
from dagster import Definitions, in_process_executor, job, op

@op
def work():
    with open(os.environ["SAID"], "a") as said:
        said.write("{word} %d %d\\n" % (os.getpid(), os.getppid()))
    time.sleep({sleep})

@job(executor_def=in_process_executor)
def small():
    work()

defs = Definitions(jobs=[small])
"""


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes the code of the runs, and returns where they write down who they are."""
    package, said = tmp_path / "forked", tmp_path / "said"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.getcwd()]))
    monkeypatch.setenv("SAID", str(said))

    def write(word: str, sleep: int = 0) -> Path:
        (package / "defs.py").write_text(CODE.format(word=word, sleep=sleep))
        return said

    return write


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DagsterInstance]:
    """A Dagster whose runs are forked."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(yaml.safe_dump(CONFIG))
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with DagsterInstance.from_config(str(home)) as made:
        yield made


def launch(instance: DagsterInstance) -> str:
    """Starts a run of the small job."""
    repository = RepositoryPythonOrigin(sys.executable, ModuleCodePointer("forked.defs", "defs"))
    run = create_run_for_test(instance, "small", job_code_origin=JobPythonOrigin("small", repository))
    instance.launch_run(run.run_id, workspace=None)  # type: ignore[arg-type]
    return run.run_id


def until(happened: Callable[[], bool]) -> None:
    """Waits until it has."""
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def the(instance: DagsterInstance, run_id: str) -> DagsterRun:
    """The run as it is now."""
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run


def ended(instance: DagsterInstance, run_id: str) -> DagsterRunStatus:
    """How the run ended."""
    until(lambda: the(instance, run_id).is_finished)
    return the(instance, run_id).status


def process_of(instance: DagsterInstance, run_id: str) -> int:
    """The process of a run."""
    return int(the(instance, run_id).tags[PROCESS_TAG].split()[0])


def test_runs_share_what_was_imported_until_the_code_changes(instance, code) -> None:
    """Two runs are children of one process; after a change a run has the new code."""
    said = code("old")
    for _ in range(2):
        assert ended(instance, launch(instance)) == DagsterRunStatus.SUCCESS
    code("new")
    for _ in range(2):
        assert ended(instance, launch(instance)) == DagsterRunStatus.SUCCESS
    lines = [line.split() for line in said.read_text().splitlines()]
    assert [word for word, _, _ in lines] == ["old", "old", "new", "new"]
    assert len({pid for _, pid, _ in lines}) == 4
    assert len({parent for _, _, parent in lines}) == 1


def test_a_run_whose_process_is_killed_fails_with_a_reason(instance, code) -> None:
    """Nobody waits for it for ever."""
    said = code("killed", sleep=600)
    run_id = launch(instance)
    until(said.exists)
    os.kill(process_of(instance, run_id), signal.SIGKILL)
    assert ended(instance, run_id) == DagsterRunStatus.FAILURE
    said_of_it = [str(record.dagster_event) for record in instance.all_logs(run_id)]
    assert any("ended by signal 9" in event for event in said_of_it)


@pytest.mark.parametrize(
    ("stop", "status"),
    [("a person", DagsterRunStatus.CANCELED), ("the end of the daemon", DagsterRunStatus.FAILURE)],
)
def test_a_run_is_ended(instance, code, stop: str, status: DagsterRunStatus) -> None:
    """In the UI; and with the daemon, since nothing that was started outlives it (Dagster calls that a failure)."""
    said = code("stopped", sleep=600)
    run_id = launch(instance)
    until(said.exists)
    process = psutil.Process(process_of(instance, run_id))
    if stop == "a person":
        assert instance.run_launcher.terminate(run_id)
    else:
        instance.run_launcher.dispose()
    assert ended(instance, run_id) == status
    until(lambda: not process.is_running())
    assert not instance.run_launcher.terminate(run_id)


def test_other_code_is_refused_with_what_to_do(instance) -> None:
    """A file, or code elsewhere, cannot be imported by name."""
    run = create_run_for_test(instance, "small")
    with pytest.raises(Exception, match="Take run_launcher out of dagster"):
        instance.launch_run(run.run_id, workspace=None)  # type: ignore[arg-type]
