"""The command line: output that programs can read, exit codes that scripts can trust, errors that are sentences."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from advertisex_assets.cli.feed import check
from advertisex_assets.cli.output import Format

SAMPLE = (
    b'{"creative_id": "c1", "timestamp": "2026-11-01 10:00:00", "user_id": 7, "website": "example.com"}\n'
)


@pytest.fixture
def advertisex(tmp_path: Path) -> object:
    """Runs a command on a lake of its own."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"ADVERTISEX_LAKE": str(tmp_path / "lake")} | settings
        command = [sys.executable, "-c", "from advertisex_assets.cli.main import main; main()", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


def test_rows_come_as_json_objects(advertisex, tmp_path: Path) -> None:
    """With the documented keys, integers as integers and times as ISO text."""
    (tmp_path / "a.json").write_bytes(SAMPLE)
    landed = json.loads(
        advertisex("land", "impressions", str(tmp_path / "a.json"), "--format", "json").stdout
    )
    assert landed[0] | {"path": ""} == {
        "feed": "impressions",
        "path": "",
        "outcome": "landed",
        "records": 1,
        "landed": 1,
    }
    assert advertisex("refresh").returncode == 0
    rows = json.loads(
        advertisex(
            "sql", "SELECT event_at, count(*) AS n FROM silver.impressions GROUP BY 1", "--format", "json"
        ).stdout
    )
    assert rows == [{"event_at": "2026-11-01T10:00:00+00:00", "n": 1}]
    counts = ["received", "accepted", "duplicates", "conflicts", "quarantined", "excluded"]
    keys = ["feed", *counts, "balanced", "watermark"]
    assert all(list(row) == keys for row in json.loads(advertisex("status", "--format", "json").stdout))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["land", "impresions", "x.json"], 1, ["impresions", "Known feeds", "impressions"]),
        (["land", "impressions", "nowhere.json"], 1, ["nowhere.json", "Check the path"]),
        (["sql", "DROP TABLE gold.campaign_daily"], 1, ["Only reading statements"]),
        (["sql", "SELECT * FROM gold.nothing"], 1, ["nothing", "The lake has"]),
        (["land"], 2, []),
    ],
)
def test_errors_are_sentences_with_exit_codes(
    advertisex, arguments: list[str], code: int, words: list[str]
) -> None:
    """1 when it could not be done, 2 when it was called wrongly; never a traceback."""
    done = advertisex(*arguments)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words)


def test_a_wrong_setting_says_which_and_why(advertisex) -> None:
    """At start, before anything is done."""
    done = advertisex("status", ADVERTISEX_KAFKA_BATCH_ROWS="many")
    assert done.returncode == 1
    assert "ADVERTISEX_KAFKA_BATCH_ROWS" in done.stderr
    assert "many" in done.stderr


def test_a_sample_is_judged_without_writing(advertisex, tmp_path: Path) -> None:
    """Columns found, aliases used, rows refused and why; no lake appears."""
    (tmp_path / "a.json").write_bytes(SAMPLE + b"{not json}\n")
    done = advertisex("feed", "check", "impressions", str(tmp_path / "a.json"))
    assert done.returncode == 0
    assert "undecodable" in done.stdout
    assert "timestamp" in done.stdout
    assert not (tmp_path / "lake").exists()


def test_programs_are_told_of_columns_and_of_outcomes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one list whose objects all have the same keys; CSV has the same rows."""
    (tmp_path / "a.json").write_bytes(SAMPLE + b"{not json}\n")
    check("impressions", str(tmp_path / "a.json"), Format.JSON)
    rows = json.loads(capsys.readouterr().out)
    assert len({tuple(row) for row in rows}) == 1
    outcomes = [row for row in rows if row["about"] == "outcome"]
    assert [(row["outcome"], row["codes"], row["rows"]) for row in outcomes] == [
        ("accepted", [], 1),
        ("refused", ["undecodable"], 1),
    ]
    assert "event_at" in [row["column"] for row in rows if row["about"] == "column"]
    check("impressions", str(tmp_path / "a.json"), Format.CSV)
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 1
