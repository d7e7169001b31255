"""What each transaction wrote, a line each, beside the database: read back when the database is damaged.

A line is the CRC of what follows, in hex, a space, and base64 of the compressed record. A line that is torn
or spoiled is left out, and the numbers of the records show that one is missing.
"""

import base64
import binascii
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

NAME: Final = "ledger-"
NOTE: Final = "ledger"  # in the database: the number of its last record, and of the file it went to
# What a transaction says that changes nothing.
SILENT: Final = ("SELECT", "BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


class Mark(msgspec.Struct, frozen=True):
    """How far the ledger has come: the number of the last record, and of the file being written."""

    record: int = 0
    file: int = 0


class Record(msgspec.Struct, frozen=True, array_like=True):
    """What one transaction wrote, as SQL with its values; `number` follows on that of the one before."""

    number: int
    statements: tuple[str, ...]


class Ledger:
    """The files of one folder. Appended to by whoever holds the database's write lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Path] = set()  # files whose names are on the disk

    def append(self, mark: Mark, statements: Sequence[str]) -> None:
        """Put a record onto the disk. Raises OSError; the database does not depend on it."""
        record = msgspec.msgpack.encode(Record(mark.record, tuple(statements)))
        packed = base64.b64encode(zlib.compress(record))
        path = self._folder / f"{NAME}{mark.file:08d}"
        # It begins with a line's end: what a power cut left of the line before must not spoil this one.
        line = b"\n%08x %s\n" % (zlib.crc32(packed), packed)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            while line:
                line = line[os.write(descriptor, line) :]
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        if path not in self._known:
            sync_folder(self._folder)
            self._known.add(path)

    def files(self) -> list[Path]:
        """Return the files, oldest first."""
        return sorted(path for path in self._folder.glob(f"{NAME}*") if _number(path) is not None)

    def records(self, *, after: int) -> Iterator[Record]:
        """Yield the records above this number in order.

        Of two with the same number the later one counts: the first was never committed.
        """
        found: dict[int, Record] = {}
        for path in self.files():
            for record in _read(path):
                if record.number > after:
                    found[record.number] = record
        for number in sorted(found):
            yield found[number]

    def drop_before(self, file: int) -> None:
        """Remove the files before this one: every backup that is kept holds what is in them."""
        for path in self.files():
            number = _number(path)
            if number is not None and number < file:
                with suppress(OSError):
                    path.unlink()


def _number(path: Path) -> int | None:
    with suppress(ValueError):
        return int(path.name.removeprefix(NAME))
    return None


def _read(path: Path) -> Iterator[Record]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return
    for line in lines:
        crc, _, packed = line.partition(b" ")
        with suppress(ValueError, binascii.Error, zlib.error, msgspec.MsgspecError):
            if int(crc or b"x", 16) == zlib.crc32(packed):
                yield msgspec.msgpack.decode(zlib.decompress(base64.b64decode(packed)), type=Record)


def written(statements: Sequence[str]) -> list[str]:
    """Return those statements of a transaction that write."""
    return [statement for statement in statements if not statement.lstrip().upper().startswith(SILENT)]


def sync_folder(folder: Path) -> None:
    """Put the names in a folder onto the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
