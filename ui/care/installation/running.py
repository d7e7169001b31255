"""Who uses a data folder: every command holds a lock on the folder itself for as long as it runs.

The folder, not a file in it: who may read it may hold it, and a restore that puts another folder in its place
leaves the lock with the one that goes.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.db import connection

from station.errors import StoreError
from ui.care.installation.folder import DataFolder

UNFINISHED: Final = "restore-began"  # in a folder whose PostgreSQL database may be another's by now


@contextmanager
def at_work(folder: DataFolder) -> Iterator[None]:
    """Be known as running; where there is no folder yet, nobody restores into it.

    Raises StoreError while a backup is being restored, and where a restore was cut off.
    """
    if not folder.path.is_dir():
        yield
        return
    with _locked(folder.path, fcntl.LOCK_SH, "a backup is being restored into it; start again after that"):
        if (folder.path / UNFINISHED).exists():
            raise StoreError(
                f"{folder.path}: a restore was cut off, and its database may not be that of its keys; "
                "run it again: balance-care restore FILE --over"
            )
        yield


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep everything else from the folder, which must be there. Raises StoreError where something runs."""
    do = (
        "a recorder, the site or a command is at work on it; stop them first (systemctl stop 'balance-care*')"
    )
    with _locked(path, fcntl.LOCK_EX, do):
        yield


def other_connections() -> list[str]:
    """Return from where others are connected to a PostgreSQL database; none where there is no such server.

    Raises django.db.DatabaseError.
    """
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(host(client_addr), 'this machine') FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' ORDER BY 1"
        )
        return [str(where) for (where,) in cursor.fetchall()]


@contextmanager
def _locked(path: Path, how: int, otherwise: str) -> Iterator[None]:
    descriptor = _open(path)
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{path}: {otherwise}") from None
        except OSError as error:
            raise StoreError(f"{path}: it cannot be locked ({error.strerror}); use a local disk") from error
        if not os.path.samestat(os.fstat(descriptor), path.stat()):  # restored between the two
            raise StoreError(f"{path}: a backup was just restored into it; start again")
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened ({error.strerror}); run this as its owner") from error
