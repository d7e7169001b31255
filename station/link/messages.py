"""The contract with the care side: topics, the envelope, and what may stand in its body (version 1).

A reader is tolerant: keys it does not know are ignored, a type it does not know is kept as it came.
"""

from typing import Annotated, Any, Final, Literal, NamedTuple, Self

import msgspec

from station.errors import MessageError, UnknownVersionError
from station.training.health import BoardHealth
from station.training.prescription import Limits, Prescription
from station.training.result import JournalResult, SessionResult, TrialResult
from station.training.routine import Side
from station.training.snapshot import Phase

VERSION: Final = 1
ROOT: Final = "bal/v1"
MAX_MESSAGE_BYTES: Final = 1_000_000

# Retained messages do not reach a shared subscription, so presence is listened to without sharing.
PRESENCE_FILTERS: Final = (f"{ROOT}/s/+/up/state", f"{ROOT}/s/+/up/birth")
HOST_STATE: Final = f"{ROOT}/host/state"

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
]

# The order in which a backlog is sent: what protects the patient, then what was done, then traces.
SEND_ORDER: Final = ("event", "reply", "result/session", "result/trial", "result/journal", "raw")


def uplink_filter(group: str) -> str:
    """Return what the recorders listen to, each message going to one of those in `group`.

    The group must not be guessed: a broker deals messages out to all who joined it, and only then throws away
    those for somebody who may not read them (mosquitto 2.0).
    """
    return f"$share/{group}/{ROOT}/s/+/up/#"


def up_topic(station: str, kind: str) -> str:
    """Return the topic on which this station sends this kind."""
    return f"{ROOT}/s/{station}/up/{kind}"


def down_topic(station: str, kind: Literal["ack", "rx", "cmd"]) -> str:
    """Return the topic on which this station listens."""
    return f"{ROOT}/s/{station}/down/{kind}"


def rx_topic(station: str, number: str | None) -> str:
    """Return the topic of a person's prescriptions.

    It is retained, so where several share a station each needs an own one: named by their number there.
    """
    topic = down_topic(station, "rx")
    return topic if number is None else f"{topic}/{number}"


class Address(NamedTuple):
    """Where a message came from."""

    station: str
    kind: str


def parse_up_topic(topic: str) -> Address:
    """Return station and kind of an uplink topic. Raises MessageError for any other."""
    parts = topic.split("/", 5)
    if len(parts) != 6 or parts[:3] != ["bal", "v1", "s"] or parts[4] != "up" or not parts[3] or not parts[5]:
        message = f"topic {topic!r} is not {ROOT}/s/<station>/up/<kind>"
        raise MessageError(message)
    return Address(parts[3], parts[5])


class RxRef(msgspec.Struct, frozen=True, kw_only=True):
    """Which prescription was in force."""

    version: int


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What every uplink message carries around its body.

    `t` is wall time (RFC 3339, UTC), right only when `clock` is "synced"; `mono_ms` with `boot` orders
    messages whatever the wall clock did. `seq` is counted per station, persisted, and never repeats.
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
    body: msgspec.Raw


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Presence, retained; the will says online False."""

    online: bool
    boot: str


class ToldLimits(Limits, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The limits of a device as it tells them: a newer one may have limits that are not known here."""

    @classmethod
    def of(cls, limits: Limits) -> Self:
        """Return these limits in the form they are told."""
        return msgspec.convert(limits, cls, from_attributes=True)


class Birth(msgspec.Struct, frozen=True, kw_only=True):
    """Said at every connection, and again when plate, prescription or the reading of the board change."""

    sw: str
    cal: str
    alg: str
    rx_version: int | None
    outbox_depth: int
    outbox_oldest_s: float | None
    limits: ToldLimits
    sim: bool
    board: BoardHealth | None = None  # None: the session has not said yet
    certificate_until: str | None = None  # RFC 3339, UTC; None: the link is on one machine, without TLS


class StationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something the care team should know: red_flag, pain_stop, step_off, sensor_fault, hold_stopped."""

    kind: str
    session: str | None
    detail: dict[str, str | float | int | bool | None] = {}


class RawTrace(msgspec.Struct, frozen=True, kw_only=True):
    """The raw counts of one trial, so that every number can be computed again.

    `data` is base64 of `station.sway.trace` bytes; `hold_ns` is the span of the hold in the trace's own time;
    `plate` is the plate (`station.sway.plate.Plate`) that the readings were weighed with.
    """

    trial: str
    encoding: Literal["trace-1"]
    data: bytes
    hold_ns: tuple[int, int]
    plate: dict[str, Any]
    spans_ns: tuple[tuple[int, int], ...] = ()  # the time that counted; empty where a sender does not know


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a prescription."""

    rx_version: int
    state: Literal["received", "applied", "rejected"]
    reason: str = ""


class CommandReply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command: passed on to the session, or refused with the reason."""

    command: str  # its id
    kind: str
    state: Literal["done", "refused"]
    reason: str = ""


class LiveFrame(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the station, as its own screen shows it; mm, N, s, % of body weight; None: not known.

    `age_ms` is how old the newest sample was when this was said: what is old is not to be shown as live.
    """

    phase: Phase
    age_ms: float
    session: str | None
    routine: str | None
    rung: int | None
    side: Side | None
    attempt: int
    held_s: float
    hold_s: float | None
    counting: bool
    paused_by: str | None
    load_n: float | None
    x_mm: float | None
    y_mm: float | None
    support_percent: float | None
    target_x_mm: float | None
    target_y_mm: float | None
    target_radius_mm: float | None
    in_target: bool
    plate_mm: tuple[float, float]
    board_fault: str | None
    sim: bool
    rest_s: float | None = None  # left to rest
    countdown_s: int | None = None
    support_limit_percent: float | None = None
    number: str | None = None  # of the person chosen at a station that several share


class RemoteCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Something the care team asks of a station now (down/cmd): used once, and only in time.

    `start` presses the start button, `pause` and `stop` theirs; `mark` keeps this instant with the trial;
    `identify` lets the station show for ten seconds which board it is; `live` asks for the live view for
    `lease_s`, `raw` for the trace of `trial` again. `expires` (RFC 3339) is at most 60 s from now.
    """

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    kind: Literal["start", "pause", "stop", "mark", "identify", "live", "raw"]
    expires: Annotated[str, msgspec.Meta(max_length=64)]
    lease_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 15.0
    trial: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """Ids the recorder has committed (down/ack)."""

    ids: tuple[str, ...]


class SignedPrescription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prescription and its Ed25519 signature over the RFC 8785 form of `rx` (down/rx, retained).

    `rx` stays as it came: the signature is checked on what was sent, not on what was understood.
    """

    rx: msgspec.Raw
    key: str  # id of the signing key
    sig: bytes  # base64 in JSON


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
