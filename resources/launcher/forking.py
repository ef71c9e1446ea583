"""The run launcher that forks: named in `dagster.yaml`, it lives in Dagster's daemon, on the machine of the runs."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from queue import Queue
from typing import Any

import psutil
from dagster import DagsterInstance, DagsterRun
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.errors import DagsterLaunchFailedError
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, serialize_value
from dagster._serdes.config_class import ConfigurableClassData

PROCESS_TAG = "advertisex/process"
"""The run's process: its id, and when it began, since ids are used again."""


class ForkingRunLauncher(RunLauncher[DagsterInstance], ConfigurableClass):
    """Forks each run from a process that has imported the code location; a run ends with the daemon that started it.

    For code locations that are a Python module on this machine; others: DagsterLaunchFailedError.
    """

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._zygotes: dict[str, ZygoteProcess] = {}
        self._lock = threading.Lock()
        super().__init__()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What `dagster.yaml` says."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        """Nothing to set."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "ForkingRunLauncher":
        """The launcher that `dagster.yaml` asks for."""
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Starts the run's process and notes which it is."""
        run, origin = context.dagster_run, context.job_code_origin
        pointer = origin.repository_origin.code_pointer if origin else None
        if origin is None or not isinstance(pointer, ModuleCodePointer):
            raise DagsterLaunchFailedError(
                f"Run {run.run_id} is not of a Python module (workspace.yaml: python_module), and this launcher "
                "forks runs of modules only. Take run_launcher out of dagster.yaml for other code locations."
            )
        arguments = serialize_value(ExecuteRunArgs(origin, run.run_id, self._instance.get_ref()))
        pid = self._zygote(pointer.module).start(run.run_id, arguments)
        self._instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{pid} {_begun(pid)}"})

    def terminate(self, run_id: str) -> bool:
        """Asks the run to end; whether its process was there."""
        run = self._instance.get_run_by_id(run_id)
        process = None if run is None or run.is_finished else _process_of(run)
        if run is None or process is None:
            return False
        self._instance.report_run_canceling(run)
        process.terminate()
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Dagster's run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process lives."""
        return CheckRunHealthResult(WorkerStatus.RUNNING if _process_of(run) else WorkerStatus.NOT_FOUND)

    def dispose(self) -> None:
        """Ends the zygotes, and with them what still runs."""
        for zygote in self._zygotes.values():
            zygote.end()

    def _zygote(self, module: str) -> "ZygoteProcess":
        with self._lock:
            zygote = self._zygotes.get(module)
            if zygote is None or not zygote.is_alive:
                zygote = self._zygotes[module] = ZygoteProcess(module, self._tell)
            return zygote

    def _tell(self, run_id: str, status: int) -> None:
        """Fails a run whose process ended without saying so itself: nothing else would."""
        run = self._instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            how = f"by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"with exit code {status >> 8}"
            self._instance.report_run_failed(run, f"The process of run {run_id} ended {how} before the run did.")


class ZygoteProcess:
    """A running zygote; `ended` is called for each run whose process is over, with its status as `waitpid` tells it."""

    def __init__(self, module: str, ended: Callable[[str, int], None]) -> None:
        self._ended, self._started, self._lock = ended, Queue[int | None](), threading.Lock()
        command = [sys.executable, "-m", "resources.launcher.zygote", module]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._listen, daemon=True, name="zygote").start()

    @property
    def is_alive(self) -> bool:
        """Whether it takes orders."""
        return self._process.poll() is None

    def start(self, run_id: str, arguments: str) -> int:
        """Forks the run; returns its process id. DagsterLaunchFailedError if the zygote has ended."""
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(f"{run_id} {arguments}\n")
            self._process.stdin.flush()
            pid = self._started.get()
        if pid is None:
            raise DagsterLaunchFailedError("The process that forks runs has ended; its standard error says why.")
        return pid

    def end(self) -> None:
        """Ends it and what still runs."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            what, run_id, number = line.split()
            if what == "started":
                self._started.put(int(number))
            else:
                self._ended(run_id, int(number))
        self._started.put(None)


def _begun(pid: int) -> str:
    try:
        return str(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return ""


def _process_of(run: DagsterRun) -> psutil.Process | None:
    """The run's process if it lives."""
    pid, _, begun = run.tags.get(PROCESS_TAG, "").partition(" ")
    if not begun or _begun(int(pid)) != begun:
        return None
    process = psutil.Process(int(pid))
    return None if process.status() == psutil.STATUS_ZOMBIE else process
