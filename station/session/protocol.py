"""What clients say to the session and hear from it: one JSON object a packet (Unix SOCK_SEQPACKET)."""

from typing import Annotated, Literal

import msgspec

from station.errors import MessageError
from station.training.routine import Surface, Vision
from station.training.snapshot import Snapshot

MAX_PACKET_BYTES = 64 * 1024
MAX_DOCUMENT_BYTES = MAX_PACKET_BYTES // 2  # as a JSON string it may grow

MOST_COUNTED = 10_000  # steps, minutes, repetitions

Cell = Literal["FL", "FR", "RL", "RR"]
Lean = Annotated[float, msgspec.Meta(ge=-1, le=1)]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Packet(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """Root of all packets."""


class Hello(Packet, frozen=True, tag="hello"):
    """A client says who it is; from then on it gets snapshots (`snapshots`) and events."""

    client: Key
    snapshots: bool = True


class Press(Packet, frozen=True, tag="press"):
    """A button: start (go on, yes), stop or pause. Stop works in every phase, pause while training.

    Start pauses too where it has nothing to lead on to: on the board, and in a rest.
    """

    button: Literal["start", "stop", "pause"]


class Answer(Packet, frozen=True, tag="answer"):
    """The answer to the question with this key; one to any other question is ignored."""

    key: Key
    value: bool | Annotated[int, msgspec.Meta(ge=0, le=MOST_COUNTED)]


SimulatedStance = Literal["both", "one-leg", "tandem", "board"]


class Simulate(Packet, frozen=True, tag="simulate"):
    """What the simulated person does; refused by a station with a real board.

    `do`: `stand` changes how; `stumble` is caught, `fall` ends beside the board; `press` presses the corner
    `cell` for a moment, as an installer does. `hands_percent` is the share of body weight the hands carry,
    `lean` how far the body leans to the right and forward, each from -1 to 1 (the edge).
    """

    do: Literal["step_on", "step_off", "stand", "stumble", "fall", "press"]
    hands_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    stance: SimulatedStance | None = None
    vision: Vision | None = None
    surface: Surface | None = None
    lean: tuple[Lean, Lean] | None = None
    cell: Cell | None = None


class SimulateFault(Packet, frozen=True, tag="simulate_fault"):
    """What breaks on the simulated board; refused by a station with a real one.

    It breaks `from_s` from now and is mended at `to_s` (None: never). `none` mends these cells at once;
    without cells, everything. `swapped` names two cells, `late` none, every other kind one.
    """

    kind: Literal[
        "unplugged", "stuck-high", "stuck-low", "saturated", "slow", "inverted", "swapped", "late", "none"
    ]
    cells: tuple[Cell, ...] = ()
    from_s: Annotated[float, msgspec.Meta(ge=0, le=1e6)] = 0.0
    to_s: Annotated[float, msgspec.Meta(ge=0, le=1e6)] | None = None

    def __post_init__(self) -> None:
        """Refuse cells that do not fit the kind, and an end before the beginning. Raises ValueError."""
        wanted = {"swapped": 2, "late": 0}.get(self.kind, 1)
        if self.kind != "none" and not len(self.cells) == len(set(self.cells)) == wanted:
            message = f"'{self.kind}' takes {wanted} cells, not {len(self.cells)}"
            raise ValueError(message)
        if self.to_s is not None and self.to_s <= self.from_s:
            message = f"to_s {self.to_s:g} is not after from_s {self.from_s:g}"
            raise ValueError(message)


class Prescribe(Packet, frozen=True, tag="prescribe"):
    """A signed prescription as it came from the care team (a JSON document)."""

    document: Annotated[str, msgspec.Meta(max_length=MAX_DOCUMENT_BYTES)]


class Event(Packet, frozen=True, tag="event"):
    """Something happened: step_on, step_off, hold_started, hold_done, fault and others."""

    kind: str
    t_ns: int
    detail: dict[str, str | float | int | bool | None] = {}


class Refused(Packet, frozen=True, tag="refused"):
    """The last packet could not be used, and why."""

    reason: str


Command = Hello | Press | Answer | Simulate | SimulateFault | Prescribe
Notice = Snapshot | Event | Refused

_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_notices: msgspec.json.Decoder[Notice] = msgspec.json.Decoder(Notice)
encode = msgspec.json.Encoder().encode


def decode_command(packet: bytes) -> Command:
    """Return what a client said. Raises MessageError naming the field that is wrong."""
    try:
        return _commands.decode(packet)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"packet not understood: {error}"
        raise MessageError(message) from None


def decode_notice(packet: bytes) -> Notice:
    """Return what the session said. Raises MessageError naming the field that is wrong."""
    try:
        return _notices.decode(packet)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"packet not understood: {error}"
        raise MessageError(message) from None
