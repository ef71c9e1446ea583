"""Build hook: compiles the loops that are not Python, with the compiler that pip brings for the build.

Without it (no such compiler for this platform, or it fails) everything works, and landing costs more: see
docs/decisions/022.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = (
    Path("resources/kafka/native/take.c"),
    Path("schemas/codecs/native/scan.c"),
    Path("schemas/codecs/native/read.c"),
)

# For any processor of the kind, not only the one that builds.
COMPILE = ("-m", "ziglang", "cc", "-mcpu=baseline", "-O2", "-shared", "-fPIC")


class Native(BuildHookInterface):
    """Puts the compiled loops beside their sources, for the wheel and for this folder."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles, or says why not."""
        for source in SOURCES:
            self._compile(source, build_data)

    def _compile(self, source: Path, build_data: dict[str, Any]) -> None:
        library = source.with_suffix(".so")
        done = subprocess.run(
            [sys.executable, *COMPILE, "-o", library, source],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            self.app.display_warning(f"{source.name} was not compiled: {done.stderr[-500:]}")
            return
        build_data["artifacts"].append(str(library))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
