"""Proves the Dagster processes of deploy/compose.yaml, outside of containers: arguments, dagster.yaml, PostgreSQL."""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.real.postgres import Postgres
from tests.real.processes import Component, free_port
from tests.real.requirements import REPOSITORY, missing

pytestmark = pytest.mark.real
BIN = Path(sys.executable).parent
CODE = '''
import dagster

@dagster.asset
def impressions() -> None: ...

defs = dagster.Definitions(assets=[impressions])
'''
LAUNCH = """mutation { launchRun(executionParams: {runConfigData: {}, selector: {
    repositoryLocationName: "advertisex", repositoryName: "__repository__", jobName: "__ASSET_JOB",
    assetSelection: [{path: ["impressions"]}]}}) { __typename } }"""
LOCATIONS = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"
STATUSES = "{ runsOrError { ... on Runs { results { status } } } }"


def ask(url: str, query: str) -> dict[str, object]:
    """Return the webserver's answer to a GraphQL query."""
    body, headers = json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/graphql", body, headers), timeout=20) as response:
        answer: dict[str, object] = json.load(response)["data"]
    return answer


def answers(url: str) -> bool:
    """Say whether the webserver is up and has loaded the code location."""
    try:
        return '"LOADED"' in json.dumps(ask(url, LOCATIONS))
    except OSError:
        return False


@pytest.fixture
def webserver(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a webserver beside a code server and a daemon, arranged as in deploy/."""
    if find_spec("dagster_postgres") is None:
        missing("dagster-postgres", "not installed (the extra `postgres`)")
    code_port, port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    (tmp_path / "deployed.py").write_text(CODE)
    shutil.copy(REPOSITORY / "deploy" / "dagster.yaml", tmp_path)
    workspace = tmp_path / "workspace.yaml"
    deployed = (REPOSITORY / "deploy" / "workspace.yaml").read_text()
    workspace.write_text(deployed.replace("host: code", "host: 127.0.0.1").replace("4000", str(code_port)))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", postgres.url)

    def command(line: str) -> list[str]:
        program, *arguments = line.split()
        return [str(BIN / program), *arguments]

    def code_is_healthy() -> bool:
        check = command(f"dagster api grpc-health-check --port {code_port}")
        return subprocess.run(check, capture_output=True, check=False).returncode == 0

    here = "--host 127.0.0.1 --port"
    code_server = f"dagster code-server start {here} {code_port} --module-name deployed --location-name advertisex"
    web = f"dagster-webserver {here} {port} -w {workspace}"
    parts = [
        Component("code", command(code_server), tmp_path, code_is_healthy),
        Component("webserver", command(web), tmp_path, lambda: answers(url)),
        Component("daemon", command(f"dagster-daemon run -w {workspace}"), tmp_path, lambda: True),
    ]
    for part in parts:
        part.start()
    yield url
    # All are asked first: the code server waits for those that talk to it.
    for part in reversed(parts):
        part.ask_to_stop()
    for part in reversed(parts):
        part.wait_until_stopped()
        part.end(keep_log=False)


def test_a_run_goes_from_the_webserver_through_the_queue_to_success(webserver: str) -> None:
    assert ask(webserver, LAUNCH) == {"launchRun": {"__typename": "LaunchRunSuccess"}}
    deadline = time.monotonic() + 120
    while (found := json.dumps(ask(webserver, STATUSES))) and '"SUCCESS"' not in found:
        assert '"FAILURE"' not in found, found
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
