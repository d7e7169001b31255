"""A file of the boot partition, changed so that a loss of power leaves the old one or the new one.

The partition is FAT: no modes, no journal. The draft is synced before it takes the name, the folder after;
what was there first stays beside it.
"""

import os
from pathlib import Path
from typing import Final

BACKUP: Final = ".before-balance-station"
DRAFT: Final = ".balance-station-draft"


def read_text(file: Path) -> str:
    """Return what stands in it, line ends and foreign bytes as they are; "" for no file. Raises OSError."""
    try:
        with file.open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""


def write_text(file: Path, text: str) -> None:
    """Put the text in place of the file; the first one stays beside it. Raises OSError: nothing changed."""
    backup = file.with_name(file.name + BACKUP)
    if file.exists() and not backup.exists():
        _write(backup, file.read_bytes())
    _write(file, text.encode("utf-8", errors="surrogateescape"))


def backup_of(file: Path) -> Path:
    """Return where the first one is kept."""
    return file.with_name(file.name + BACKUP)


def _write(file: Path, content: bytes) -> None:
    draft = file.with_name(file.name + DRAFT)  # one name: FAT has no room for drafts that pile up
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
