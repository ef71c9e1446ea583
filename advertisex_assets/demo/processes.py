"""Processes: what the demo starts, each in a group of its own, and stops again whatever happens."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 15
"""How long a process may take to stop before it is killed."""


@contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A process group that ends with the block; its output goes to the log, its standard output is also piped."""
    with log.open("w") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if "resources.kafka.mock" in command else stream,
            stderr=stream,
            env=dict(environment),
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            return
    # Children that outlived their parent.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def python(*arguments: str) -> list[str]:
    """A command that runs this very Python."""
    return [sys.executable, *arguments]


def free_port(preferred: int) -> int:
    """The preferred port on 127.0.0.1 if nobody has it, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("There is no free port on 127.0.0.1.")
