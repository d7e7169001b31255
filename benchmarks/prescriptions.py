"""Malformed and hostile prescriptions at a real store: refused whole with a reason, or applied whole."""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import msgspec
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.table import show
from station.link.signature import key_id, verify_prescription
from station.session.clock import WallClock
from station.session.prescriptions import LONGEST_REASON, Prescriptions
from station.session.recorder import Recorder
from station.session.reports import Identity
from station.session.store import Store
from station.training.course import Course
from station.training.fitting import Bounds, check_fits
from station.training.prescription import Exercise, Limits, Prescription
from station.training.programme import programme_of
from station.training.routine import shipped_routines

SEED: Final = 20260501
NOW: Final = datetime(2026, 5, 1, tzinfo=UTC)
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))

Document = dict[str, Any]

VALID: Final[tuple[Document, ...]] = (
    {"exercises": [{"routine": "supported-standing", "rung": 2}]},
    {
        "exercises": [
            {"routine": "supported-standing", "rung": 3, "alone_up_to": 5, "support_limit_percent": 12.5},
            {"routine": "single-leg", "rung": 1, "side": "left", "attempts": 3, "hold_s": 8, "rest_s": 30},
            {"routine": "walk", "rung": 1, "attempts": 1, "days_a_week": 5},
        ],
        "device": "cane",
        "pain_limit": 4,
        "body_weight_n": 712.5,
        "note": "Schön langsam – iyi gidiyor.",
        "surgery": "laminectomy",
        "surgery_date": "2026-03-02",
        "weaker_leg": "right",
        "somebody_near": True,
        "sessions_a_day": 1,
        "minutes_a_day": 25.0,
        "least_gap_h": 4.0,
        "rest_days_a_week": 2,
    },
)
WRONG: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2, 9, 10, 11, 99, 101, 1e-9, 0.5, -0.0, 61, 601, 1e308, 2**53, 2**63, 2**64,
    -(2**63), 10**30, "", " ", "1", "left", "both", "none", "NaN", "a" * 65, "ü" * 301, "\x00", "\u202e",
    "'; DROP TABLE prescription; --", [], {}, [[]], [None], {"rung": 1}, "2026-05-01",
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-02-30T00:00:00Z", "2026-05-01T08:00:00",
    "2026-W18-5", "now",
)  # fmt: skip
BEYOND: Final[tuple[tuple[str, Any], ...]] = (
    ("rung", 9), ("rung", 100), ("alone_up_to", 8), ("alone_up_to", 1), ("attempts", 6), ("hold_s", 60.5),
    ("rest_s", 600.5), ("support_limit_percent", 0.0), ("days_a_week", 8), ("routine", "juggling"),
    ("side", "right"), ("pain_limit", 8), ("sessions_a_day", 4), ("minutes_a_day", 61.0),
    ("minutes_a_day", 0.5),
    ("least_gap_h", 0.5), ("rest_days_a_week", 0), ("surgery_date", "2030-01-01"), ("body_weight_n", 20.0),
    ("expires", "2028-01-01T00:00:00Z"), ("issued", "2026-04-01T08:00:00"),
)  # fmt: skip
STALE: Final[tuple[tuple[str, Any], ...]] = (
    ("version", 1), ("version", 0), ("station", "s-2"), ("subj", "p-2"), ("expires", "2026-04-30T00:00:00Z"),
    ("expires", "2026-01-01T00:00:00Z"),
)  # fmt: skip
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
            verify=lambda document: verify_prescription(document, keys),
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


def valid(rng: random.Random, version: int) -> Document:
    """Return a document that the device would take."""
    frame = {
        "version": version,
        "station": "s-1",
        "subj": "p-1",
        "issued": "2026-04-20T08:00:00Z",
        "expires": "2026-07-10T08:00:00Z",
    }
    return {**frame, **deepcopy(rng.choice(VALID))}


def sign(rx: Any, key: Ed25519PrivateKey = KEY) -> bytes:
    """Return the signed document; where it has no canonical form, with a signature that cannot fit."""
    try:
        signature = key.sign(rfc8785.dumps(rx))
    except (ValueError, RecursionError):
        signature = bytes(64)
    name = key_id(key.public_key().public_bytes_raw())
    body = {"rx": rx, "key": name, "sig": msgspec.to_builtins(signature)}
    return json.dumps(body).encode()


