"""A PostgreSQL of a test's own: a cluster in a folder, on loopback, gone with the test."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# Debian keeps the server's programs off the PATH, in a folder a version.
BIN: Final = max(
    Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), default=None
)
START_S: Final = 60


@contextmanager
def postgres(*, lasting: bool = False) -> Iterator[str]:
    """Start a cluster; yield its DATABASE_URL. A `lasting` one commits to the disk, as a clinic's does."""
    assert BIN, "these tests need PostgreSQL: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="balance-postgres-"))
    # Its server refuses to run as root.
    who = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups") if os.geteuid() == 0 else ()
    if who:
        shutil.chown(folder, "nobody", "nogroup")
    password = secrets.token_hex(8)
    (folder / "password").write_text(password)
    (folder / "password").chmod(0o644)  # in a folder that only its owner enters
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, log = folder / "data", folder / "log"
    words = ("-A", "scram-sha-256", "-U", "care", "--pwfile", folder / "password", "-E", "UTF8", "--no-sync")
    _run(*who, BIN / "initdb", "-D", data, *words, "--locale=C.UTF-8")
    # A test's cluster need not outlive a power cut.
    fsync = "on" if lasting else "off"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync={fsync}"
    control = (*who, BIN / "pg_ctl", "-D", data, "-w", "-t", str(START_S))
    _run(*control, "-l", log, "-o", options, "start")
    try:
        yield f"postgresql://care:{password}@127.0.0.1:{port}/postgres"
    finally:
        _run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _run(*command: object) -> None:
    # The server inherits what it is started with: a pipe would never end.
    done = subprocess.run([str(word) for word in command], cwd="/", stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"{command} ended with {done.returncode}; its words stand above"
