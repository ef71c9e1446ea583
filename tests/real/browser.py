"""Runs Chromium headless on a page: what it shows, as text or as a picture. No driver, one process per look."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 240  # a browser takes three on a quiet machine
# Quiet and alone: no sandbox for root, no GPU, no calls home.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def page_text(chromium: Path, url: str, settle_ms: int = 5_000) -> str:
    """Return the page's HTML after its scripts have run for `settle_ms` of the browser's own time."""
    return _run(chromium, url, f"--virtual-time-budget={settle_ms}", "--dump-dom").decode()


def screenshot(
    chromium: Path, url: str, png: Path, width: int = 1440, height: int = 900, settle_ms: int = 8_000
) -> None:
    """Write a picture of the page to `png`, after its scripts have run for `settle_ms` of the browser's own time."""
    size = f"--window-size={width},{height}"
    _run(chromium, url, size, f"--virtual-time-budget={settle_ms}", f"--screenshot={png}")


def _run(chromium: Path, url: str, *arguments: str) -> bytes:
    with _command(chromium, url, *arguments) as command:
        return subprocess.run(command, check=True, capture_output=True, timeout=SECONDS).stdout


@contextmanager
def _command(chromium: Path, url: str, *arguments: str) -> Iterator[list[str | Path]]:
    """The command line, with a profile of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="advertisex-chromium-", ignore_cleanup_errors=True) as profile:
        yield [chromium, *FLAGS, f"--user-data-dir={profile}", *arguments, url]


def requests_of(chromium: Path, url: str, settle_ms: int = 5_000) -> list[str]:
    """Return every URL that the browser asked for while it showed the page, the page's own included."""
    with tempfile.TemporaryDirectory(prefix="advertisex-netlog-") as folder:
        log = Path(folder) / "net.json"
        _run(chromium, url, f"--log-net-log={log}", f"--virtual-time-budget={settle_ms}", "--dump-dom")
        events = json.loads(log.read_text())["events"]
    asked = [event["params"]["url"] for event in events if "url" in event.get("params", {})]
    return sorted(set(asked))


def console_of(chromium: Path, url: str, settle_ms: int = 5_000) -> list[str]:
    """Return what the page, or the browser about the page, wrote to the console."""
    with _command(
        chromium, url, "--enable-logging=stderr", f"--virtual-time-budget={settle_ms}", "--dump-dom"
    ) as command:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
    return [line for line in done.stderr.splitlines() if "CONSOLE" in line]
