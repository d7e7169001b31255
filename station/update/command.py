"""`balance-station update`: takes a release, and carries on with one that is under way."""

import fcntl
import os
import sqlite3
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from station.config import DATABASE, Config, enrolment_folder, load_config, socket_path, state_folder
from station.errors import MessageError, StationError, UpdateError
from station.link.keyring import KeyKeeper
from station.link.permit import Permit
from station.link.update_desk import ASKED_FILE, TOLD_FILE
from station.session.client import SessionClient
from station.session.clock import WallClock, boot_id
from station.session.protocol import Health
from station.training.snapshot import Snapshot
from station.update.asked import Around, AskedUpdate, Files
from station.update.debian import Debian, look_into, run
from station.update.fetching import Fetcher
from station.update.quiet import SESSIONS, why_not_now
from station.update.release import Here, Release, judge
from station.update.source import fetch, fetch_kept
from station.update.steps import LOCK, UNDER_WAY, State, Update, refuse_other_version

FOLLOW: Final = "journalctl -fu balance-update-watch"
LOOK_S: Final = 3.0
FREE: Final = ("welcome", "history", "blocked", "summary", "goodnight")

Log = Callable[[str], None]


def take(config_file: str | None, place: str, *, check_only: bool, log: Log) -> int:
    """Take the release that lies there, or with `check_only` only say whether it would be taken."""
    config = load_config(config_file)
    if config.updates.take == "off":
        raise UpdateError('updates are off on this station ([updates] take = "off" in its configuration)')
    if not config.updates.keys:
        raise UpdateError("this station has no release key ([updates] keys): no release can be checked")
    if os.geteuid() and not check_only:
        raise UpdateError("only root may install it: sudo balance-station update …")
    update, system = _update(config, log)
    state = State() if os.geteuid() else update.state
    if state.step in UNDER_WAY and not check_only:
        raise UpdateError(f"an update to {state.after} is under way ({state.step}); {FOLLOW} shows its end")
    here = _here(system, state.number)
    release, package = fetch(place, config.updates.keys)
    wall = WallClock()
    judge(release, here, wall.now(), synced=wall.state() == "synced")
    _refuse_other_version(release, package)
    log(f"version {release.version} for {release.debian} on {release.arch} is signed, whole and fits here")
    kept = fetch_kept(place, here, config.updates.keys)
    if check_only:
        if kept is None and (os.geteuid() or not update.has_way_back(here.version)):
            unseen = (
                ", unless this station keeps it from an update before (sudo tells)" if os.geteuid() else ""
            )
            log(f"the signed package of version {here.version} does not lie beside it: no way back{unseen}")
        return 0
    with _alone(config) as alone:
        if not alone:
            raise UpdateError("an update is under way; wait until it has ended")
        update.stage((release, package), kept)
        ended = _go_on(config, update, system, log)
    if update.state.step == "watching":
        log(f"it is installed; within five minutes it is healthy or {here.version} comes back: {FOLLOW}")
    return ended


def show(config_file: str | None, *, log: Log) -> int:
    """Say how the last update stands, what it would go back to, and what the care side asked for."""
    config = load_config(config_file)
    update, system = _update(config, log)
    for line in told(update, system.version()):
        log(line)
    asked = _asked(config, update, system, log)
    if asked is not None and asked.state.number:
        one = asked.state
        reason = f" ({one.reason})" if one.reason else ""
        log(f"the care side's newest request, version {one.version or 'none'}: {one.state}{reason}")
    return 0


def told(update: Update, installed: str) -> list[str]:
    """Return in sentences how far an update is. Raises UpdateError where only root may see it."""
    state = update.state
    lines = [f"version {installed} is installed" if installed else "no version is installed as a package"]
    match state.step:
        case "idle":
            lines.append("it came without an update")
        case "done":
            lines.append(
                f"the update from {state.before} to {state.after} (number {state.number}) is healthy"
            )
        case "returned":
            why = f"{state.after} (number {state.number}) was not healthy: {state.why}"
            lines.append(f"{why}; version {state.before} came back")
        case step:
            lines.append(f"an update from {state.before} to {state.after} is under way: {step}; {FOLLOW}")
    kept = update.way_back()
    lines.append(f"the package of version {kept} is kept as the way back" if kept else "no way back is kept")
    return lines