def _place(rng: random.Random, rx: Document) -> Document:
    return rx if rng.random() < 0.5 else rng.choice(rx["exercises"])


def wrong_value(rng: random.Random, rx: Document) -> bytes:
    for _ in range(rng.randint(1, 3)):
        place = _place(rng, rx) if isinstance(rx.get("exercises"), list) and rx["exercises"] else rx
        if isinstance(place, dict) and place:
            place[rng.choice(sorted(place))] = deepcopy(rng.choice(WRONG))
    return sign(rx)


def beyond(rng: random.Random, rx: Document) -> bytes:
    name, value = rng.choice(BEYOND)
    place = rng.choice(rx["exercises"]) if name in Exercise.__struct_fields__ else rx
    place[name] = value
    return sign(rx)


def stale(rng: random.Random, rx: Document) -> bytes:
    name, value = rng.choice(STALE)
    return sign({**rx, name: value})


def missing_or_more(rng: random.Random, rx: Document) -> bytes:
    place = _place(rng, rx)
    if rng.random() < 0.5:
        del place[rng.choice(sorted(place))]
    else:
        place[rng.choice(("rungs", "Rung", "limits", "", "hardest_rung", "__class__", "x" * 2000))] = 1
    return sign(rx)


def structure(rng: random.Random, rx: Document) -> bytes:
    deep: Any = 1
    for _ in range(rng.choice((10, 200))):
        deep = [deep]
    other: Any = rng.choice(
        (
            [rx],
            None,
            "rx",
            7,
            deep,
            {**rx, "exercises": rx["exercises"] * 21},
            {**rx, "exercises": []},
            {**rx, "exercises": {"0": rx["exercises"][0]}},
            {**rx, "exercises": [deep]},
            {**rx, "note": "n" * 100_000},
            {"rx": rx},
        )
    )
    return sign(other)


def changed_after_signing(rng: random.Random, rx: Document) -> bytes:
    document = json.loads(sign(rx))
    exercise = rng.choice(document["rx"]["exercises"])
    name = rng.choice(("rung", "attempts", "alone_up_to"))
    exercise[name] = (exercise.get(name) or 1) + 1
    return json.dumps(document).encode()


def key_twice(rng: random.Random, rx: Document) -> bytes:
    """Say a field twice, so that the reader of the signature and that of the programme might differ."""
    text = sign(rx).decode()
    harder = rng.choice(('"rung": 7, ', '"attempts": 5, ', '"routine": "single-leg", '))
    at = text.index('{"routine"') + 1
    if rng.random() < 0.5:
        return (text[:at] + harder + text[at:]).encode()
    end = text.index("}", at)
    return (text[:end] + ", " + harder.rstrip(", ") + text[end:]).encode()


def stranger(rng: random.Random, rx: Document) -> bytes:
    document = json.loads(sign(rx, STRANGER))
    if rng.random() < 0.5:  # by our name, or by another one that is long or strange
        document["key"] = rng.choice((json.loads(sign(rx))["key"], "k" * 100_000, "\n\x1b[2J", ""))
    return json.dumps(document).encode()


def bytes_spoiled(rng: random.Random, rx: Document) -> bytes:
    document = bytearray(sign(rx))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(document))
        match rng.randrange(4):
            case 0:
                document[at] ^= 1 << rng.randrange(8)
            case 1:
                del document[at:]
                document += b"\xff" if rng.random() < 0.3 else b" "
            case 2:
                document[at:at] = rng.randbytes(rng.randint(1, 4))
            case _:
                del document[at : at + rng.randint(1, 8)]
        document = document or bytearray(b" ")
    return bytes(document)


WAYS: Final[dict[str, Callable[[random.Random, Document], bytes]]] = {
    "values of a wrong kind or size": wrong_value,
    "beyond the device's limits": beyond,
    "old, expired, another's": stale,
    "fields missing or unknown": missing_or_more,
    "another structure": structure,
    "changed after signing": changed_after_signing,
    "a key said twice": key_twice,
    "signed by a stranger": stranger,
    "bytes flipped, cut, put in": bytes_spoiled,
}


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
