"""Build hook: compiles the one loop that is not Python, with the compiler that pip brings for the build.

Without it (no such compiler for this platform, or it fails) everything works, and landing from Kafka costs more: see
docs/decisions/022.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("resources/kafka/native")

# For any processor of the kind, not only the one that builds.
COMPILE = ("-m", "ziglang", "cc", "-mcpu=baseline", "-O2", "-shared", "-fPIC")


class Native(BuildHookInterface):
    """Puts `take.so` beside `take.c`, for the wheel and for this folder."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles, or says why not."""
        source, library = (Path(self.root) / FOLDER / name for name in ("take.c", "take.so"))
        done = subprocess.run(
            [sys.executable, *COMPILE, "-o", library, source], capture_output=True, text=True, check=False
        )
        if done.returncode:
            self.app.display_warning(f"{source.name} was not compiled: {done.stderr[-500:]}")
            return
        build_data["artifacts"].append(str(FOLDER / library.name))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
