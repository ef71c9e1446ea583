"""`python -m resources.launcher.zygote MODULE` imports the module of Dagster's definitions and forks a process per run.

Orders come as lines on standard input: a run's id, a blank, and what `dagster api execute_run` takes. Answers go out as
lines on standard output: `started RUN PID`, `ended RUN STATUS`. It opens no client, pool or connection itself, so that
forking is safe; what still runs is ended with it. Not here: Dagster's side of it (`forking`).
"""

import gc
import importlib
import json
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from dagster._cli.api import api_cli

GLANCE_SECONDS = 0.2
"""How soon the end of a run is told, when nothing else happens."""

OF_EVERY_RUN = ("dagster._core.executor.in_process", "resources.dagster_sqlite")
"""What each run would import by itself beside the code location: a tenth of a small run."""

BEFORE_FORKS = "before_forks"
"""A function of the code location that makes, without a thread or a connection, what each run would make again."""


class Zygote:
    """The imported code, and the runs that were forked from it: process ids and run ids."""

    def __init__(self, module: str, running: dict[int, str]) -> None:
        self._module, self._running = module, running
        code = importlib.import_module(module)
        self._file = str(code.__file__)
        for shared in OF_EVERY_RUN:
            importlib.import_module(shared)
        getattr(code, BEFORE_FORKS, lambda: None)()
        # What is imported stays: a run's collector need not look through it, and so does not copy its pages.
        gc.freeze()
        self._code = code_state(self._file)

    def start(self, order: str) -> None:
        """Forks a run; if the code has changed, after becoming a process that has imported it anew."""
        if code_state(self._file) != self._code:
            again = [sys.executable, "-m", "resources.launcher.zygote", self._module, json.dumps(self._running), order]
            os.execv(sys.executable, again)
        run_id, arguments = order.split(" ", 1)
        pid = os.fork()
        if pid == 0:
            _execute(arguments)
        self._running[pid] = run_id
        print("started", run_id, pid, flush=True)

    def tell_of_the_ended(self) -> None:
        """Says which runs' processes are over, and with which status of `waitpid`."""
        for pid, run_id in list(self._running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._running[pid]
                print("ended", run_id, status, flush=True)

    def end(self) -> None:
        """Interrupts what still runs, and waits for it."""
        for pid in self._running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for pid in self._running:
            os.waitpid(pid, 0)


def main(module: str, running: str = "{}", order: str | None = None) -> None:
    """Forks and reaps until standard input ends; `running` and `order` are what it had to do when it began anew."""
    # Sent to all of a terminal's processes: whoever gives the orders decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    zygote = Zygote(module, {int(pid): run_id for pid, run_id in json.loads(running).items()})
    if order is not None:
        zygote.start(order)
    orders = os.fdopen(0, "rb", buffering=0)  # a line that waits in a buffer is not seen by select
    while True:
        if select.select([orders], [], [], GLANCE_SECONDS)[0]:
            line = orders.readline().decode()
            if not line:
                break
            zygote.start(line.rstrip("\n"))
        zygote.tell_of_the_ended()
    zygote.end()


def code_state(module_file: str) -> tuple[int, int]:
    """How many modules the packages beside the module's have, and when one of them was last changed, in ns."""
    packages = [each.parent for each in Path(module_file).parents[1].glob("[!.]*/__init__.py")]
    times = [path.stat().st_mtime_ns for package in packages for path in package.rglob("*.py")]
    return len(times), max(times, default=0)


def _execute(arguments: str) -> NoReturn:
    """The run, as if this were `dagster api execute_run`; what it prints goes to the standard error."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    # Dagster cancels a run on SIGINT, and takes SIGTERM for the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = 1
    try:
        api_cli.main(["execute_run", arguments], standalone_mode=False)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
