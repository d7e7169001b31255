"""Takes everything of a person off the station, so that the next one begins with nothing of theirs.

A mark is put down first and taken away last: cut off in between, no station starts (`marker`), and the same
again finishes it. Each file is written over before it goes. On a flash card that reaches what the card still
calls by this name; its worn-out and spare cells keep what they keep (docs/power.md).
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from station.errors import StoreError
from station.session.backup import FOLDER as BACKUPS
from station.session.ledger import NAME as LEDGER
from station.session.ledger import sync_folder
from station.session.marker import WIPED, WIPING, hash_of
from station.session.reserve import RESERVE
from station.session.restore import SUSPECT
from station.session.trial_file import left_behind

CHUNK: Final = b"\0" * (1 << 20)
KEPT: Final = ("plates", "enrolment")  # the board's calibration; who the station is


class Held(NamedTuple):
    """What is kept of a person here; `unsent` may be nowhere else. None: the database does not tell."""

    sessions: int
    trials: int
    prescriptions: int
    unsent: int | None


class Wiped(NamedTuple):
    """What went, in files and bytes; what is kept on purpose, and what is not the station's."""

    files: int
    size_bytes: int
    kept: tuple[str, ...]
    strange: tuple[str, ...]


class _Plan(msgspec.Struct, frozen=True):
    everything: bool


def look(database: Path) -> Held:
    """Return what there is. Raises StoreError where another program has the database open.

    Unsent are messages that the care side has not acknowledged, sessions that were broken off, and trials
    that are still in files of their own.
    """
    if (database.parent / WIPING).exists():
        return Held(0, 0, 0, 0)  # what was unsent was asked the first time
    parts = len(left_behind(database.parent))
    beside = any(database.parent.glob(f"{LEDGER}*")) or (database.parent / BACKUPS).exists()
    if not database.exists() or not database.stat().st_size:
        return Held(0, 0, 0, None if beside else parts)
    try:
        with closing(sqlite3.connect(database, timeout=1.0, isolation_level=None)) as open_now:
            _leave_log(open_now)
            counts = [
                int(open_now.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0])  # noqa: S608
                for what in ("session", "trial", "prescription", "outbox", "session WHERE result IS NULL")
            ]
    except sqlite3.Error as error:
        _check_closed(database, error)
        return Held(0, 0, 0, None)
    sessions, trials, prescriptions, waiting, open_ends = counts
    return Held(sessions, trials, prescriptions, waiting + open_ends + parts)


def _leave_log(database: sqlite3.Connection) -> None:
    """Put the log into the file. It needs the file for itself: not while the uplink or an export reads it."""
    database.execute("PRAGMA journal_mode = DELETE").fetchone()


def _check_closed(database: Path, error: sqlite3.Error) -> None:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        stop = "stop it first (sudo systemctl stop balance-uplink)"
        raise StoreError(f"{database} is open in another program; {stop}") from None


def _begin(database: Path, plan: _Plan) -> None:
    """Put the mark down, after which no program opens the database; one that did just before is told of."""
    mark = database.parent / WIPING
    goes_on = mark.exists()
    _put(mark, msgspec.json.encode(plan))
    if not database.exists():
        return
    try:
        with closing(sqlite3.connect(database, timeout=1.0, isolation_level=None)) as open_now:
            _leave_log(open_now)
    except sqlite3.Error as error:
        try:
            _check_closed(database, error)
        except StoreError:
            if not goes_on:
                mark.unlink()
            raise


def under_way(folder: Path) -> bool:
    """Return whether a wipe has begun here and not ended."""
    return (folder / WIPING).exists()


def wipe(database: Path, *, subj: str | None, everything: bool, also: Sequence[Path] = ()) -> Wiped:
    """Remove everything of a person; with `everything` calibration and enrolment too; and the folders `also`.

    Raises StoreError where a file cannot be removed: then the mark stays, and the same again goes on.
    """
    folder = database.parent
    everything = everything or _planned(folder)
    files = size_bytes = 0
    try:
        goes_on = under_way(folder)
        _begin(database, _Plan(everything))
        own = list(_of_person(database))
        if subj is not None and (own or goes_on):
            _put(folder / WIPED, hash_of(subj).encode())
        targets = [*own, *also, *((folder / name for name in KEPT) if everything else ())]
        for path in [file for target in targets for file in _files(target)]:
            size_bytes += _write_over(path)
            path.unlink()
            files += 1
        for target in targets:
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
        sync_folder(folder)
        if everything:
            (folder / WIPED).unlink(missing_ok=True)
        (folder / WIPING).unlink()
        sync_folder(folder)
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder}: {error.strerror}; mend that (sudo?), then wipe again: it goes on"
        ) from error
    return Wiped(files, size_bytes, *_rest(folder))


def _planned(folder: Path) -> bool:
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((folder / WIPING).read_bytes(), type=_Plan).everything
    return False


def _of_person(database: Path) -> Iterator[Path]:
    """Yield what the station itself has made of a person's data, by the names it gives them."""
    folder = database.parent
    for pattern in (f"{database.name}*", f"{LEDGER}*", "trial-*.part", "trial-*.bad-*"):
        yield from sorted(folder.glob(pattern))
    for name in (BACKUPS, RESERVE, SUSPECT):
        if (folder / name).exists():
            yield folder / name


def _files(target: Path) -> list[Path]:
    if target.is_symlink() or target.is_file():
        return [target]
    return sorted(path for path in target.rglob("*") if path.is_symlink() or path.is_file())


def _write_over(path: Path) -> int:
    """Write zeros over a file, in place; return its size. A link's target is not the station's to touch."""
    if path.is_symlink():
        return 0
    size_bytes = path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        left = size_bytes
        while left:
            left -= file.write(CHUNK[:left])
        os.fsync(file.fileno())
    return size_bytes


def _put(file: Path, content: bytes) -> None:
    """Put a mark down, on the disk before anything goes, and readable for the station whoever wipes."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(file.parent)


def _rest(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    own = {*KEPT, WIPED, WIPING, "session.sock"}
    names = sorted(path.name for path in folder.iterdir())
    return tuple(n for n in names if n in KEPT), tuple(n for n in names if n not in own)
