"""What the deployment files promise and can be read from them without a Docker engine."""

import re
import xml.etree.ElementTree as ET

import pytest
import yaml

from tests.house.modules import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
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
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert [f for f in folders if not (DEPLOY / f).exists()] == []
    assert [s for s in sources if not (REPOSITORY / s).exists()] == []


@pytest.mark.parametrize(("component", "service"), [("kafka", "kafka"), ("schema-registry", "schema-registry")])
def test_the_containers_are_of_the_versions_that_the_tests_run(component: str, service: str) -> None:
    version = ET.parse(DEPLOY / component / "pom.xml").findtext("m:version", namespaces=POM)
    assert COMPOSE["services"][service]["image"].rpartition(":")[2] == version
