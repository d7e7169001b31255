"""A whole station in virtual time: simulated chips under the real driver, real loop, socket, database."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.board.breakdown import Breakdown
from station.board.clock import VirtualClock
from station.board.config import BoardConfig
from station.board.control import Control, Place, parse_control
from station.board.hx711 import Hx711Bank
from station.board.person import Person
from station.board.simulated import NOMINAL_COUNTS_PER_N
from station.board.source import simulate
from station.board.standing import Standing
from station.config import CareConfig, Config, StationConfig
from station.demo.patient import Patient
from station.link.signature import sign_prescription
from station.session.acquisition import Note
from station.session.client import SessionClient
from station.session.clock import WallClock
from station.session.protocol import Packet, Simulate, SimulateFault, SimulatePlace
from station.session.store import Header, Store
from station.sway.reading import CELLS, Fault, Reading
from station.training.course import Course
from station.training.prescription import Limits, Prescription
from station.training.snapshot import Snapshot
from station.wiring import make_service_over

POLL_NS = 4_000_000
PLAIN_PERIOD_NS = 12_500_000
SEED = bytes(range(32))


class VirtualBoard:
    """Chips, driver and person in one process; `broken` stands for a board that says nothing."""

    def __init__(self, clock: VirtualClock, *, imperfect: bool) -> None:
        plate = BoardConfig().plate
        self._clock = clock
        standing = Standing(Person(plate, seed=1))
        self._source = simulate("simulate", standing, clock, seed=1, imperfect=plate if imperfect else None)
        self._bank = Hx711Bank(self._source.pins, clock)
        self.broken = False
        self.says: list[Note] = []

    def start(self) -> None:
        pass

    def filenos(self) -> list[int]:
        return []

    def readings(self) -> list[Reading]:
        assert self._source.breakdowns is not None
        self._source.breakdowns.advance(self._clock.now_ns())
        readings = self._bank.poll()
        return [r._replace(fault=Fault.SILENT) for r in readings] if self.broken else readings

    def notes(self) -> list[Note]:
        says, self.says = self.says, []
        return says

    def supervise(self) -> bool:
        return False

    def simulate(self, step: Simulate) -> None:
        standing, now_ns = self._source.standing, self._clock.now_ns()
        assert standing is not None
        line = {key: value for key, value in msgspec.to_builtins(step).items() if key != "type"}
        control = parse_control(msgspec.json.encode(line))
        assert isinstance(control, Control)
        control.carry_out(standing, now_ns)

    def place(self, step: SimulatePlace) -> None:
        assert self._source.standing is not None
        Place(step.force_n, step.x_mm, step.y_mm).carry_out(self._source.standing, BoardConfig().plate)

    def break_down(self, fault: SimulateFault) -> None:
        assert self._source.breakdowns is not None
        from_ns = self._clock.now_ns() + round(fault.from_s * 1e9)
        to_ns = None if fault.to_s is None else self._clock.now_ns() + round(fault.to_s * 1e9)
        cells = tuple(CELLS.index(cell) for cell in fault.cells)
        self._source.breakdowns.add(Breakdown(fault.kind, cells, from_ns, to_ns))

    def close(self) -> None:
        self._bank.close()


class PlainBoard(VirtualBoard):
    """The same person on a board whose readings come without the wires: a session of minutes in seconds."""

    def __init__(self, clock: VirtualClock, *, imperfect: bool) -> None:
        super().__init__(clock, imperfect=imperfect)
        self._next_ns = clock.now_ns()

    def readings(self) -> list[Reading]:
        readings = []
        while self._next_ns <= self._clock.now_ns():
            assert self._source.standing is not None
            for cell, force_n in enumerate(self._source.standing.forces_n(self._next_ns)):
                counts = round(force_n * NOMINAL_COUNTS_PER_N)
                readings.append(Reading(self._next_ns, cell, counts, Fault.NONE))
            self._next_ns += PLAIN_PERIOD_NS
        return [r._replace(fault=Fault.SILENT) for r in readings] if self.broken else readings


class VirtualStation:
    """One station and one simulated patient; time passes in `run_until` only."""

    def __init__(
        self,
        folder: Path,
        *,
        start_ns: int = 0,
        today: datetime | None = None,
        limits: Limits | None = None,
        subj: str = "p-1",
        imperfect: bool = False,
        clinic: bool = False,
        plain: bool = False,
        config: Config | None = None,
    ) -> None:
        """`plain` is for tests that look at what comes after the board: no chips, far quicker.

        `config` in the place of one made of `subj`, `limits` and `clinic`; its state must be this folder.
        """
        self.folder = folder
        self.clock = VirtualClock(start_ns)
        self.board = (PlainBoard if plain else VirtualBoard)(self.clock, imperfect=imperfect)
        self._poll_ns = PLAIN_PERIOD_NS if plain else POLL_NS
        self.log: list[str] = []
        key = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
        config = config or Config(
            station=StationConfig(id="s-1", subj=None if clinic else subj, state=str(folder), clinic=clinic),
            care=CareConfig(keys=(key,)),
            limits=limits or Limits(longest_validity_days=36500),
        )
        wall = WallClock() if today is None else WallClock(lambda: today, synced=lambda: True)
        self.service = make_service_over(
            self.board,
            config,
            log=self.log.append,
            now_ns=self.clock.now_ns,
            wall=wall,
            aside=lambda job: job(),
        )
        self.service.begin()
        self.heard: list[Packet] = []
        self._client = SessionClient(folder / "session.sock", name="test", snapshots=False)
        self._patient: Patient | None = None
        self._reader: Store | None = None
        self._seen_version = -1
        self._bodies: dict[str, list[bytes]] = {}

    def train(self, *, again: bool = False) -> Patient:
        """Let a patient come who does what the screen asks, `again` in one session after another."""
        self._patient = Patient(
            self.folder / "session.sock",
            alone=True,
            recorded=False,
            now_s=lambda: self.clock.now_ns() * 1e-9,
            again=again,
        )
        return self._patient

    def say(self, command: Packet) -> None:
        self._client.send(command)  # type: ignore[arg-type]

    def prescribe(self, rx: Prescription, seed: bytes = SEED) -> str:
        return sign_prescription(rx, seed).decode()

    def run_until(self, done: Callable[[], bool], *, within_s: float = 120) -> None:
        """Let time pass until something is so."""
        end_ns = self.clock.now_ns() + round(within_s * 1e9)
        while not done():
            assert self.clock.now_ns() < end_ns, (self.log, self.kinds())
            self.service.turn(0)
            if self._patient is not None and not done():  # who sees it answers it, and then it is over
                self._patient.step(0)
            self.heard += [n for n in self._client.poll() if isinstance(n, Packet)]
            self.clock.sleep_ns(self._poll_ns)

    def run(self, seconds: float) -> None:
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        self.run_until(lambda: self.clock.now_ns() >= end_ns, within_s=seconds + 1)

    def course(self) -> Course:
        """Return the course inside, to look at."""
        return self.service._course

    def shown(self) -> Snapshot:
        """Return what the clients are shown now."""
        return self.service._snapshot()

    def kinds(self) -> list[str]:
        return [getattr(packet, "kind", "") for packet in self.heard]

    def bodies(self, kind: str) -> list[bytes]:
        """Return what waits for the care team; cheap enough to ask every turn."""
        if self._reader is None:
            self._reader = Store(self.folder / "station.sqlite3")
        version = self._reader.outbox_version()
        if version != self._seen_version:
            self._seen_version = version
            self._bodies.clear()
        if kind not in self._bodies:
            rows = self._reader.outbox(kind, after=0, limit=100)
            self._bodies[kind] = [row.body for row in rows]
        return self._bodies[kind]

    def header_of(self, kind: str) -> Header:
        """Return the head of the first such message that waits for the care team."""
        with Store(self.folder / "station.sqlite3") as store:
            return store.outbox(kind, after=0, limit=1)[0].header

    def die(self) -> None:
        """End without a word, as a SIGKILL would: nothing is flushed, nothing is told."""
        self._client.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._patient is not None:
            self._patient.close()
        self.service.close()
