"""A real PostgreSQL, the machine's own, with a fresh data folder."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from tests.real.processes import Component, free_port, fresh_folder
from tests.real.requirements import executable, missing

# Debian keeps the server's programs out of PATH, one folder per major version.
FOLDERS = tuple(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))


class Postgres(Component):
    """A server on 127.0.0.1 with an empty database `postgres`; `url` is how SQLAlchemy and psql find it."""

    stop_signal = signal.SIGINT  # "fast": end connections instead of waiting for them

    def __init__(self) -> None:
        initdb = executable("PostgreSQL", "initdb", folders=FOLDERS)
        server = executable("PostgreSQL", "postgres", folders=FOLDERS)
        port, folder = free_port(), fresh_folder("postgres")
        data = folder / "data"
        as_user = _as_unprivileged(folder)
        # Trust: it listens on 127.0.0.1 only, for the length of a test run.
        initialise = [initdb, "--pgdata", data, "--auth", "trust", "--username", "postgres", "--no-sync"]
        subprocess.run([*as_user, *initialise], check=True, capture_output=True, cwd=folder)
        listen = ["-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
        command = [*as_user, str(server), "-D", str(data), *listen]
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        ready = executable("PostgreSQL", "pg_isready", folders=FOLDERS)
        answers = [str(ready), "-q", "-h", "127.0.0.1", "-p", str(port)]
        super().__init__(
            f"postgres-{port}", command, folder, lambda: subprocess.run(answers, check=False).returncode == 0
        )

    def end(self, keep_log: bool) -> None:
        """Stop in good order first: a killed server leaves shared memory behind."""
        self.stop()
        super().end(keep_log)


def _as_unprivileged(folder: Path) -> list[str]:
    """Return a prefix that runs a command as `postgres` and give it the folder, when we are root, whom it refuses."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        missing("PostgreSQL", "it refuses to run as root, and there is no user `postgres`")
    if setpriv is None:
        missing("PostgreSQL", "it refuses to run as root, and there is no `setpriv` to run it as another user")
    os.chown(folder, user.pw_uid, user.pw_gid)
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"]
    return [setpriv, *identity, "--pdeathsig", "KILL"]
