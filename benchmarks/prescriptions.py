"""Malformed and hostile prescriptions at a real store: refused whole with a reason, or applied whole."""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

from benchmarks.spoiling import KEY, WAYS, sign, valid
from benchmarks.table import show
from station.link.signature import key_id, verify_prescription
from station.session.clock import WallClock
from station.session.prescriptions import LONGEST_REASON, Prescriptions
from station.session.recorder import Recorder
from station.session.reports import Identity
from station.session.store import Store
from station.training.course import Course
from station.training.fitting import Bounds, check_fits
from station.training.prescription import Limits, Prescription
from station.training.programme import programme_of
from station.training.routine import shipped_routines

SEED: Final = 20260501
NOW: Final = datetime(2026, 5, 1, tzinfo=UTC)

LIMITS: Final = Limits(
    hardest_rung={"supported-standing": 7, "single-leg": 4, "walk": 2}, most_attempts=5, fewest_rest_days=1
)


class Row(NamedTuple):
    """What became of the documents that were made one way."""

    spoiled_by: str
    documents: int
    not_understood: int
    signature: int
    out_of_date_or_place: int
    beyond_limits: int
    applied_whole: int
    applied_in_part: int
    without_a_reason: int
    other_errors: int


class Device:
    """The part of a station that takes prescriptions, with its database."""

    def __init__(self, folder: Path) -> None:
        keys = {key_id(KEY.public_key().public_bytes_raw()): KEY.public_key().public_bytes_raw()}
        wall = WallClock(lambda: NOW, synced=lambda: True)
        self.bounds = Bounds("s-1", "p-1", LIMITS, shipped_routines())
        self.store = Store(folder / "station.sqlite3")
        self.prescriptions = Prescriptions(
            self.store,
            self.bounds,
            verify=lambda document, kept=False: verify_prescription(document, keys),  # noqa: ARG005
            wall=wall,
            log=lambda _: None,
        )
        self._recorder = Recorder(
            self.store,
            folder,
            Identity("p-1", "nominal", sim=True),
            wall=wall,
            log=lambda _: None,
            rx_version=lambda: self.prescriptions.version,
        )
        self.prescriptions.attach(self._recorder)
        self.course = Course(
            self.prescriptions.in_force(),
            plate_mm=(500, 300),
            sim=True,
            adopted=self.prescriptions.adopted,
        )
        self.version = 1
        self._seq = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._recorder.close()

    def state(self) -> tuple[object, ...]:
        """Return everything that must not change when a document is refused."""
        return (
            self.store.newest_prescription(),
            self.store.newest_prescription_number(),
            self.store.applied_version(),
            self.prescriptions.version,
            replace(self.prescriptions.in_force(), note=""),
            replace(self.course.programme, note=""),
        )

    def replies(self) -> list[tuple[str, str]]:
        """Return state and reason of the answers since the last call."""
        rows = self.store.outbox("reply", after=self._seq, limit=10)
        self._seq = rows[-1].seq if rows else self._seq
        bodies = [msgspec.json.decode(row.body) for row in rows]
        return [(body["state"], body["reason"]) for body in bodies]

    def take(self, document: bytes) -> str:
        """Give it a document; return the column of the table that what follows belongs to."""
        before = self.state()
        try:
            self.prescriptions.prescribe(document, self.course)
        except Exception:  # noqa: BLE001 what is counted here is that there is none
            return "other_errors"
        replies = self.replies()
        if [state for state, _ in replies] == ["rejected"]:
            if self.state() != before:
                return "applied_in_part"
            return _column(replies[0][1])
        if self._applied_whole(document):
            return "applied_whole"
        return "applied_in_part"

    def _applied_whole(self, document: bytes) -> bool:
        rx = msgspec.json.decode(json.dumps(json.loads(document)["rx"]), type=Prescription)
        check_fits(rx, self.bounds)
        self.version = rx.version
        programme = programme_of(rx, self.bounds.routines)
        kept = self.store.newest_prescription()
        return (
            kept == (rx.version, document)
            and self.store.applied_version() == self.prescriptions.version == rx.version
            and self.course.programme == self.prescriptions.in_force() == programme
        )


def _column(reason: str) -> str:
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        return "without_a_reason"
    if "not understood" in reason or "not a signed" in reason or "not plain JSON" in reason:
        return "not_understood"
    if "signed with key" in reason or "signature" in reason:
        return "signature"
    stale = ("it is for ", "not newer", "expired", "before it is issued", "must be a date", "comes after")
    return "out_of_date_or_place" if any(words in reason for words in stale) else "beyond_limits"


def fuzz(documents: int, *, seed: int = SEED, folder: Path) -> list[Row]:
    """Give a device this many spoiled documents, each made from one it would take, and count what follows."""
    rng = random.Random(seed)
    counts: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    with Device(folder) as device:
        assert device.take(sign(valid(rng, 1))) == "applied_whole"
        for number in range(documents):
            way = list(WAYS)[number % len(WAYS)]
            document = WAYS[way](rng, valid(rng, device.version + 1))
            counts[way][device.take(document)] += 1
            if device.version > 2**52:  # a document may claim any version; leave room for the next
                raise AssertionError("no versions left")
    rows = [
        Row(way, found.total(), *(found[column] for column in Row._fields[2:]))
        for way, found in counts.items()
    ]
    sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    return [*rows, Row("all", *sums)]


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Give a folder whose files cost no wait for a disk, which is not what is counted here."""
    memory = Path("/dev/shm")  # noqa: S108 made for this
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def main(*, full: bool = False) -> None:
    documents = 100_000 if full else 5_000
    with folder_in_memory() as folder:
        show(f"Prescriptions, {documents:,} spoiled, seed {SEED}", fuzz(documents, folder=folder))
