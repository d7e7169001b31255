"""Which recorder and site of this data folder run: each holds a lock on a file for as long as it does."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DatabaseError, connection

from station.errors import StoreError
from ui.care.folder import DataFolder

LOCK_FILE: Final = "running.lock"


@contextmanager
def at_work(folder: DataFolder) -> Iterator[None]:
    """Be known as running. Raises StoreError while a backup is being restored."""
    with _locked(folder, fcntl.LOCK_SH, "a backup is being restored into it; start again when that is done"):
        yield


@contextmanager
def alone(folder: DataFolder) -> Iterator[None]:
    """Keep recorder and site from running meanwhile. Raises StoreError where one runs."""
    do = "a recorder or the site runs on it; stop them first (systemctl stop 'balance-care@*')"
    with _locked(folder, fcntl.LOCK_EX, do):
        yield


def other_connections() -> int:
    """Return how many others are connected to a PostgreSQL database; 0 where there is none."""
    if connection.vendor != "postgresql":
        return 0
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            (count,) = cursor.fetchone()
    except DatabaseError:
        return 0
    return int(count)


@contextmanager
def _locked(folder: DataFolder, how: int, otherwise: str) -> Iterator[None]:
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder.path / LOCK_FILE
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{file}: cannot be opened ({error.strerror}); see its folder's owner") from error
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{folder.path}: {otherwise}") from None
        yield
    finally:
        os.close(descriptor)
