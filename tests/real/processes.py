"""One child process that must not outlive the tests: start, stop, pause, its log and its port.

What a component needs beside that (configuration, readiness) lives in its own module.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.real.requirements import CACHE

LOGS = CACHE / "test-logs"
START_SECONDS = 90  # a JVM on two busy cores; alone it takes two
STOP_SECONDS = 30

# Every component that was started in this run, to heal between tests and to end with the run.
started: "list[Component]" = []


def free_port() -> int:
    """Return a free TCP port of 127.0.0.1, below the range from which the system gives out ports by itself.

    From that range a client that retries a stopped server could be given the server's own port.
    """
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def fresh_folder(kind: str) -> Path:
    """Return a new temporary folder, and remove those of earlier runs that were killed before they could tidy up."""
    for owner in Path(tempfile.gettempdir()).glob("advertisex-*/owner.pid"):
        if not psutil.pid_exists(int(owner.read_text())):
            shutil.rmtree(owner.parent, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"advertisex-{kind}-"))
    # Renamed into place: another run must never read it half-written.
    (folder / "owner").write_text(str(os.getpid()))
    (folder / "owner").rename(folder / "owner.pid")
    return folder


class Component:
    """A server process: `command` run in `folder`, ready when `is_ready()` says so.

    `stop` and `start` keep the folder, so data that the server keeps on disk is still there.
    """

    stop_signal = signal.SIGTERM
    start_seconds = START_SECONDS

    def __init__(self, name: str, command: list[str], folder: Path, is_ready: Callable[[], bool]) -> None:
        self.name, self.command, self.folder, self._is_ready = name, command, folder, is_ready
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._paused = False

    @property
    def running(self) -> bool:
        """Say whether the process is there (also when it is paused)."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id; it must have been started."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the process if it is not running and wait until it is ready."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start the process if it is not running, without waiting."""
        if self.running:
            return
        if self not in started:
            started.append(self)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_dies_with_us(), *self.command], cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Wait until the process serves. RuntimeError with the log's end when it ends or takes too long."""
        deadline = time.monotonic() + self.start_seconds
        while not self._is_ready():
            if not self.running or time.monotonic() > deadline:
                self.kill()
                end = self.log.read_text(errors="replace")[-2_000:]
                raise RuntimeError(f"{self.name} did not start; its log ends with:\n{end}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the process in good order, by force when that takes too long."""
        self.ask_to_stop()
        self.wait_until_stopped()

    def ask_to_stop(self) -> None:
        """Send the signal by which the process ends in good order, without waiting."""
        self.resume()
        if self._process is not None:
            self._process.send_signal(self.stop_signal)

    def wait_until_stopped(self) -> None:
        """Wait for a process that was asked to stop; kill it when it takes too long."""
        if self._process is None:
            return
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the process at once (SIGKILL), as a power failure would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process, self._paused = None, False

    def pause(self) -> None:
        """Freeze the process (SIGSTOP): connections stay open and nothing answers, like a partitioned network."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            self._paused = True

    def resume(self) -> None:
        """Let a frozen process go on (SIGCONT)."""
        if self._process is not None and self._paused:
            self._process.send_signal(signal.SIGCONT)
        self._paused = False

    def ensure_running(self) -> None:
        """Undo what a test did: resume a paused process, start a stopped one."""
        self.resume()
        if not self.running:
            self.start()

    def end(self, keep_log: bool) -> None:
        """Kill the process and remove its folder; with `keep_log` its log stays in `.cache/test-logs`."""
        self.kill()
        if keep_log and self.log.exists():
            LOGS.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.log, LOGS / self.log.name)
        shutil.rmtree(self.folder, ignore_errors=True)
        started.remove(self)


def _dies_with_us() -> list[str]:
    """Return a prefix by which Linux kills the process when we die, however we die; nothing elsewhere."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []
