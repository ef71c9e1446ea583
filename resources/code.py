"""Code: which code this process runs, and on whose behalf; so that a held batch knows whether there is new code."""

import hashlib
import os
import pwd
from functools import cache
from pathlib import Path

PACKAGES = ("advertisex_assets", "resources", "sensors", "schemas")


@cache
def code_version() -> str:
    """A digest of every Python file of the project, as it was when first asked: some ten milliseconds."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for package in PACKAGES for path in (root / package).rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def operator() -> str:
    """The user of the operating system who runs this; a number where it has no name, as in a container."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
