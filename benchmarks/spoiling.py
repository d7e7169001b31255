"""Ways to spoil a prescription that a station would take, and the bytes or values of any message."""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

import msgspec
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.link.signature import key_id
from station.training.prescription import Exercise

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
    return spoil_bytes(rng, sign(rx))


def spoil_bytes(rng: random.Random, whole: bytes) -> bytes:
    """Return the bytes with some flipped, cut off, put in or left out."""
    document = bytearray(whole)
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


def spoil(rng: random.Random, payload: bytes) -> bytes:
    """Return the message with bytes, values, keys or its structure spoiled."""
    if rng.random() < 0.3:
        return spoil_bytes(rng, payload)
    document: Any = json.loads(payload)
    for _ in range(rng.randint(1, 3)):
        document = _spoil_value(rng, document)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _spoil_value(rng: random.Random, document: Any) -> Any:
    place = _somewhere(rng, document)
    if not place:
        return deepcopy(rng.choice(WRONG))
    key = rng.choice(list(place) if isinstance(place, dict) else range(len(place)))
    match rng.randrange(4):
        case 0:
            place[key] = deepcopy(rng.choice(WRONG))
        case 1:
            del place[key]
        case 2:
            place[key] = [deepcopy(place[key])] * rng.choice((1, 2, 300))
        case _ if isinstance(place, dict):
            place[rng.choice(("", "__class__", "id", "body", "x" * 2000))] = deepcopy(place[key])
    return document


def _somewhere(rng: random.Random, document: Any) -> Any:
    """Return a container within the document, any depth; None where it has none."""
    if not isinstance(document, dict | list) or not document:
        return None
    values = document.values() if isinstance(document, dict) else document
    inner = [value for value in values if isinstance(value, dict | list) and value]
    return _somewhere(rng, rng.choice(inner)) if inner and rng.random() < 0.6 else document
