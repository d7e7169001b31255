"""`balance-station update`: takes a release, and carries on with one that is under way."""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from station.config import DATABASE, Config, enrolment_folder, load_config, state_folder
from station.errors import StationError, UpdateError
from station.link.keyring import KeyKeeper
from station.link.permit import Permit
from station.link.update_desk import ASKED_FILE, TOLD_FILE
from station.link.whole_file import PRIVATE, write_whole
from station.session.clock import WallClock, boot_id
from station.update.asked import Around, AskedUpdate, Files
from station.update.debian import Debian, look_into, run
from station.update.fetching import Fetcher
from station.update.release import Here, Release, judge
from station.update.source import fetch, fetch_kept
from station.update.steps import LOCK, UNDER_WAY, State, Update, refuse_other_version
from station.update.surroundings import installed_here, why_not_now_of

RESTED: Final = "rested"  # the request dealt with last, while nothing is left to do
CALL_OFF: Final = "to call it off: sudo balance-station update --call-off"
FOLLOW: Final = "journalctl -fu balance-update-watch"

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
        hint = CALL_OFF if state.step == "staged" else f"{FOLLOW} shows its end"
        raise UpdateError(f"an update to {state.after} is under way ({state.step}); {hint}")
    here = installed_here(system, state.number)
    release, package = _fitting(place, here, config)
    kept = fetch_kept(place, here, config.updates.keys)
    if check_only and kept is None:
        _say_of_way_back(update, here.version, log)
    log(f"version {release.version} for {release.debian} on {release.arch} is signed, whole and fits here")
    if check_only:
        return 0
    with _alone(config) as alone:
        if not alone:
            raise UpdateError("an update is under way; wait until it has ended")
        (Path(config.updates.told) / RESTED).unlink(missing_ok=True)
        update.stage((release, package), kept)
        ended = _go_on(config, update, system, log)
    if update.state.step == "staged":
        log(f"{CALL_OFF}; {FOLLOW} shows how it goes on")
    if update.state.step == "watching":
        log(f"it is installed; within five minutes it is healthy or {here.version} comes back: {FOLLOW}")
    return ended


def _fitting(place: str, here: Here, config: Config) -> tuple[Release, bytes]:
    """Return the release that lies there with its package. Raises UpdateError where it is not taken here."""
    release, package = fetch(place, config.updates.keys)
    wall = WallClock()
    judge(release, here, wall.now(), synced=wall.state() == "synced")
    with tempfile.TemporaryDirectory() as folder:
        (looked_at := Path(folder) / release.file).write_bytes(package)
        refuse_other_version(release, look_into(looked_at).version)
    return release, package


def _say_of_way_back(update: Update, version: str, log: Log) -> None:
    """Say that none lies beside it. Raises UpdateError where it is known that none is kept either."""
    words = f"the signed package of version {version} does not lie beside it: no way back"
    if os.geteuid():
        log(f"{words}, unless this station keeps it from an update before (sudo tells)")
    elif not update.has_way_back(version):
        raise UpdateError(f"{words}, so it would not be taken")


def call_off(config_file: str | None, *, log: Log) -> int:
    """Call off an update that waits. Raises UpdateError where none does."""
    if os.geteuid():
        raise UpdateError("only root may call it off: sudo balance-station update --call-off")
    config = load_config(config_file)
    update, system = _update(config, log)
    with _alone(config) as alone:
        if not alone:
            raise UpdateError(f"somebody is at an update now; {FOLLOW}")
        release, version = update.state.number, update.call_off()
        asked = _asked(config, update, system, log)
        if asked is not None:
            asked.called_off(release)
    log(f"the update to {version} is called off; nothing was changed")
    return 0


def show(config_file: str | None, *, log: Log) -> int:
    """Say how the last update stands, what it would go back to, and what the care side asked for."""
    config = load_config(config_file)
    update, system = _update(config, log)
    waits = why_not_now_of(config) if update.state.step == "staged" else ""
    for line in told(update, system.version(), waits):
        log(line)
    asked = _asked(config, update, system, log)
    if asked is not None and asked.state.number:
        one = asked.state
        reason = f" ({one.reason})" if one.reason else ""
        log(f"the care side's newest request, version {one.version or 'none'}: {one.state}{reason}")
    return 0


def told(update: Update, installed: str, waits: str = "") -> list[str]:
    """Return in sentences how far an update is, and why one `waits`. Raises UpdateError but for root."""
    state = update.state
    lines = [f"version {installed} is installed"] if installed else []
    if not installed and state.step not in UNDER_WAY:
        lines.append("no version is installed as a package")
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
        case "staged":
            why = waits or "it begins now"
            lines.append(f"the update from {state.before} to {state.after} waits: {why}; {CALL_OFF}")
        case "installing" | "returning":
            version = state.after if state.step == "installing" else state.before
            lines.append(f"version {version} is being put in place: leave the station switched on; {FOLLOW}")
        case step:
            lines.append(f"the update from {state.before} to {state.after} is looked after: {step}; {FOLLOW}")
    kept = update.way_back()
    next_one = f"the package of version {kept} is kept: the way back from the next update"
    lines.append(next_one if kept else "no way back is kept")
    return lines


def watch(config_file: str | None, *, log: Log) -> int:
    """Go on with the update that is under way or asked for, as far as it can go now; a timer asks again."""
    config = load_config(config_file)
    update, system = _update(config, log)
    with _alone(config) as alone:
        if not alone:
            return 0
        (Path(config.updates.told) / RESTED).unlink(missing_ok=True)  # whatever it is broken off by
        ended = _go_on(config, update, system, log)
        _rest(config, update, _asked(config, update, system, log))
        return ended


def _rest(config: Config, update: Update, asked: AskedUpdate | None) -> None:
    """Where nothing is left to do, let the timer start nothing until something else is asked for or a boot.

    `balance-update-watch.service` compares the request that lies there with the one that was dealt with.
    """
    there = state_folder(config) / ASKED_FILE
    done_with = asked.settled() if asked is not None else None if there.exists() else b""
    if update.state.step not in UNDER_WAY and done_with is not None:
        told = Path(config.updates.told)
        with suppress(OSError, StationError):  # then it looks once more
            told.mkdir(mode=0o755, parents=True, exist_ok=True)
            write_whole(told / RESTED, done_with, mode=PRIVATE)


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
        waits = why_not_now_of(config) if state.step == "staged" else ""
        if asked is not None:
            asked.follow(waits)
        if waits:
            log(f"the update to {state.after} waits and begins by itself: {waits}")
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
            here=lambda number: installed_here(system, number),
            keys=updates.keys,
            why_not_now=lambda: why_not_now_of(config),
            now=wall.now,
            synced=lambda: wall.state() == "synced",
            now_s=time.monotonic,
            boot=boot_id(),
        ),
        log=log,
    )
