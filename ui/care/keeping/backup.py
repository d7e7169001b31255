"""A backup is made: first the database, then the files, so that no key is older than what it signed."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from station import __version__
from station.errors import StoreError
from ui.care.installation.folder import DataFolder
from ui.care.keeping import postgres, sqlite
from ui.care.keeping.archive import DATABASE, FOLDER, FORMAT, File, Manifest, part_of, write_archive
from ui.care.models import AuditEnd, Patient, Session, Trial
from ui.care.rights.audit import note_command

SECRETS: Final = ("secret-key", "signing-key", "signing-keys/", "authority/")


def back_up(folder: DataFolder, out: Path) -> Manifest:
    """Write a backup to `out`. Raises StoreError.

    It is noted in the audit first, and so in the copy: a backup nobody knows of would be worse.
    """
    if out.exists():
        raise StoreError(f"{out}: it is there already; name another file")
    if out.resolve().is_relative_to(folder.path.resolve()):
        raise StoreError(f"{out}: it would lie in what it is a backup of; name a file on another disk")
    if not out.parent.is_dir():
        raise StoreError(f"{out.parent}: there is no such folder; make it, readable for its owner only")
    note_command("took a backup", out.name)
    try:
        return _written(folder, out)
    except StoreError:
        with suppress(DatabaseError):
            note_command("backup failed", out.name)
        raise


def _written(folder: DataFolder, out: Path) -> Manifest:
    try:
        with tempfile.TemporaryDirectory(prefix=".balance-care-backup-", dir=out.parent) as work:
            described = _described()  # before the copy, which may hold a line more of the audit
            files = [_database(folder, Path(work)), *_of_folder(folder, Path(work))]
            manifest = _of(described, files)
            write_archive(out, manifest, files)
    except StoreError:
        raise
    except OSError as error:
        where = error.filename or out
        raise StoreError(f"{out}: no backup was made ({where}: {error.strerror or error})") from error
    return manifest


def _database(folder: DataFolder, work: Path) -> File:
    if connection.vendor == "postgresql":
        file = File(f"{DATABASE}{postgres.NAME}", work / postgres.NAME)
        postgres.dump(file.path)
    else:
        file = File(f"{DATABASE}{sqlite.NAME}", work / sqlite.NAME)
        sqlite.dump(folder.database, file.path)
    return file


def _of_folder(folder: DataFolder, work: Path) -> Iterator[File]:
    """Yield copies of the files of the data folder but database and drafts: they may change meanwhile."""
    for number, path in enumerate(sorted(folder.path.rglob("*"))):
        name = path.relative_to(folder.path)
        hidden = any(part.startswith(".") for part in name.parts)
        if path.is_symlink() or not path.is_file() or hidden or name.name.startswith(sqlite.NAME):
            continue
        copy = work / f"file-{number}"
        with suppress(FileNotFoundError):  # retired since
            shutil.copyfile(path, copy)
            yield File(f"{FOLDER}{name.as_posix()}", copy)


def _described() -> Manifest:
    end = AuditEnd.objects.filter(pk=1).first() or AuditEnd()
    applied = MigrationRecorder(connection).applied_migrations()
    return Manifest(
        format=FORMAT,
        made=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        version=__version__,
        database=connection.vendor,
        migrations=tuple(sorted(f"{app}.{name}" for app, name in applied)),
        audit=f"{end.number}:{end.digest}",
        counts={
            "patients": Patient.objects.count(),
            "sessions": Session.objects.count(),
            "trials": Trial.objects.count(),
        },
    )


def _of(manifest: Manifest, files: list[File]) -> Manifest:
    names = [file.name.removeprefix(FOLDER) for file in files]
    there = tuple(secret for secret in SECRETS if any(name.startswith(secret) for name in names))
    return msgspec.structs.replace(manifest, secrets=there, parts=tuple(part_of(file) for file in files))
