"""What tests of several rooms share: a real mosquitto, and the care side in a folder of its own."""

import fcntl
import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, Final

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as settings_of_tests

from ui.care.installation.database import PRAGMAS

# The same examples at every run, and no judgement on how fast the machine is.
settings_of_tests.register_profile(
    "house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings_of_tests.load_profile("house")

BROKER_S: Final = 30.0
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/bin")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Take what was collected, some million things that stay, out of the sight of the garbage collector."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def migrated_care(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A care side's folder as `balance-care migrate` leaves it; made once a run, and to be copied."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of all workers
    migrated, command = folder / "migrated-care", (sys.executable, "-m", "ui.care", "migrate")
    with (folder / "migrated-care.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not migrated.exists():
            begun = folder / "migrated-care.begun"
            env = {**os.environ, "BALANCE_CARE_DATA": str(begun), "DATABASE_URL": ""}
            subprocess.run(command, env=env, check=True)
            begun.rename(migrated)
    return migrated


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Let Django take the SQLite that is there: it only looks whether a migration is missing."""
    return django_db_keepdb or settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> None:
    """Give the tests' SQLite a file, as a clinic's has: one in memory locks tables and waits for nobody."""
    described = settings.DATABASES["default"]
    if described["ENGINE"].endswith("sqlite3"):
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_care") / "care.sqlite3", file)
        described.setdefault("TEST", {})["NAME"] = str(file)
        # It need not outlive a power cut; that a clinic's does is tried in processes of their own.
        described["OPTIONS"]["init_command"] = PRAGMAS.replace("synchronous=FULL", "synchronous=OFF")


def _pass_on(lines: IO[str], log: SimpleQueue[str | None]) -> None:
    with lines:
        for line in lines:
            log.put(line.rstrip())
    log.put(None)


class Mosquitto:
    """A broker on loopback; without a configuration of its own, one that keeps nothing over its end."""

    def __init__(self, folder: Path, configuration: Callable[[int], str] | None = None) -> None:
        assert MOSQUITTO, "these tests need mosquitto: apt-get install mosquitto"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._conf = folder / "mosquitto.conf"
        plain = f"listener {self.port} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\n"
        self._conf.write_text(configuration(self.port) if configuration else plain)
        self.said: list[str] = []  # while it started
        self._process: subprocess.Popen[str] | None = None
        self._log: SimpleQueue[str | None] = SimpleQueue()

    def start(self) -> None:
        """Return when the broker listens."""
        assert MOSQUITTO
        self._process = subprocess.Popen([MOSQUITTO, "-c", self._conf], stderr=subprocess.PIPE, text=True)
        assert self._process.stderr
        self._log = SimpleQueue()
        # Read all the time: a broker whose log nobody takes stands still.
        threading.Thread(target=_pass_on, args=(self._process.stderr, self._log), daemon=True).start()
        while (line := self._log.get(timeout=BROKER_S)) is not None:
            self.said.append(line)
            if line.endswith("running"):
                return
        raise AssertionError(f"mosquitto did not start on port {self.port}: {self.said}")

    def hear(self, until: str) -> str:
        """Return the next line of its log that holds these words."""
        while (line := self._log.get(timeout=BROKER_S)) is not None:
            if until in line:
                return line
        raise AssertionError(f"mosquitto ended without saying {until!r}")

    def reload(self) -> None:
        """Have it read its files again, as `systemctl reload` does; returns when it has."""
        assert self._process
        self._process.send_signal(signal.SIGHUP)
        self.hear("Reloading config")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running mosquitto."""
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.kill()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what threads of the site left open: PostgreSQL removes no database that somebody looks at."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            connection.close()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(scope="session", autouse=True)
def care_secret() -> None:
    """A secret for the site, which has none before `balance-care migrate`."""
    settings.SECRET_KEY = "not-a-secret-in-tests"


@pytest.fixture
def care_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The care side's data folder, with a signing key of its own; the database is the test's."""
    folder = tmp_path / "care"
    monkeypatch.setenv("BALANCE_CARE_DATA", str(folder))
    quick_hash = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=quick_hash):
        yield folder


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the kiosk's shapes without smoothing, for tests that look at no picture: texts are the same."""
    monkeypatch.setattr("ui.patient.canvas.FINE", 1)
