"""A wrong setting stops a command at its start with a sentence that helps; no secret is ever printed."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.modules import REPOSITORY

ADVERTISEX = REPOSITORY / ".venv" / "bin" / "advertisex"
SECRET = "correct-horse-battery-staple"


def status(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `advertisex status` in an empty folder, with these settings and no others."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ADVERTISEX_")}
    wanted = {f"ADVERTISEX_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [ADVERTISEX, "status"], cwd=folder, env=clean | wanted, capture_output=True, text=True, check=False
    )


def test_a_wrong_number_is_named_with_the_reason_and_what_it_means(tmp_path: Path) -> None:
    done = status(tmp_path, kafka_batch_rows="abc")
    sentence = " ".join(done.stderr.split())
    assert done.returncode == 1
    assert done.stdout == ""
    assert "ADVERTISEX_KAFKA_BATCH_ROWS='abc' cannot be used" in sentence
    assert "should be a valid integer" in sentence
    assert "At most so many messages in one landing run." in sentence
    assert "Traceback" not in sentence


def test_a_wrong_choice_names_the_possible_ones(tmp_path: Path) -> None:
    done = status(tmp_path, kafka_security_protocol="QUIC")
    assert done.returncode == 1
    sentence = " ".join(done.stderr.split())
    assert re.search(r"ADVERTISEX_KAFKA_SECURITY_PROTOCOL='QUIC'.*'PLAINTEXT', 'SSL'", sentence)


def test_a_folder_that_readers_cannot_use_is_told_before_anything_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "My Projects"
    folder.mkdir()
    done = status(folder)
    assert done.returncode == 1
    assert "it has a space or another such sign" in " ".join(done.stderr.split())
    assert list(folder.iterdir()) == []


def test_a_wrong_line_in_the_env_file_is_found_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ADVERTISEX_SETTLE_SECONDS=-1\n")
    done = status(tmp_path)
    assert done.returncode == 1
    assert "ADVERTISEX_SETTLE_SECONDS='-1' cannot be used" in " ".join(done.stderr.split())


@pytest.mark.parametrize("name", ["pseudonym_key", "kafka_sasl_password", "reference_postgresql_uri"])
def test_no_secret_is_printed_beside_a_wrong_setting(name: str, tmp_path: Path) -> None:
    done = status(tmp_path, **{name: SECRET, "kafka_batch_rows": "0"})
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
