"""A real schema registry with Confluent's API, started for tests."""

import urllib.error
import urllib.request

from tests.real import maven, requirements
from tests.real.processes import Component, free_port, fresh_folder


class SchemaRegistry(Component):
    """Apicurio Registry on 127.0.0.1; `url` is what a Confluent client takes.

    Schemas are in memory: `pause` makes it unreachable and keeps them, after `stop` and `start` it is empty.
    """

    def __init__(self) -> None:
        java, application = requirements.java(), maven.install("schema-registry")
        (jar,) = application.glob("*-runner.jar")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
        tuning = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        listener = ["-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={port}"]
        command = [str(java), *tuning, *listener, "-jar", str(jar)]
        folder = fresh_folder("registry")
        super().__init__(f"schema-registry-{port}", command, folder, self._answers)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/subjects", timeout=1) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False
