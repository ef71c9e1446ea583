"""Proves that the PostgreSQL fixture keeps data over a restart."""

import subprocess

import pytest

from tests.real.postgres import Postgres
from tests.real.requirements import executable

pytestmark = pytest.mark.real


def psql(server: Postgres, statement: str) -> str:
    command = [executable("psql", "psql"), server.url, "--no-psqlrc", "--tuples-only", "--command", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_it_keeps_what_was_written(postgres: Postgres) -> None:
    psql(postgres, "create table if not exists kept (word text)")
    psql(postgres, "insert into kept values ('still here')")
    postgres.stop()
    postgres.start()
    assert psql(postgres, "select word from kept limit 1") == "still here"
