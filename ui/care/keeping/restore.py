"""A backup comes back. What was there is kept beside it; until the last step it is in its place."""

import ctypes
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from django.core.management import call_command
from django.db import connection

from station.errors import DamagedError, StoreError
from ui.care.installation.folder import DataFolder
from ui.care.installation.ready import newer_migrations
from ui.care.installation.running import UNFINISHED, alone, other_connections
from ui.care.keeping import postgres, sqlite
from ui.care.keeping.archive import DATABASE, FOLDER, Manifest, read_manifest, unpack
from ui.care.models.audit import verify_audit
from ui.care.models.chain import End
from ui.care.rights.audit import note_command

RENAME_EXCHANGE: Final = 2  # renameat2(2)
AT_FDCWD: Final = -100
NAMED: Final = 5  # of many, this many


class Restored(NamedTuple):
    """What came back, and where what was there before is now; None where nothing was."""

    manifest: Manifest
    kept_folder: Path | None
    kept_schema: str | None


def check(file: Path) -> Manifest:
    """Look through a whole backup, restoring nothing. Raises StoreError or DamagedError, naming the part."""
    _refuse_open(file)
    with _work_folder(file.absolute().parent) as work:
        manifest = unpack(file, work)
        _database_of(work, manifest)
    refuse_newer(file, manifest)
    return manifest


def refuse_newer(file: Path, manifest: Manifest) -> None:
    """Raise StoreError for a backup of a database that this version does not know."""
    applied = [(app, name) for app, _, name in (each.partition(".") for each in manifest.migrations)]
    newer = newer_migrations(applied)
    if newer:
        raise StoreError(
            f"{file}: it is of version {manifest.version}, whose database this version does not know "
            f"({'.'.join(newer[-1])}); install that version, or a newer one"
        )


def restore(folder: DataFolder, file: Path, *, over: bool) -> Restored:
    """Put a backup in the place of what is there. Raises StoreError; then everything is as it was."""
    _refuse_open(file)
    _refuse_other_database(file, read_manifest(file))
    place = folder.path.resolve()  # a link to the folder stays one
    with _work_folder(place.parent) as work:
        manifest = unpack(file, work)
        refuse_newer(file, manifest)
        _database_of(work, manifest)
        with _made(place), alone(place):
            _refuse_connections()
            was = _refuse_what_is_there(place, over=over)
            return _put(_Coming(file, work, manifest), place, was)


class _Coming(NamedTuple):
    """A backup, unpacked and looked through."""

    file: Path
    work: Path
    manifest: Manifest


def _put(it: _Coming, place: Path, was: "_There") -> Restored:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    files = it.work / FOLDER
    files.mkdir(mode=0o700, exist_ok=True)
    kept_schema = (
        f"{postgres.KEPT}{stamp.lower()}" if was.tables and connection.vendor == "postgresql" else None
    )
    with _database_restored(it, place, kept_schema):
        _finish(it)
        _refuse_connections()  # who came meanwhile may have written where nobody will read
        _like(place, files)
        kept_folder = _exchange(place, files, stamp, keep=was.files)
    if kept_folder is not None:
        (kept_folder / UNFINISHED).unlink(missing_ok=True)
    return Restored(it.manifest, kept_folder, kept_schema)


class _There(NamedTuple):
    """What is in the place of what is to come."""

    files: bool
    tables: bool


def _refuse_open(file: Path) -> None:
    try:
        mode = file.stat().st_mode & 0o777
    except OSError as error:
        raise StoreError(f"{file}: cannot be read ({error.strerror})") from error
    if mode & 0o077:
        raise StoreError(
            f"{file}: others may read it (mode {mode:o}), and it holds names and keys; run: chmod 600 {file} "
            "(from a disk without rights copy it to another first)"
        )


