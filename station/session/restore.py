"""Makes a damaged database whole at the start: its newest sound backup, and the ledger of what came after.

Nothing of the damaged file is thrown away: it stays beside, the newest few with their logs.
A power cut at any point of this leaves files from which the next start does the same again.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec

from station.errors import StoreError
from station.session.backup import Backups
from station.session.bad_files import BAD, prune_bad
from station.session.ledger import NOTE, Ledger, Mark, Record, sync_folder
from station.session.marker import check_whole
from station.session.salvage import salvage
from station.session.schema import VERSION, bring_up_to_date
from station.session.soundness import Check, damage_of, mark_of

DAMAGE_NOTE: Final = "damage"
SUSPECT: Final = "suspect"  # a file beside the database: damage was found that a quick look may not see
LOG: Final = "-wal"
INDEX: Final = "-shm"


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What had happened to the database, and what was done.

    Times are RFC 3339. `backup` is when the backup was made, None where there was none. `read_back` counts
    the results that came after it; `gap`: something between may be missing.
    """

    at: str
    damage: str
    bad: str | None
    backup: str | None
    read_back: int
    gap: bool

    def sentence(self) -> str:
        """Return it for service and care team."""
        day = self.at[:16].replace("T", " ")
        of = f"of the backup of {self.backup[:16].replace('T', ' ')}" if self.backup else "without a backup"
        what = f"the database was damaged ({self.damage}) and restored on {day} {of}"
        parts = [what, f"{_results(self.read_back)} after it read back"]
        if self.bad:
            parts.append(f"the damaged file is kept as {self.bad}")
        if self.gap:
            parts.append("something between may be missing: compare with what the care team has")
        return "; ".join(parts)


class Noted(Protocol):
    """A database that remembers small things."""

    def note(self, key: str) -> bytes | None:
        """Return one."""
        ...


class Played(NamedTuple):
    """What became of the ledger's records: how many were there, and whether one is missing."""

    records: int
    gap: bool


def make_sound(path: Path, *, log: Callable[[str], None], thorough: bool = False) -> Restored | None:
    """Look through the database and restore it where it is damaged; return what was done, None for nothing.

    `thorough` looks into the indexes too; so does a start after `suspect`. Raises StoreError when
    the disk does not let it, or a wipe was cut off.
    """
    check_whole(path.parent)
    ledger, backups = Ledger(path.parent), Backups(path)
    suspected = path.with_name(SUSPECT)
    check: Check = "integrity_check" if thorough or suspected.exists() else "quick_check"
    try:
        damage = _damage(path, check, known=bool(backups.files() or ledger.files()))
        if damage is None:
            restored = _catch_up(path, ledger) if path.exists() else None
        else:
            restored = _restore(path, damage, ledger=ledger, backups=backups)
        suspected.unlink(missing_ok=True)
        prune_bad(path)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"database {path}: {error}") from error
    if restored is not None:
        log(restored.sentence())
    return restored


def suspect(path: Path) -> None:
    """Have the next start look through all of the database."""
    with suppress(OSError):
        path.with_name(SUSPECT).touch()


def known_damage(database: Noted) -> Restored | None:
    """Return what had last happened to this database."""
    value = database.note(DAMAGE_NOTE)
    return None if not value else msgspec.json.decode(value, type=Restored)


def _damage(path: Path, check: Check, *, known: bool) -> str | None:
    """Return what is wrong; a file that is not there is right only where there never was one."""
    if not path.exists() or path.stat().st_size == 0:
        has_log = path.with_name(path.name + LOG).exists()
        return "the file is not there" if known and not has_log else None
    return damage_of(path, check=check)


