"""A PostgreSQL server of one's own, in a folder that goes afterwards, which may be killed and started again.

Needs Debian's package `postgresql` (its programs; no server of the machine is touched). It refuses to run as
root, so a root runs it as the user `postgres` of that package.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from station.demo.run import free_port
from station.errors import StationError

DEBIAN: Final = Path("/usr/lib/postgresql")
USER: Final = "postgres"
WAIT_S: Final = 60.0
BACK_AFTER_S: Final = 1.0  # until a killed server is started again


def programs() -> Path | None:
    """Return the folder of the newest server's programs, None where there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = [folder for folder in DEBIAN.glob("*/bin") if (folder / "initdb").exists()]
    return max(versions, key=lambda folder: float(folder.parent.name), default=None)


def why_not() -> str:
    """Return why there can be no server here, else ""."""
    if programs() is None:
        return "no PostgreSQL server programs here; install them: apt-get install postgresql"
    if os.geteuid() == 0 and not any(entry.pw_name == USER for entry in pwd.getpwall()):
        return f"PostgreSQL does not run as root, and there is no user {USER}: apt-get install postgresql"
    return ""


class OwnPostgres:
    """One server on loopback; where it is durable every commit goes to the disk, as is the default."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Make the files; the folder must be one that the server's user may enter. Raises StationError."""
        programs_ = programs()
        if programs_ is None or why_not():
            raise StationError(why_not())
        self._programs, self._data, self._log = programs_, folder / "data", folder / "log"
        self._socket_folder, self._durable = folder, durable
        self.port: Final = free_port()
        self.url: Final = f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        synced = () if durable else ("--no-sync",)
        words = ("-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", *synced)
        self._run("initdb", "-D", str(self._data), *words)

    def start(self) -> None:
        """Start it, and wait until it answers. Raises StationError."""
        options = f"-p {self.port} -k {self._socket_folder} -c listen_addresses=127.0.0.1"
        if not self._durable:
            options += " -c fsync=off"
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._log), "-o", options, "-w", "start")

    def kill(self) -> None:
        """End all its processes at once, without a checkpoint: the next start recovers from the log."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def close(self) -> None:
        """End it if it runs."""
        if (self._data / "postmaster.pid").exists():
            self.kill()

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ("runuser", "-u", USER, "--") if os.geteuid() == 0 else ()
        done = subprocess.run(
            (*as_user, str(self._programs / program), *arguments),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would be held open by the server
            stderr=subprocess.DEVNULL,
            timeout=WAIT_S,
            cwd="/",
        )
        if done.returncode:
            said = self._log.read_text().splitlines()[-1:] if self._log.exists() else []
            raise StationError(f"PostgreSQL: {program} ended with {done.returncode} {' '.join(said)}")


class Server:
    """A server killed with all its processes and started again."""

    def __init__(self, postgres: OwnPostgres) -> None:
        self._postgres = postgres
        self._start_at_s: float | None = None
        self.finished = False

    def look(self) -> None:
        """Start it when it is due."""
        if self._start_at_s is not None and time.monotonic() >= self._start_at_s:
            self._postgres.start()
            self._start_at_s = None

    def kill(self) -> bool:
        """Kill it; return whether it ran."""
        if self._start_at_s is not None:
            return False
        self._postgres.kill()
        self._start_at_s = time.monotonic() + BACK_AFTER_S
        return True

    def close(self) -> None:
        """Leave it running: what is counted in the end is read from it."""
        self.finished = True
        self._start_at_s = None if self._start_at_s is None else 0.0
        self.look()


@contextmanager
def own_postgres(*, durable: bool = True) -> Iterator[OwnPostgres]:
    """Give a running server; it and its folder go afterwards. One of a test need not outlive a power cut.

    Raises StationError.
    """
    folder = Path(tempfile.mkdtemp(prefix="balance-postgres-"))
    try:
        folder.chmod(0o755)
        server = OwnPostgres(folder, durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
