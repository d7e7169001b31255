"""The plates of one station: every one ever taken into use is kept, and the last line of a list is in use."""

import os
import re
from pathlib import Path
from typing import Final

from station.errors import CalibrationError
from station.sway.plate_file import PlateFile, decode_plate_file, encode_plate_file

HISTORY: Final = "history"
_ID: Final = re.compile(r"cal-[0-9a-f]{12}")


class Plates:
    """A folder with `<id>.json` for each plate and `history`, one id a line, oldest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def history(self) -> list[str]:
        """Return the ids in the order they came into use. Raises CalibrationError on a damaged list."""
        path = self._folder / HISTORY
        try:
            ids = path.read_text(encoding="ascii").split()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise CalibrationError(f"{path} cannot be read: {error}") from None
        for named in ids:
            if not _ID.fullmatch(named):
                raise CalibrationError(f"{path} is damaged: {named[:40]!r} is no plate id")
        return ids

    def current(self) -> PlateFile | None:
        """Return the plate in use, None when there was never one. Raises CalibrationError."""
        ids = self.history()
        return self._read(ids[-1]) if ids else None

    def install(self, file: PlateFile) -> str:
        """Take a plate into use and return its id; the ones before are kept."""
        named, data = encode_plate_file(file)
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True)
            give_to_owner_of(self._folder.parent, self._folder)
        write_atomically(self._folder / f"{named}.json", data)
        ids = self.history()
        if ids[-1:] != [named]:
            self._write_history([*ids, named])
        return named

    def previous(self) -> PlateFile:
        """Return the plate before this one. Raises CalibrationError when there is none."""
        *before, _current = self.history() or [""]
        if not before:
            raise CalibrationError("there is no previous plate to restore")
        return self._read(before[-1])

    def restore(self) -> PlateFile:
        """Take the plate before this one into use again. Raises CalibrationError when there is none."""
        file = self.previous()
        self._write_history(self.history()[:-1])
        return file

    def _read(self, named: str) -> PlateFile:
        path = self._folder / f"{named}.json"
        file = read_plate_file(path)
        if file.id != named:
            raise CalibrationError(f"{path} holds the plate {file.id}; it was exchanged by hand")
        return file

    def _write_history(self, ids: list[str]) -> None:
        write_atomically(self._folder / HISTORY, "".join(f"{named}\n" for named in ids).encode())


def read_plate_file(path: Path) -> PlateFile:
    """Return the plate file at a path. Raises CalibrationError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CalibrationError(f"plate file {path}: {error.strerror}") from None
    return decode_plate_file(data, where=f"plate file {path}")


def give_to_owner_of(folder: Path, what: int | Path) -> None:
    """Give a file or folder that root has made to whoever owns the folder it is in; no link is followed."""
    if os.geteuid() == 0:
        owner = folder.stat()
        if isinstance(what, int):
            os.fchown(what, owner.st_uid, owner.st_gid)
        else:
            os.lchown(what, owner.st_uid, owner.st_gid)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that after a power cut the old or the new one is there, whole.

    Of root's it is for whoever owns the folder, who must be able to replace it. Raises CalibrationError when
    the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            give_to_owner_of(path.parent, file.fileno())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CalibrationError(f"{path} cannot be written: {error.strerror}") from None
