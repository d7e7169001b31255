"""The raw readings of a trial in progress, on the disk as they come."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from station.errors import StoreError
from station.sway.reading import RECORD, Reading, pack, unpack
from station.training.result import TrialResult

S: Final = 1_000_000_000
BEFORE_NS: Final = 3 * S  # kept from before the hold, for the filter and for whoever looks
SYNC_NS: Final = S  # a power cut costs at most the last second


class TrialHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a trial when its hold begins; the first line of its file."""

    result: TrialResult
    plate: dict[str, object]
    hold_started_ns: int


class TrialFile:
    """The trial in progress: appended to as it runs, gone when the result is in the database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._synced_ns = 0
        self._recent: deque[Reading] = deque()
        self._readings: list[Reading] = []
        self.head: TrialHead | None = None

    def push(self, reading: Reading) -> None:
        """Take one reading: into the file during a hold, else into the short memory of what came before."""
        if self._file is None:
            self._recent.append(reading)
            while reading.t_ns - self._recent[0].t_ns > BEFORE_NS:
                self._recent.popleft()
            return
        self._readings.append(reading)
        self._append(pack(reading, 0))
        if reading.t_ns - self._synced_ns > SYNC_NS:
            os.fdatasync(self._file)
            self._synced_ns = reading.t_ns

    def begin(self, head: TrialHead) -> None:
        """Open the file with what came just before. Raises StoreError when the disk does not take it."""
        with self._explained():
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        self.head = head
        self._readings = list(self._recent)
        self._synced_ns = head.hold_started_ns
        self._append(msgspec.json.encode(head) + b"\n" + b"".join(pack(r, 0) for r in self._readings))

    def _append(self, data: bytes) -> None:
        if self._file is not None:
            with self._explained():
                os.write(self._file, data)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"trial file {self._path}: {error.strerror}; free some space") from error

    def end(self) -> list[Reading]:
        """Close the file and return its readings; `discard` removes it once the result is kept."""
        self.close()
        readings, self._readings = self._readings, []
        self.head = None
        return readings

    def discard(self) -> None:
        """Remove the file: its result is in the database."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file and leave it where it is; may be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def left_behind(self) -> tuple[TrialHead, list[Reading]] | None:
        """Return the trial that a power cut or a kill broke off; a torn last record is left out."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        line, newline, records = data.partition(b"\n")
        try:
            head = msgspec.json.decode(line, type=TrialHead)
        except msgspec.DecodeError:
            return None
        whole = len(records) // RECORD.size * RECORD.size if newline else 0
        readings = [unpack(records[at : at + RECORD.size])[0] for at in range(0, whole, RECORD.size)]
        return head, readings