def _refuse_other_database(file: Path, manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise StoreError(
            f"{file}: it is of a {manifest.database} database, and this care side uses {connection.vendor}; "
            "see DATABASE_URL"
        )


def _refuse_connections() -> None:
    others = other_connections()
    if others:
        raise StoreError(
            f"database {connection.settings_dict['NAME']}: others are connected to it "
            f"({', '.join(others[:NAMED])}); stop every recorder, site and program that uses it first"
        )


def _refuse_what_is_there(place: Path, *, over: bool) -> _There:
    files = any(path.name != UNFINISHED for path in place.iterdir())
    tables = connection.vendor == "postgresql" and not postgres.is_empty()
    if (files or tables) and not over:
        where = str(place) if files else f"database {connection.settings_dict['NAME']}"
        raise StoreError(f"{where} is not empty; --over keeps what is there beside what is restored")
    return _There(files, tables)


@contextmanager
def _made(place: Path) -> Iterator[None]:
    """Have the folder; one that was not there goes again where what follows fails."""
    if place.is_dir():
        yield
        return
    place.mkdir(mode=0o700)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            place.rmdir()
        raise


@contextmanager
def _work_folder(parent: Path) -> Iterator[Path]:
    work = parent / f".balance-care-restore-{secrets.token_hex(4)}"
    try:
        work.mkdir(mode=0o700, parents=True)
    except OSError as error:
        message = f"{parent}: nothing can be made there ({error.strerror}); run this as its owner"
        raise StoreError(message) from error
    try:
        yield work
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"{work}: {error.strerror or error}; nothing was restored") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _database_of(work: Path, manifest: Manifest) -> Path:
    """Return the database's file, looked through. Raises DamagedError."""
    is_postgres = manifest.database == "postgresql"
    file = work / DATABASE / (postgres.NAME if is_postgres else sqlite.NAME)
    if not file.exists():
        raise DamagedError(f"the backup holds no {DATABASE}{file.name}; take another backup")
    (postgres.check if is_postgres else sqlite.check)(file)
    return file


@contextmanager
def _database_restored(it: _Coming, place: Path, kept_schema: str | None) -> Iterator[None]:
    """Have the restored database for this connection; where what follows fails, the one before again."""
    file = _database_of(it.work, it.manifest)
    if connection.vendor == "postgresql":
        with _postgres_restored(file, it.work, place / UNFINISHED, kept_schema):
            yield
        return
    staged = it.work / FOLDER / sqlite.NAME
    file.rename(staged)
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = staged
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


@contextmanager
def _postgres_restored(file: Path, work: Path, begun: Path, kept_schema: str | None) -> Iterator[None]:
    begun.touch(mode=0o600)  # killed between database and folder, nothing runs until it is done again
    try:
        postgres.load(file, work, keep_as=kept_schema)
    except StoreError:
        begun.unlink()
        raise
    try:
        yield
    except BaseException:
        postgres.put_back(kept_schema)
        begun.unlink()
        raise


def _finish(it: _Coming) -> None:
    """Bring the restored database up to date, hold its audit against the backup's word, and note it."""
    call_command("migrate", interactive=False, verbosity=0)
    number, digest = it.manifest.audit.split(":")
    verdict = verify_audit(End(int(number), digest) if int(number) else None)
    if verdict.broken is not None:
        raise DamagedError(f"{it.file}: the audit in it is not whole: {verdict.broken}")
    note_command("restored a backup", f"{it.file.name} of {it.manifest.made}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        Path(str(connection.settings_dict["NAME"])).chmod(0o600)


def _like(there: Path, new: Path) -> None:
    """Give what was unpacked to whom the folder belongs, where root restores for a service."""
    owner = there.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for path in (new, *new.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def _exchange(place: Path, new: Path, stamp: str, *, keep: bool) -> Path | None:
    """Put a folder in the place of another at once; return where the other one is, None where it is gone."""
    _swap(place, new)
    if not keep:
        return None  # it goes with the work folder
    kept = place.with_name(f"{place.name}.before-{stamp}")
    try:
        new.rename(kept)
    except OSError:
        _swap(place, new)
        raise
    _sync(place.parent)
    return kept


def _swap(place: Path, new: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(place), RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise StoreError(
            f"{place}: it cannot be exchanged ({os.strerror(number)}); where it is a disk of its own, name a "
            "folder on that disk with BALANCE_CARE_DATA"
        )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
