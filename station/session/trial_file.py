"""The raw readings of a trial in progress, on the disk as they come."""

import os
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from station.errors import StoreError
from station.session.ledger import sync_folder
from station.session.moment import Moment
from station.sway.reading import RECORD, Reading, pack, unpack
from station.training.result import TrialResult

S: Final = 1_000_000_000
BEFORE_NS: Final = 3 * S  # kept from before the hold, for the filter and for whoever looks
PART: Final = ".part"
SYNC_NS: Final = S  # a power cut costs at most the last second


class TrialHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a trial when its hold begins; the first line of its file."""

    result: TrialResult
    plate: dict[str, object]
    hold_started_ns: int
    started_at: Moment | None = None


class TrialFile:
    """The trial in progress: a file of its own, appended to as it runs, gone when its result is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder
        self._file: int | None = None
        self._synced_ns = 0
        self._recent: deque[Reading] = deque()
        self._readings: list[Reading] = []
        self.head: TrialHead | None = None

    def push(self, reading: Reading) -> None:
        """Take one reading: into the file during a hold, else into the short memory of what came before."""
        if self.head is None:
            self._recent.append(reading)
            while reading.t_ns - self._recent[0].t_ns > BEFORE_NS:
                self._recent.popleft()
            return
        self._readings.append(reading)
        self._append(pack(reading, 0), sync=reading.t_ns - self._synced_ns > SYNC_NS)
        if reading.t_ns - self._synced_ns > SYNC_NS:
            self._synced_ns = reading.t_ns

    def begin(self, head: TrialHead) -> None:
        """Begin a trial with what came just before it.

        Raises StoreError when the disk does not take it; the trial then goes on in memory alone.
        """
        self.head = head
        self._readings = list(self._recent)
        self._synced_ns = head.hold_started_ns
        self._path = self._folder / f"trial-{head.result.trial}{PART}"
        try:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        except OSError as error:
            raise self._refused(error) from error
        self._append(
            msgspec.json.encode(head) + b"\n" + b"".join(pack(r, 0) for r in self._readings), sync=True
        )
        with suppress(OSError):  # else a power cut may leave the readings without a name
            sync_folder(self._folder)

    def _append(self, data: bytes, *, sync: bool) -> None:
        if self._file is None:
            return
        try:
            while data:
                data = data[os.write(self._file, data) :]
            if sync:
                os.fdatasync(self._file)
        except OSError as error:
            self.close()  # one failure is enough: what follows is kept in memory
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> StoreError:
        return StoreError(f"trial file {self._path}: {error.strerror}; this trial is kept in memory only")

    def end(self) -> tuple[list[Reading], Path]:
        """Close the file; return its readings, and where it is until its result is kept (`discard`)."""
        self.close()
        readings, self._readings = self._readings, []
        self._recent.clear()
        self.head = None
        return readings, self._path

    def close(self) -> None:
        """Close the file and leave it where it is; may be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def discard(path: Path) -> None:
    """Remove a trial's file: its result is in the database."""
    path.unlink(missing_ok=True)


def left_behind(folder: Path) -> list[Path]:
    """Return the files of the trials that a power cut or a kill broke off."""
    return sorted(folder.glob(f"trial-*{PART}"))


def is_empty(path: Path) -> bool:
    """Return whether a trial's file has a name and nothing in it. Raises StoreError."""
    try:
        return path.stat().st_size == 0
    except OSError as error:
        raise StoreError(f"trial file {path}: {error.strerror}") from error


def read_trial(path: Path) -> tuple[TrialHead, list[Reading]]:
    """Return a trial that was broken off, up to the first record that is torn.

    Raises StoreError when its beginning cannot be read.
    """
    try:
        line, newline, records = path.read_bytes().partition(b"\n")
        head = msgspec.json.decode(line, type=TrialHead)
    except OSError as error:
        raise StoreError(f"trial file {path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StoreError(f"trial file {path}: its beginning cannot be read: {error}") from None
    readings: list[Reading] = []
    whole = len(records) // RECORD.size * RECORD.size if newline else 0
    with suppress(ValueError):  # a torn record: what came before it is sound
        readings += (unpack(records[at : at + RECORD.size])[0] for at in range(0, whole, RECORD.size))
    return head, readings


def set_aside(path: Path) -> Path:
    """Give a file another name, so that the station starts and a helper can look at it."""
    return path.rename(path.with_suffix(f".bad-{time.time_ns()}"))