def _refuse_other_version(release: Release, package: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (looked_at := Path(folder) / release.file).write_bytes(package)
        refuse_other_version(release, look_into(looked_at).version)


def watch(config_file: str | None, *, log: Log) -> int:
    """Go on with the update that is under way or asked for, as far as it can go now; a timer asks again."""
    config = load_config(config_file)
    update, system = _update(config, log)
    with _alone(config) as alone:
        return _go_on(config, update, system, log) if alone else 0


@contextmanager
def _alone(config: Config) -> Iterator[bool]:
    """Give whether no other call is at it: a step takes longer than the timer waits. Raises UpdateError."""
    folder = Path(config.updates.folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UpdateError(f"{folder / LOCK}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)


def _go_on(config: Config, update: Update, system: Debian, log: Log) -> int:
    asked = _asked(config, update, system, log)
    while True:
        state = update.state
        if state.step not in UNDER_WAY:
            if state.step == "returned":
                log(f"version {state.before} is installed again: {state.after} was not healthy ({state.why})")
            if asked is None or not asked.turn():
                return 0
            continue
        waits = _why_not_now(config) if state.step == "staged" else ""
        if asked is not None:
            asked.follow(waits)
        if waits:
            log(f"the update to {state.after} waits: {waits}")
            return 0
        if update.advance() == state:
            return 0


def _update(config: Config, log: Log) -> tuple[Update, Debian]:
    folder = Path(config.updates.folder)
    system = Debian(state_folder(config) / DATABASE, folder, run)
    return Update(folder, system, boot=boot_id(), now_s=time.monotonic, log=log), system


def _asked(config: Config, update: Update, system: Debian, log: Log) -> AskedUpdate | None:
    """Return who deals with what the care side asks for, None where the station takes no such update."""
    updates, care, wall = config.updates, config.care, WallClock()
    if updates.take != "asked" or not updates.keys:
        return None
    keeper = KeyKeeper(
        care.keys, enrolment_folder(config), station=config.station.id, version=care.keys_version
    )
    folder = Path(updates.folder)
    return AskedUpdate(
        update,
        Permit(keeper, config.station.id, wall.now),
        Fetcher(updates.places, folder),
        Files(state_folder(config) / ASKED_FILE, folder, Path(updates.told) / TOLD_FILE),
        Around(
            here=lambda number: _here(system, number),
            keys=updates.keys,
            why_not_now=lambda: _why_not_now(config),
            now=wall.now,
            synced=lambda: wall.state() == "synced",
            now_s=time.monotonic,
            boot=boot_id(),
        ),
        log=log,
    )


def _here(system: Debian, number: int) -> Here:
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


def _why_not_now(config: Config) -> str:
    local = datetime.now(UTC).astimezone()
    training, load_n = _look(socket_path(config))
    began = _began(state_folder(config) / DATABASE)
    return why_not_now(
        local, training=training, load_n=load_n, began=began, before_min=config.updates.before_training_min
    )


def _look(socket: Path) -> tuple[bool, float | None]:
    """Return whether somebody trains and the load; a station that does not run has nobody on it."""
    try:
        client = SessionClient(socket, name="update")
    except ConnectionError:
        return False, 0.0
    until_s, training, load_n = time.monotonic() + LOOK_S, False, None
    try:
        while time.monotonic() < until_s and load_n is None:
            for notice in client.poll():
                if isinstance(notice, Snapshot):
                    training, load_n = notice.phase not in FREE, notice.live.load_n
                elif isinstance(notice, Health):
                    training = training or notice.training
            time.sleep(0.05)
    except (ConnectionError, MessageError):
        return False, load_n
    finally:
        client.close()
    return training, load_n


def _began(database: Path) -> list[datetime]:
    """Return when the newest sessions began, in local time; none where the database does not tell."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
            rows = opened.execute("SELECT started FROM session ORDER BY number DESC LIMIT ?", (SESSIONS,))
            return [datetime.fromisoformat(started).astimezone() for (started,) in rows]
    except (sqlite3.Error, ValueError, StationError):
        return []
