"""What may stand in the body of a message, and what the care side says."""

from typing import Annotated, Any, Literal, Self

import msgspec

from station.link.asked import ToldUpdates
from station.training.health import BoardHealth, MachineHealth
from station.training.prescription import Limits
from station.training.routine import Side
from station.training.snapshot import Phase


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
    """Said at every connection, and again when plate, prescription, board, computer or clock change.

    `traces_dropped` are raw traces that had to go on a full disk: those the care side had, and those it never
    got.
    """

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
    certificate_serial: str | None = None  # hexadecimal
    keys: tuple[str, ...] = ()  # ids of the keys whose signature it takes on a new prescription, newest first
    keys_version: int = 0  # of the keyring they are of; 0: as it was enrolled
    machine: MachineHealth | None = None
    traces_dropped: tuple[int, int] = (0, 0)
    updates: ToldUpdates | None = None


class StationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something the care team should know: red_flag, pain_stop, step_off, sensor_fault, hold_stopped."""

    kind: str
    session: str | None
    detail: dict[str, str | float | int | bool | None] = {}


class RawTrace(msgspec.Struct, frozen=True, kw_only=True):
    """The raw counts of one trial, so that every number can be computed again.

    `data` is base64 of bytes that `station.sway.trace` reads, `encoding` is "trace-1" or "trace-2"; `lean`:
    what lies below the noise of the cells was left out, ask for the trace to have it whole. `hold_ns` is the
    span of the hold in the trace's own time; `plate` is the plate (`station.sway.plate.Plate`) that the
    readings were weighed with.
    """

    trial: str
    encoding: str
    data: bytes
    hold_ns: tuple[int, int]
    plate: dict[str, Any]
    spans_ns: tuple[tuple[int, int], ...] = ()  # the time that counted; empty where a sender does not know
    lean: bool = False


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


class HostState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a recorder of the care side is there (retained; its will says that it is not), and how it is.

    `since` is when it was started, `t` when it said this (RFC 3339, UTC). `backlog`: messages that wait for
    its database, which is "ok" or "takes nothing".
    """

    online: bool
    name: str = ""
    sw: str = ""
    since: str = ""
    t: str = ""
    backlog: int = 0
    database: str = "ok"


class SignedPrescription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prescription and its Ed25519 signature over the RFC 8785 form of `rx` (down/rx, retained).

    `rx` stays as it came: the signature is checked on what was sent, not on what was understood.
    """

    rx: msgspec.Raw
    key: str  # id of the signing key
    sig: bytes  # base64 in JSON
