"""What clients say to the session and hear from it: one JSON object a packet (Unix SOCK_SEQPACKET)."""

from typing import Annotated, Literal

import msgspec

from station.errors import MessageError
from station.sway.drift import Advice
from station.sway.plate import Plate
from station.training.health import BoardHealth, CareSide, MachineHealth
from station.training.prescription import PatientNumber
from station.training.routine import Side, Surface, Vision
from station.training.snapshot import Snapshot

# A plate file of 7 × 7 places with four masses each has 76 kB as a JSON string; a packet of this size goes
# through the socket buffer of every Linux.
MAX_PACKET_BYTES = 128 * 1024
MAX_DOCUMENT_BYTES = 32 * 1024
MAX_PLATE_BYTES = 96 * 1024

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

    Start pauses too where it has nothing to lead on to: on the board, and in a rest. Stop on the welcome page
    shows the weeks behind, and any of both leads back. `both` (held for a while) leads to the service area.
    """

    button: Literal["start", "stop", "pause", "both"]


class TakeButtons(Packet, frozen=True, tag="take_buttons"):
    """One client is told (`start_pressed`, `stop_pressed`) what others press; these buttons then do nothing.

    A screen asks for this where a press has something to do on it that the session knows nothing of. It ends
    with the next such packet and when the client goes away. Stop of somebody who trains, and the answer to
    "Are you all right?", are never taken.
    """

    buttons: tuple[Literal["start", "stop"], ...]


class Answer(Packet, frozen=True, tag="answer"):
    """The answer to the question with this key; one to any other question is ignored."""

    key: Key
    value: bool | Annotated[int, msgspec.Meta(ge=0, le=MOST_COUNTED)]


class ChoosePatient(Packet, frozen=True, tag="choose_patient"):
    """The number somebody typed on a station that several share; asked back before it counts."""

    number: PatientNumber


class Mark(Packet, frozen=True, tag="mark"):
    """Whoever looks on has seen something worth finding again: this instant is kept with the trial."""


class Identify(Packet, frozen=True, tag="identify"):
    """Show for a moment which board this is; refused while somebody trains on it."""


SimulatedStance = Literal["both", "together", "one-leg", "semi-tandem", "tandem", "board"]
Place = Annotated[float, msgspec.Meta(ge=-400, le=400)]


class Simulate(Packet, frozen=True, tag="simulate"):
    """What the simulated person does; refused by a station with a real board.

    `do`: `stand` changes how; `stumble` is caught, `fall` ends beside the board; `press` presses the corner
    `cell` for a moment, as an installer does; `raise_calves` goes onto the toes and down `count` times;
    `touch_down` puts the foot of this `side` down beside the one that stands, until the next `stance`.
    `hands_percent` is the share of body weight the hands carry, `lean` how far the body leans to the right
    and forward, each from -1 to 1 (the edge), `lean_mm` where the CoP goes from upright; `sway_factor` is how
    much the person sways, of what most people do.
    """

    do: Literal["step_on", "step_off", "stand", "stumble", "fall", "press", "raise_calves", "touch_down"]
    hands_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    stance: SimulatedStance | None = None
    vision: Vision | None = None
    surface: Surface | None = None
    lean: tuple[Lean, Lean] | None = None
    lean_mm: tuple[Place, Place] | None = None
    count: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    side: Side | None = None
    sway_factor: Annotated[float, msgspec.Meta(ge=0.1, le=10)] | None = None
    cell: Cell | None = None

    def __post_init__(self) -> None:
        """Refuse a deed without what it needs. Raises ValueError."""
        for deed, key in (("press", "cell"), ("raise_calves", "count"), ("touch_down", "side")):
            if self.do == deed and getattr(self, key) is None:
                message = f"'{deed}' needs {key}"
                raise ValueError(message)


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


class Service(Packet, frozen=True, tag="service"):
    """One client takes the board for itself, or gives it back, to calibrate or check it.

    While it has it no training starts, the zero is not taken by itself, and the client gets every reading.
    Refused while somebody trains or another client has it. Ends when the client says so or goes away.
    """

    on: bool


class SimulatePlace(Packet, frozen=True, tag="simulate_place"):
    """Put a still load on the simulated board at a place, force 0 takes it off; only in service.

    Origin the plate's centre, +x to the patient's right, +y forward.
    """

    force_n: Annotated[float, msgspec.Meta(ge=0, le=5000)]
    x_mm: Annotated[float, msgspec.Meta(ge=-2000, le=2000)] = 0.0
    y_mm: Annotated[float, msgspec.Meta(ge=-2000, le=2000)] = 0.0


class TakePlate(Packet, frozen=True, tag="take_plate"):
    """Weigh with this plate from now on (`station.sway.plate_file`); only in service."""

    document: Annotated[str, msgspec.Meta(max_length=MAX_PLATE_BYTES)]


class RestorePlate(Packet, frozen=True, tag="restore_plate"):
    """Weigh with the plate before this one again; only in service."""


class Weighed(Packet, frozen=True, tag="weighed"):
    """A known mass was weighed with the plate `cal` and is `off` by this share; only in service."""

    cal: Key
    off: float


class Prescribe(Packet, frozen=True, tag="prescribe"):
    """A signed prescription as it came from the care team (a JSON document)."""

    document: Annotated[str, msgspec.Meta(max_length=MAX_DOCUMENT_BYTES)]


class Event(Packet, frozen=True, tag="event"):
    """Something happened: step_on, step_off, hold_started, hold_done, fault and others."""

    kind: str
    t_ns: int
    detail: dict[str, str | float | int | bool | None] = {}


class Readings(Packet, frozen=True, tag="readings"):
    """What the board said since the last such packet, to the client in service only, some 20 times a second.

    Each is t_ns (CLOCK_MONOTONIC), cell, counts and fault (`station.sway.reading.Fault`).
    """

    readings: tuple[tuple[int, int, int, int], ...]


class PlateTaken(Packet, frozen=True, tag="plate_taken"):
    """The answer to `take_plate` and `restore_plate`: the plate that is in use now.

    `made` is RFC 3339, `who` as whoever calibrated said it.
    """

    id: str
    made: str
    who: str


class Calibrated(Packet, frozen=True, tag="calibrated"):
    """The plate the station weighs with and why to calibrate again: as service begins, and after `weighed`.

    The plate has the zero of its calibration; `before` is whether there is one to go back to. No other user
    sees where the station keeps them.
    """

    plate: Plate
    before: bool
    advice: tuple[Advice, ...] = ()


class Health(Packet, frozen=True, tag="health"):
    """How well the board is read: every few seconds, at a change, and to a client whose service begins.

    `training`: somebody is in a session. `care`: whether the care team's computer answers. `machine` is the
    computer, with its troubles.
    """

    board: BoardHealth
    training: bool = False
    care: CareSide | None = None
    machine: MachineHealth | None = None


class Refused(Packet, frozen=True, tag="refused"):
    """The last packet could not be used, and why."""

    reason: str


Command = (
    Hello
    | Press
    | TakeButtons
    | Answer
    | ChoosePatient
    | Mark
    | Identify
    | Simulate
    | SimulateFault
    | Prescribe
    | Service
    | SimulatePlace
    | TakePlate
    | RestorePlate
    | Weighed
)
Notice = Snapshot | Event | Refused | Readings | PlateTaken | Calibrated | Health

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
