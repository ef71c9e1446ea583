"""Brings a component's jars by Maven coordinates into the project's `.cache`, once.

What to bring is written in `deploy/<component>/pom.xml`; starting it lives elsewhere.
"""

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.real.requirements import CACHE, REPOSITORY, executable, missing


def install(component: str) -> Path:
    """Return the folder that holds what `deploy/<component>/pom.xml` names, bringing it if it is not there.

    Safe when several test runs ask at once. Ends the test when it cannot be had.
    """
    pom = REPOSITORY / "deploy" / component / "pom.xml"
    folder = CACHE / component
    brought = folder / "brought-by-pom.xml"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{component}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The same pom brings the same jars; a changed one means a fresh folder.
        if brought.is_file() and brought.read_bytes() == pom.read_bytes():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        maven = executable(f"Maven (to bring {component})", "mvn")
        command = [maven, "-q", "-B", "-f", pom, "package", f"-Dinstall.directory={folder}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            errors = [line for line in done.stdout.splitlines() if "ERROR" in line]
            missing(component, f"Maven could not bring it: {errors[0] if errors else done.stdout[-300:]}")
        shutil.copyfile(pom, brought)
    return folder
