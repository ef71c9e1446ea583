"""A fourth feed is one file: assets, sensor, checks and quarantine are there, and work."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.requirements import REPOSITORY

FEED = '''
"""Viewability: whether an ad that was served could be seen."""

import polars as pl

from schemas.codecs import JsonCodec
from schemas.columns import Column, Pii
from schemas.feed import Feed, Key, Output
from schemas.types import EventTime, Identifier, Integer, UserId

FEED = Feed(
    name="viewability",
    topic="viewability",
    description="Measurements of viewability, as JSON.",
    owner="measurement@advertisex.example",
    codecs=(JsonCodec(),),
    columns=(
        Column("measurement_id", Identifier(), ("id",), "The measurement."),
        Column("event_at", EventTime(), ("at",), "When it was measured.", required=True),
        Column("user_id", UserId(), ("user",), "Who saw it.", pii=Pii.PSEUDONYMISE),
        Column("in_view_ms", Integer(), ("in_view",), "How long it was in view.", unit="ms", required=True),
    ),
    key=Key("measurement_id"),
    outputs=(Output("viewability", pl.lit(True), "Each measurement once."),),
)
'''

LOOK = """
import json
from advertisex_assets.definitions import defs
repository = defs.get_repository_def()
graph = repository.asset_graph
print(json.dumps({
    "assets": sorted("/".join(key.path) for key in graph.get_all_asset_keys()),
    "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
    "checks": sorted("/".join(key.asset_key.path) for key in graph.asset_check_keys),
}))
"""

RECORDS = [
    {"id": "m1", "at": "2026-11-01T10:00:00Z", "user": "u1", "in_view": 1200},
    {"id": "m1", "at": "2026-11-01T10:00:00Z", "user": "u1", "in_view": 1200},
    {"id": "m2", "at": "yesterday", "user": "u2", "in_view": 10},
    {"id": "m3", "at": "2026-11-01T11:00:00Z", "user": "u3"},
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with one more file."""
    folder = tmp_path_factory.mktemp("project")
    for package in ("advertisex_assets", "resources", "schemas", "sensors"):
        shutil.copytree(REPOSITORY / package, folder / package)
    (folder / "schemas" / "feeds" / "viewability.py").write_text(FEED)
    return folder


def python(project: Path, *arguments: str) -> str:
    """What a Python that knows the project's copy prints."""
    environment = os.environ | {"PYTHONPATH": str(project), "ADVERTISEX_LAKE": str(project / "lake")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def advertisex(project: Path, *arguments: str) -> list[dict[str, object]]:
    """The rows that a command prints as JSON."""
    program = "from advertisex_assets.cli.main import main; main()"
    rows: list[dict[str, object]] = json.loads(python(project, "-c", program, *arguments, "--format", "json"))
    return rows


def test_its_assets_sensor_and_checks_appear(project: Path) -> None:
    """Found, not listed anywhere."""
    found = json.loads(python(project, "-c", LOOK).splitlines()[-1])
    expected = {
        "bronze/viewability",
        "silver/viewability",
        "silver/quarantine/viewability",
        "silver/duplicates/viewability",
    }
    assert expected <= set(found["assets"])
    assert "viewability_arrivals" in found["sensors"]
    assert {"bronze/viewability", "silver/viewability"} <= set(found["checks"])


def test_its_records_are_landed_judged_and_accounted_for(project: Path) -> None:
    """One accepted, one duplicate, two refused with their reasons."""
    (project / "sample.json").write_text("\n".join(json.dumps(record) for record in RECORDS))
    advertisex(project, "land", "viewability", "sample.json")
    advertisex(project, "refresh")
    (status,) = [row for row in advertisex(project, "status") if row["feed"] == "viewability"]
    refused = advertisex(project, "quarantine", "viewability")
    (row,) = advertisex(project, "sql", "SELECT in_view_ms, user_id FROM silver.viewability")
    assert (status["received"], status["accepted"], status["duplicates"], status["quarantined"]) == (
        4,
        1,
        1,
        2,
    )
    assert status["balanced"] is True
    assert sorted(str(reason["codes"]) for reason in refused) == [
        "['missing_in_view_ms']",
        "['unparsable_time']",
    ]
    assert row["in_view_ms"] == 1200
    assert row["user_id"] != "u1"
