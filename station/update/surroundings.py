"""What an update meets: which version of what system is here, and whether somebody uses the board."""

import sqlite3
import time
import tomllib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from station.config import DATABASE, Config, socket_path, state_folder
from station.errors import MessageError, StationError, UpdateError
from station.session.client import SessionClient
from station.session.protocol import Health
from station.training.snapshot import Snapshot
from station.update.debian import Debian, run
from station.update.quiet import SESSIONS, Use, why_not_now
from station.update.release import Here

LOOK_S: Final = 3.0
FREE: Final = ("welcome", "history", "blocked", "summary", "goodnight")


def installed_here(system: Debian, number: int) -> Here:
    """Return what a release must fit; `number` is the highest taken. Raises UpdateError without a package."""
    version = system.version()
    if not version:
        raise UpdateError("this station was not installed as a package; there is nothing to update")
    release = tomllib.loads(
        "\n".join(
            f"{key} = '{value.strip(chr(34))}'"
            for key, eq, value in (
                line.partition("=") for line in Path("/etc/os-release").read_text("utf-8").splitlines()
            )
            if eq
        )
    )
    arch = run(["dpkg", "--print-architecture"]).said.strip()
    return Here(version, str(release.get("VERSION_CODENAME", "")), arch, number)


def why_not_now_of(config: Config) -> str:
    """Return why an update has to wait on this station now, "" when it may begin."""
    local = datetime.now(UTC).astimezone()
    use, load_n = look(socket_path(config))
    began = _began(state_folder(config) / DATABASE)
    return why_not_now(
        local, use=use, load_n=load_n, began=began, before_min=config.updates.before_training_min
    )


def look(socket: Path) -> tuple[Use, float | None]:
    """Return how the station is used now and the load; one that does not run has nobody on it."""
    try:
        client = SessionClient(socket, name="update")
    except ConnectionError:
        return "free", 0.0
    until_s, training, service, load_n = time.monotonic() + LOOK_S, False, False, None
    try:
        while time.monotonic() < until_s and load_n is None:
            for notice in client.poll():
                if isinstance(notice, Snapshot):
                    training, load_n = training or notice.phase not in FREE, notice.live.load_n
                    service = notice.service
                elif isinstance(notice, Health):
                    training = training or notice.training
            time.sleep(0.05)
    except (ConnectionError, MessageError):
        pass
    finally:
        client.close()
    return "training" if training else "looked after" if service else "free", load_n


def _began(database: Path) -> list[datetime]:
    """Return when the newest sessions began, in local time; none where the database does not tell."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
            rows = opened.execute("SELECT started FROM session ORDER BY number DESC LIMIT ?", (SESSIONS,))
            return [datetime.fromisoformat(started).astimezone() for (started,) in rows]
    except (sqlite3.Error, ValueError, StationError):
        return []
