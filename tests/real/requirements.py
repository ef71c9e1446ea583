"""What a test needs from the machine, and what happens when it is not there.

A missing part skips the test and is named at the end of the run; with REQUIRE_REAL=1 it fails the test.
Starting the parts lives in the modules beside this one.
"""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / ".cache"

# "Java: no `java` on PATH" -> how many tests wanted it.
could_not_run: Counter[str] = Counter()


def must_be_real() -> bool:
    """Say whether a missing component is a failure (REQUIRE_REAL=1, as in CI)."""
    return os.environ.get("REQUIRE_REAL", "") not in ("", "0")


def missing(part: str, reason: str) -> NoReturn:
    """End the current test because `part` is not there: skipped and remembered, or failed when it must be real."""
    message = f"{part}: {reason}"
    could_not_run[message] += 1
    if must_be_real():
        pytest.fail(f"REQUIRE_REAL is set and there is no {message}", pytrace=False)
    pytest.skip(message)


def executable(part: str, *names: str, folders: tuple[Path, ...] = ()) -> Path:
    """Return the first of `names` on PATH or in `folders`; end the test when there is none."""
    search_path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    for name in names:
        if found := shutil.which(name, path=search_path):
            return Path(found)
    missing(part, f"no {' or '.join(f'`{name}`' for name in names)} found")


def has_java() -> bool:
    """Say whether there is a `java` at all, without ending the test."""
    return shutil.which("java") is not None


def java() -> Path:
    """Return a Java 17 or newer (what Kafka 4 asks for); end the test when there is none."""
    if not has_java():
        another = "`docker compose -f deploy/compose.yaml up -d kafka`"
        missing("Java", f"no `java` found; {another} and ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 serve too")
    found = executable("Java", "java")
    text = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    quoted = text.partition('"')[2].partition('"')[0]
    major = quoted.partition(".")[0]
    if not major.isdigit() or int(major) < 17:
        missing("Java", f"17 or newer is needed, {found} says {quoted or text.strip()!r}")
    return found
