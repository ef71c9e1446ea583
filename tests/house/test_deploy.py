"""What the deployment files promise and can be read from them without a Docker engine."""

import re
import xml.etree.ElementTree as ET

import pytest
import yaml

from advertisex_assets.demo.scene import DAGSTER_CONFIG
from tests.house.modules import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
KUBERNETES = DEPLOY / "kubernetes"
VALUES = yaml.safe_load((KUBERNETES / "values.yaml").read_text())
OBJECTS = [
    found
    for file in sorted(KUBERNETES.glob("*.yaml"))
    if file.name != "values.yaml"
    for found in yaml.safe_load_all(file.read_text())
]
POM = {"m": "http://maven.apache.org/POM/4.0.0"}


def test_ports_are_published_on_loopback_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not str(port).startswith("127.0.0.1:")] == []


def test_no_secret_has_a_default() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|KEY)\w*)(:\?)?", text)
    assert secrets
    assert [name for name, required in secrets if not required] == []


def test_what_the_files_mount_and_copy_is_there() -> None:
    mounts = [mount.split(":")[0] for s in COMPOSE["services"].values() for mount in s.get("volumes", [])]
    folders = [mount for mount in mounts if mount.startswith("./")]
    images = [DEPLOY / "Dockerfile", DEPLOY / "spark" / "Dockerfile"]
    copied = [line for file in images for line in re.findall(r"^COPY (?!--)(.+) \S+$", file.read_text(), re.MULTILINE)]
    sources = [source for line in copied for source in line.split()]
    assert [f for f in folders if not (DEPLOY / f).exists()] == []
    assert [s for s in sources if not (REPOSITORY / s).exists()] == []


@pytest.mark.parametrize(("component", "service"), [("kafka", "kafka"), ("schema-registry", "schema-registry")])
def test_the_containers_are_of_the_versions_that_the_tests_run(component: str, service: str) -> None:
    version = ET.parse(DEPLOY / component / "pom.xml").findtext("m:version", namespaces=POM)
    assert COMPOSE["services"][service]["image"].rpartition(":")[2] == version


def test_every_setting_of_the_pods_is_one() -> None:
    """A name that is written wrong would leave its default."""
    (settings,) = [found["data"] for found in OBJECTS if found["metadata"]["name"] == "advertisex-settings"]
    known = (REPOSITORY / "docs" / "settings.md").read_text()
    ours = [name for name in settings if name.startswith("ADVERTISEX_")]
    assert ours
    assert [name for name in ours if f"`{name}`" not in known] == []
    assert all(isinstance(value, str) for value in settings.values())


def test_the_objects_name_each_other() -> None:
    """Every service account, settings map and selector of a pod is one that these files make."""
    made = {(found["kind"], found["metadata"]["name"]) for found in OBJECTS}
    pods = [found["spec"]["template"] for found in OBJECTS if found["kind"] == "Deployment"]
    wanted = {
        ("ConfigMap", source["configMapRef"]["name"])
        for pod in pods
        for container in pod["spec"]["containers"]
        for source in container["envFrom"]
        if "configMapRef" in source
    }
    wanted |= {("ConfigMap", one["configMap"]["name"]) for pod in pods for one in pod["spec"].get("volumes", [])}
    wanted |= {("ServiceAccount", pod["spec"].get("serviceAccountName")) for pod in pods} - {("ServiceAccount", None)}
    assert wanted <= made
    labels = [pod["metadata"]["labels"] for pod in pods]
    assert all(found["spec"]["selector"] in labels for found in OBJECTS if found["kind"] == "Service")


def test_dagster_reads_what_the_chart_would_make_of_the_values() -> None:
    """The launcher's settings and the instance's, by Dagster's own readers; the chart itself is not read."""
    kubernetes = pytest.importorskip("dagster_k8s")
    from dagster import DagsterInstance
    from dagster._config import process_config, resolve_to_config_type

    launcher = dict(VALUES["runLauncher"]["config"]["k8sRunLauncher"])
    pods = {_snake(name): value for name, value in launcher.pop("runK8sConfig").items()}
    config = {_snake(name): value for name, value in launcher.items()} | {"run_k8s_config": pods}
    config |= {"service_account_name": "dagster", "instance_config_map": "dagster-instance", "dagster_home": "/dagster"}
    read = process_config(resolve_to_config_type(kubernetes.K8sRunLauncher.config_type()), config)
    assert read.success, read.errors
    deployed = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())["concurrency"]
    with DagsterInstance.ephemeral(settings=VALUES["additionalInstanceConfig"]) as instance:
        assert instance.get_concurrency_config().pool_config.default_pool_limit == deployed["pools"]["default_limit"]


def test_one_machine_is_told_what_the_demo_does() -> None:
    page = (REPOSITORY / "docs" / "deployment.md").read_text()
    told = yaml.safe_load(re.search(r"```yaml\n(run_launcher:.*?)```", page, re.DOTALL)[1])
    assert told.items() <= yaml.safe_load(DAGSTER_CONFIG).items()


def test_the_chart_is_of_the_version_of_dagster() -> None:
    version = re.search(r"dagster==([\d.]+)", (REPOSITORY / "pyproject.toml").read_text())
    assert version
    assert f"--version {version[1]} " in (KUBERNETES / "values.yaml").read_text()


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
