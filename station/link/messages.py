"""The contract with the care side, whole: the envelope, with the topics and the bodies (version 1).

A reader is tolerant: keys it does not know are ignored, a type it does not know is kept as it came.
"""

from typing import Annotated, Final, Literal

import msgspec

from station.errors import MessageError, UnknownVersionError
from station.link.asked import UpdateReply
from station.link.bodies import (
    Ack,
    Birth,
    CommandReply,
    HostState,
    LiveFrame,
    RawTrace,
    RemoteCommand,
    Reply,
    SignedPrescription,
    State,
    StationEvent,
    ToldLimits,
)
from station.link.papers import PaperReply, RenewalRequest
from station.link.topics import (
    HOST_STATE,
    PRESENCE_FILTERS,
    ROOT,
    Address,
    down_topic,
    host_topic,
    parse_up_topic,
    rx_topic,
    up_topic,
    uplink_filter,
)
from station.training.prescription import Prescription
from station.training.result import JournalResult, SessionResult, TrialResult

__all__ = [
    "BODIES",
    "HOST_STATE",
    "MAX_MESSAGE_BYTES",
    "PRESENCE_FILTERS",
    "RAW",
    "ROOT",
    "SEND_ORDER",
    "VERSION",
    "Ack",
    "Address",
    "Birth",
    "CommandReply",
    "Envelope",
    "HostState",
    "LiveFrame",
    "RawTrace",
    "RemoteCommand",
    "Reply",
    "RxRef",
    "SignedPrescription",
    "State",
    "StationEvent",
    "StationId",
    "ToldLimits",
    "UpKind",
    "decode_ack",
    "decode_body",
    "decode_envelope",
    "decode_prescription",
    "down_topic",
    "encode",
    "host_topic",
    "parse_up_topic",
    "rx_topic",
    "up_topic",
    "uplink_filter",
]

VERSION: Final = 1
MAX_MESSAGE_BYTES: Final = 1_000_000

StationId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
UpKind = Literal[
    "state",
    "birth",
    "result/session",
    "result/trial",
    "result/journal",
    "event",
    "raw",
    "live",
    "reply",
    "reply/command",
    "reply/papers",
    "reply/update",
    "renewal",
]

RAW: Final = "raw"
# The order in which a backlog is sent: what protects the patient, then what was done, then traces.
SEND_ORDER: Final = ("event", "reply", "result/session", "result/trial", "result/journal", RAW)


class RxRef(msgspec.Struct, frozen=True, kw_only=True):
    """Which prescription was in force."""

    version: int


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What every uplink message carries around its body.

    `t` is wall time (RFC 3339, UTC), right only when `clock` is "synced"; `t_corrected` is the right one
    where the clock was set later in the same boot. `mono_ms` with `boot` orders messages whatever the wall
    clock did. `seq` is counted per station, persisted, and never repeats.
    """

    v: int = VERSION
    id: str  # uuid7; the same id is the same message, however often it arrives
    type: UpKind | str
    station: StationId
    boot: str
    seq: int
    t: str
    mono_ms: int
    clock: Literal["synced", "unsynced"]
    subj: str | None  # pseudonym
    rx: RxRef | None
    sw: str
    cal: str
    alg: str
    sim: bool
    hist: bool = False  # recovered or sent again after its time
    t_corrected: str | None = None
    body: msgspec.Raw


BODIES: Final[dict[str, type[msgspec.Struct]]] = {
    "state": State,
    "birth": Birth,
    "event": StationEvent,
    "result/session": SessionResult,
    "result/trial": TrialResult,
    "result/journal": JournalResult,
    "raw": RawTrace,
    "reply": Reply,
    "reply/command": CommandReply,
    "reply/papers": PaperReply,
    "reply/update": UpdateReply,
    "renewal": RenewalRequest,
    "live": LiveFrame,
}

encode = msgspec.json.Encoder().encode
_envelopes = msgspec.json.Decoder(Envelope)


class _Versioned(msgspec.Struct, frozen=True):
    v: int = VERSION


_versions = msgspec.json.Decoder(_Versioned)


def _reason(error: Exception) -> str:
    return f"message not understood: {error}"


def decode_envelope(payload: bytes) -> Envelope:
    """Return the envelope of an uplink message.

    Raises MessageError naming what is wrong and where, UnknownVersionError for a version not read here.
    """
    if len(payload) > MAX_MESSAGE_BYTES:
        message = f"message of {len(payload)} bytes; at most {MAX_MESSAGE_BYTES} are read"
        raise MessageError(message)
    try:
        version = _versions.decode(payload).v  # first: another version may have another shape
        if version == VERSION:
            return _envelopes.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(_reason(error)) from None
    raise UnknownVersionError(f"message has version {version}; version {VERSION} is understood")


def decode_body(envelope: Envelope) -> msgspec.Struct | None:
    """Return the body, or None for a type this version does not know. Raises MessageError."""
    kind = BODIES.get(envelope.type)
    if kind is None:
        return None
    try:
        return msgspec.json.decode(envelope.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(f"{envelope.type}: {_reason(error)}") from None


def decode_ack(payload: bytes) -> Ack:
    """Return the committed ids. Raises MessageError."""
    try:
        return msgspec.json.decode(payload, type=Ack)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(_reason(error)) from None


def decode_prescription(document: msgspec.Raw | bytes) -> Prescription:
    """Return a prescription document. Raises MessageError naming the field that is wrong."""
    try:
        return msgspec.json.decode(document, type=Prescription)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(f"prescription not understood: {error}") from None
