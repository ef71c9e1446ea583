"""Runs Chromium headless on a page: what it shows, as text or as a picture. No driver, one process per look."""

import subprocess
import tempfile
from pathlib import Path

SECONDS = 90
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
    with tempfile.TemporaryDirectory(prefix="advertisex-chromium-", ignore_cleanup_errors=True) as profile:
        command = [chromium, *FLAGS, f"--user-data-dir={profile}", *arguments, url]
        return subprocess.run(command, check=True, capture_output=True, timeout=SECONDS).stdout
