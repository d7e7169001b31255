"""Room held back on the disk, so that on a full one what makes room can still be written."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

RESERVE: Final = "reserve"  # beside the database
RESERVE_BYTES: Final = 2_000_000
MARGIN_BYTES: Final = 2_000_000  # the database grows no further than to here: its log needs room too


def free_bytes(folder: Path) -> int:
    """Return how much of the disk is free for this user. Raises OSError."""
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize


def keep_reserve(folder: Path) -> None:
    """Make a file that only takes room, if it is not there and the disk is not nearly full."""
    reserve = folder / RESERVE
    with suppress(OSError):
        if reserve.exists() or free_bytes(folder) < MARGIN_BYTES + RESERVE_BYTES:
            return
        descriptor = os.open(reserve, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        finally:
            os.close(descriptor)


def give_up_reserve(folder: Path) -> bool:
    """Give its room away; return whether it was there."""
    try:
        (folder / RESERVE).unlink()
    except OSError:
        return False
    return True