def _catch_up(path: Path, ledger: Ledger) -> Restored | None:
    """Write what the ledger has and the database does not: its log was lost, or a commit was cut off."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        if not any(ledger.records(after=mark_of(database).record)) or not _version(database):
            return None
        # The uplink may have written between the two looks; from here on nobody else does.
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN IMMEDIATE")
        restored = _caught_up(database, ledger)
        database.execute("COMMIT")
        return restored


def _caught_up(database: sqlite3.Connection, ledger: Ledger) -> Restored | None:
    mark = mark_of(database)
    records = list(ledger.records(after=mark.record))
    if not records:
        return None
    before = _count(database)
    played = _play(database, records, after=mark, file=_newest_file(ledger, mark))
    if played.records == 1 and not played.gap:  # one that was about to be committed
        return None
    return _noted(database, "its log was lost", bad=None, backup=None, before=before, gap=played.gap)


def _restore(path: Path, damage: str, *, ledger: Ledger, backups: Backups) -> Restored:
    draft = path.with_name(f"{path.name}.draft")
    _remove(draft)
    backup = next(backups.sound(), None)
    if backup is not None:
        shutil.copyfile(backup, draft)
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    bad = f"{path.name}{BAD}{time.time_ns()}" if path.exists() and path.stat().st_size else None
    with closing(sqlite3.connect(draft, isolation_level=None)) as database:
        database.execute("BEGIN")
        bring_up_to_date(database, _version(database))
        database.execute("COMMIT")
        mark, before = mark_of(database), _count(database)
        played = _play(
            database, ledger.records(after=mark.record), after=mark, file=_newest_file(ledger, mark)
        )
        lost = played.gap or (backup is None and not played.records)
        if lost and bad:
            salvage(_copy_of(path), database)
        made = None if backup is None else _text(backup.stat().st_mtime)
        restored = _noted(database, damage, bad=bad, backup=made, before=before, gap=lost)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    _put_in_place(draft, path, bad)
    return restored


def _put_in_place(draft: Path, path: Path, bad: str | None) -> None:
    """Exchange the files. The log goes first: a database must never meet the log of another one.

    Cut off after that, the damaged file is there without its log, and the ledger knows what is missing.
    """
    log = path.with_name(path.name + LOG)
    if log.exists():
        log.rename(path.with_name((bad or f"{path.name}{BAD}{time.time_ns()}") + LOG))
    path.with_name(path.name + INDEX).unlink(missing_ok=True)
    sync_folder(path.parent)
    if bad:
        os.link(path, path.with_name(bad))
    draft.replace(path)
    sync_folder(path.parent)
    _remove(draft)
    _remove(path.with_name(f"{path.name}.copy"))


def _copy_of(path: Path) -> Path:
    """Return a copy with its log, which SQLite may write to."""
    copy = path.with_name(f"{path.name}.copy")
    _remove(copy)
    shutil.copyfile(path, copy)
    with suppress(FileNotFoundError):
        shutil.copyfile(path.with_name(path.name + LOG), copy.with_name(copy.name + LOG))
    return copy


def _remove(path: Path) -> None:
    for end in ("", LOG, INDEX, "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _play(database: sqlite3.Connection, records: Iterable[Record], *, after: Mark, file: int) -> Played:
    """Write what the records say, each whole or not at all."""
    last, count, gap = after.record, 0, False
    for record in records:
        gap = gap or record.number != last + 1
        last, count = record.number, count + 1
        database.execute("SAVEPOINT record")
        try:
            for statement in record.statements:
                database.execute(statement)
            mark = msgspec.json.encode(Mark(last, file))
            database.execute("INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", (NOTE, mark))
        except sqlite3.IntegrityError:  # it is there already
            database.execute("ROLLBACK TO record")
        except sqlite3.OperationalError:
            database.execute("ROLLBACK TO record")
            gap = True
        database.execute("RELEASE record")
    mark = msgspec.json.encode(Mark(last, file))
    database.execute("INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", (NOTE, mark))
    return Played(count, gap)


def _noted(
    database: sqlite3.Connection,
    damage: str,
    *,
    bad: str | None,
    backup: str | None,
    before: int,
    gap: bool,
) -> Restored:
    """Remember in the database itself what was done to it."""
    restored = Restored(
        at=_text(time.time()),
        damage=damage[:200],
        bad=bad,
        backup=backup,
        read_back=_count(database) - before,
        gap=gap,
    )
    database.execute(
        "INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)",
        (DAMAGE_NOTE, msgspec.json.encode(restored)),
    )
    return restored


def _newest_file(ledger: Ledger, mark: Mark) -> int:
    files = ledger.files()
    return max(mark.file, int(files[-1].name.rpartition("-")[2]) if files else 0)


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return min(int(version), VERSION)


def _count(database: sqlite3.Connection) -> int:
    """Return how many results of trials and sessions there are."""
    (count,) = database.execute(
        "SELECT (SELECT COUNT(*) FROM trial) + (SELECT COUNT(*) FROM session WHERE result IS NOT NULL)"
    ).fetchone()
    return int(count)


def _results(count: int) -> str:
    return "1 result" if count == 1 else f"{count} results"


def _text(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
