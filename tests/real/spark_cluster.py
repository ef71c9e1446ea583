"""A Spark cluster of a master and two workers, each a process of its own, started from the pyspark wheel.

Workers have one core each, so that a job of two tasks is a job of both. What is done on it lives in the tests.
"""

import importlib.util
import json
import os
import signal
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.real import requirements
from tests.real.processes import Component, free_port, fresh_folder

WORKERS = 2
DAEMON_MEMORY = "192m"
"""Of a master and of a worker, which only start and watch others; the executors have memory of their own."""

HOST = "127.0.0.1"

DRIVER = {
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.driver.memory": "512m",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.ui.showConsoleProgress": "false",
    # One for each core and one more; two hundred, the default, cost more than these few rows.
    "spark.sql.shuffle.partitions": "3",
}
"""What a driver on a small machine is told, in its `spark-defaults.conf`."""


class Daemon(Component):
    """A JVM of the cluster; what it has started (executors and their Python) goes with it."""

    def kill(self) -> None:
        """End it and all that it started, at once, as a machine that fails would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        super().kill()


class SparkCluster:
    """A standalone cluster; `url` is what a session is told, `workers` can be killed and started again."""

    def __init__(self) -> None:
        requirements.java()
        if importlib.util.find_spec("pyspark") is None:
            requirements.missing("Spark", "pyspark is not installed (`.ci/setup real` installs it)")
        self._folder = fresh_folder("spark")
        self._ui_port = free_port()
        told = DRIVER | {"spark.ui.port": str(self._ui_port)}
        (self._folder / "spark-defaults.conf").write_text("".join(f"{k} {v}\n" for k, v in told.items()))
        port, self._web_port = free_port(), free_port()
        self.url = f"spark://{HOST}:{port}"
        ports = ["--port", str(port), "--webui-port", str(self._web_port)]
        self.master = self._daemon("master", ["master.Master", "--host", HOST, *ports], self._serves)
        self.workers = [self._worker(number) for number in range(WORKERS)]

    @property
    def environment(self) -> dict[str, str]:
        """What a driver needs beside the cluster's address."""
        return {"SPARK_CONF_DIR": str(self._folder), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": HOST}

    def start(self) -> None:
        """Start every process and wait until both workers are known to the master."""
        self.master.start()
        for worker in self.workers:
            worker.launch()
        for worker in self.workers:
            worker.wait_until_ready()

    def alive_workers(self) -> list[str]:
        """The ids of the workers that the master counts on."""
        return [worker["id"] for worker in self._state()["workers"] if worker["state"] == "ALIVE"]

    def tasks_by_executor(self) -> dict[str, int]:
        """How many tasks each executor has finished for the driver that is running; there is one at a time."""
        driver = f"http://{HOST}:{self._ui_port}/api/v1/applications"
        with suppress(OSError, ValueError, IndexError):
            found = _answer(f"{driver}/{_answer(driver)[0]['id']}/allexecutors")
            return {one["id"]: one["completedTasks"] for one in found if one["id"] != "driver"}
        return {}

    def _state(self) -> Any:
        return _answer(f"http://{HOST}:{self._web_port}/json/")

    def _serves(self) -> bool:
        with suppress(OSError, ValueError):
            return bool(self._state()["status"] == "ALIVE")
        return False

    def _worker(self, number: int) -> Daemon:
        port = free_port()
        limits = ["--cores", "1", "--memory", "1g", "--work-dir", str(self._folder / f"work-{number}")]
        ports = ["--host", HOST, "--port", str(port), "--webui-port", str(free_port())]
        name = f"{HOST}-{port}"
        return self._daemon(
            f"worker-{number}",
            ["worker.Worker", *ports, *limits, self.url],
            lambda: any(name in worker for worker in self.alive_workers()),
        )

    def _daemon(self, name: str, arguments: list[str], is_ready: Any) -> Daemon:
        """A process of Spark's own start script, in a folder of its own."""
        home = Path(importlib.util.find_spec("pyspark").origin).parent  # type: ignore[union-attr, arg-type]
        folder = self._folder / name
        folder.mkdir()
        environment = {
            "SPARK_HOME": str(home),
            "SPARK_DAEMON_MEMORY": DAEMON_MEMORY,
            "SPARK_LOCAL_IP": HOST,
            "SPARK_LOCAL_DIRS": str(folder),
            # Whatever stands there belongs to another Spark.
            "SPARK_CONF_DIR": str(folder),
            "PYSPARK_PYTHON": sys.executable,
            "PYTHONPATH": str(requirements.REPOSITORY),
        }
        main, *rest = arguments
        command = ["env", "-u", "SPARK_REMOTE", *(f"{key}={value}" for key, value in environment.items())]
        script = str(home / "bin" / "spark-class")
        return Daemon(name, [*command, script, f"org.apache.spark.deploy.{main}", *rest], folder, is_ready)


def _answer(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)
