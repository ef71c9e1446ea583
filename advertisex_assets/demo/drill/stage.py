"""Stage: the lake, the embedded Kafka, `dagster dev` and the metrics process that the drill breaks things in.

Everything is below one folder and under guards: nothing outlives the drill. Not here: what is broken (`faults`).
"""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from advertisex_assets.demo.drill.receiver import Inbox, inbox
from advertisex_assets.demo.guard import guarded
from advertisex_assets.demo.processes import free_port, python, running
from advertisex_assets.demo.scene import DAGSTER_CONFIG
from resources.lake import Lake
from resources.settings import child_environment

ALERTS = """\
messages = 1000

[receivers]
drill = {{ type = "webhook", url = "{url}", secret = "drill" }}

[[routes]]
receivers = ["drill"]
least = "info"
"""

ANSWER_SECONDS = 30
"""How long Dagster's own interface may take on a busy machine."""

SAID_CHARACTERS = 2_000
"""The end of a log, with room for one stack of calls."""

LAUNCH = """mutation($assets: [AssetKeyInput!]) {
  launchRun(executionParams: {runConfigData: {}, selector: {repositoryLocationName: "advertisex",
    repositoryName: "__repository__", jobName: "__ASSET_JOB", assetSelection: $assets}}) { __typename }
}"""
"""What the UI sends when somebody clicks on Materialize."""

METRICS = "from advertisex_assets.cli.main import main; main()"
"""`advertisex`, of this very code."""

LOADED = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"


@dataclass
class Stage:
    """A running stage."""

    folder: Path
    box: Inbox
    ui: str
    environment: dict[str, str]
    kafka: "subprocess.Popen[str]"
    dagster: "subprocess.Popen[str]"
    servers: str
    kept: dict[Path, bytes] = field(default_factory=dict)

    @property
    def lake(self) -> Lake:
        """The drill's own lake."""
        return Lake(str(self.folder / "lake"))

    def put(self, feed: str, name: str, records: Iterable[Mapping[str, object] | str]) -> None:
        """Puts a file into a feed's landing folder, whole or not at all."""
        text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in records)
        hidden = self.folder / f"{name}.part"
        hidden.write_text(text + "\n")
        (self.folder / "landing" / feed).mkdir(parents=True, exist_ok=True)
        hidden.rename(self.folder / "landing" / feed / name)

    def click_materialize(self, *assets: list[str]) -> None:
        """Starts a run as the UI does; RuntimeError with Dagster's answer if it starts none."""
        answer = self.ask(LAUNCH, {"assets": [{"path": path} for path in assets]})
        if '"LaunchRunSuccess"' not in answer:
            raise RuntimeError(f"Dagster started no run: {answer}")

    def command_line(self, *arguments: str) -> None:
        """Runs a command of Dagster to its end, whatever that is."""
        command = guarded(python("-m", "dagster", *arguments))
        with running(command, self.folder / "command.log", self.environment) as process:
            process.wait()

    def ask(self, query: str, variables: Mapping[str, object] | None = None) -> str:
        """What the webserver answers to a GraphQL query."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(f"{self.ui}/graphql", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return str(answer.read().decode())

    def said(self) -> str:
        """The end of what `dagster dev` wrote."""
        return (self.folder / "dagster.log").read_text()[-SAID_CHARACTERS:]

    def is_ready(self) -> bool:
        """Whether Dagster has loaded the code."""
        if self.dagster.poll() is not None:
            raise RuntimeError(f"dagster dev ended: {self.said()}")
        try:
            return '"LOADED"' in self.ask(LOADED)
        except (OSError, urllib.error.URLError):
            return False

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """Kills a guarded command and all its children, as a power failure would."""
        process.send_signal(signal.SIGUSR1)

    def spoil(self, path: Path, content: bytes = b"{damaged") -> None:
        """Writes nonsense over a file; `mend` brings back what it held."""
        self.kept[path] = path.read_bytes()
        path.write_bytes(content)

    def delete(self, path: Path) -> None:
        """Deletes a file; `mend` brings it back."""
        self.kept[path] = path.read_bytes()
        path.unlink()

    def mend(self) -> None:
        """Brings back every file that was spoiled or deleted."""
        while self.kept:
            path, content = self.kept.popitem()
            path.write_bytes(content)


@contextmanager
def stage(folder: Path, preferred_port: int) -> Iterator[Stage]:
    """Everything running, for as long as the block lasts; Dagster may still be starting."""
    for name in ("home", "landing", "reference"):
        (folder / name).mkdir(parents=True)
    (folder / "home" / "dagster.yaml").write_text(DAGSTER_CONFIG)
    with ExitStack() as stack:
        box = stack.enter_context(inbox())
        (folder / "alerts.toml").write_text(ALERTS.format(url=box.url))
        plain = child_environment(PYTHONUNBUFFERED="1")
        mock = guarded(python("-m", "resources.kafka.mock"))
        kafka = stack.enter_context(running(mock, folder / "kafka.log", plain))
        assert kafka.stdout is not None
        servers = kafka.stdout.readline().strip()
        ui = f"http://127.0.0.1:{free_port(preferred_port)}"
        environment = child_environment(
            lake=str(folder / "lake"), landing=str(folder / "landing"), reference=str(folder / "reference"),
            alerts=str(folder / "alerts.toml"), settle_seconds="0", kafka_bootstrap_servers=servers,
            # Nobody listens there: what needs a writer schema finds the registry away.
            schema_registry_url=f"http://127.0.0.1:{free_port(0)}",
            dagster_url=ui, DAGSTER_HOME=str(folder / "home"), PYTHONPATH=os.getcwd(),
        )  # fmt: skip
        web = python("-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", ui.rpartition(":")[2])
        dagster = stack.enter_context(running(guarded(web), folder / "dagster.log", environment))
        eye = python("-c", METRICS, "metrics", "--port", "0")
        stack.enter_context(running(guarded(eye), folder / "metrics.log", environment))
        yield Stage(folder, box, ui, environment, kafka, dagster, servers)
