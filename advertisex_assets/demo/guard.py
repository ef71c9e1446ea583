"""`python -m advertisex_assets.demo.guard COMMAND ...` runs a command that ends with whoever started it, however that
ended: also by SIGKILL, which runs no `finally` block. SIGUSR1 kills the command and its children as a power failure
would. Not here: logs and environments (`processes`).
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from types import FrameType

PATIENCE_SECONDS = 5
"""After each signal; less than those who stop a guard wait for it."""


def main() -> int:
    """Runs the command in a process group of its own until it ends, a signal comes, or standard input is closed."""
    over, caught = threading.Event(), list[int]()

    def stop(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        over.set()

    # A signal that is caught here is not ignored by the command, even if our own starter ignored it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, stop)
    # Its standard input stays open until the end: some programs take its end for a sign.
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
    for wait in (process.wait, sys.stdin.buffer.read):
        threading.Thread(target=lambda wait=wait: (wait(), over.set()), daemon=True).start()
    over.wait()
    return end_group(process, gently=signal.SIGUSR1 not in caught)


def end_group(process: "subprocess.Popen[bytes]", gently: bool) -> int:
    """Ends a process and all of its group; returns its exit code."""
    for number in (signal.SIGINT, signal.SIGTERM) if gently else ():
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, number)
            process.wait(PATIENCE_SECONDS)
    # Also what outlived its parent.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def guarded(command: list[str]) -> list[str]:
    """The command, under a guard."""
    return [sys.executable, "-m", "advertisex_assets.demo.guard", *command]


if __name__ == "__main__":
    # Not `sys.exit`: the thread that reads standard input would be waited for.
    os._exit(main())
