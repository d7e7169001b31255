"""Other readers on the same simulated chips: wrong values accepted, conversions lost, and hangs.

The chips are of the kinder kind, in which an update in the middle of a word begins a new word: the other kind
never leaves a word that a reader gave up.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from benchmarks.driver import PERSON
from benchmarks.rival_readers import PypiHx711, SharedClock
from benchmarks.table import show
from station.board.audit import PIECE_NS, START_NS, Audit, Auditor, Rig
from station.board.clock import VirtualClock, poll_waits_ns
from station.board.load import EMPTY, Forces, StillLoad
from station.board.simulated import ChipFault, SimulatedHx711
from station.board.simulated_pins import CALL_NS, SimulatedPins, Spikes
from station.sway.reading import CELL_COUNT, Fault, Reading

HUNG_AFTER_S: Final = 60.0
FR: Final = 1


class Row(NamedTuple):
    """One reader, with or without delayed calls, over so many virtual minutes."""

    reader: str
    spikes: bool
    minutes: float
    accepted: int
    wrong: int
    wrong_percent: float
    lost: int
    lost_percent: float


class Hang(NamedTuple):
    """Whether a reader goes on with three good chips when the fourth is not, and is told why."""

    reader: str
    cell_fr: str
    readings_of_the_others_in_a_minute: int
    hung: bool
    wrong: int


class Bench:
    """Four chips and their truth, without a driver."""

    def __init__(self, spikes: Spikes | None, forces: Forces = PERSON) -> None:
        self.clock = VirtualClock(START_NS)
        self.auditor = Auditor(dated=False)
        self.chips = tuple(
            SimulatedHx711(cell, StillLoad(forces), seed=1, now_ns=START_NS, log=self.auditor.truth.append)
            for cell in range(CELL_COUNT)
        )
        _be_kind(self.chips)
        self.pins = SimulatedPins(self.chips, self.clock, call_ns=CALL_NS, spikes=spikes, seed=1)

    def run(self, reader: str, seconds: float) -> list[Reading]:
        """Let a reader run, and return what it delivered."""
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        readings: list[Reading] = []
        if reader == "shared clock":
            shared, waits_ns = SharedClock(self.pins, self.clock), poll_waits_ns()
            while self.clock.now_ns() < end_ns:
                readings += shared.poll()
                self.clock.sleep_ns(next(waits_ns))
            return readings
        for reading in PypiHx711(self.pins, self.clock).readings():
            if reading is not None:
                readings.append(reading)
            if self.clock.now_ns() >= end_ns:
                break
        return readings

    def audited(self, reader: str, seconds: float) -> Audit:
        """Let a reader run in pieces, held against the truth."""
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            piece_ns = min(PIECE_NS, end_ns - self.clock.now_ns())
            self.auditor.hear(self.run(reader, piece_ns * 1e-9), self.clock.now_ns())
        return self.auditor.finish(self.clock.now_ns())


def compare(minutes: float) -> list[Row]:
    """Return a row a reader, with and without delayed calls."""
    rows = []
    for spikes in (None, Spikes()):
        rig = Rig(PERSON, seed=1, spikes=spikes)
        _be_kind(rig.chips)
        rows.append(_row("this driver", spikes, minutes, rig.run_audited(minutes * 60)))
        rows += [
            _row(name, spikes, minutes, Bench(spikes).audited(name, minutes * 60))
            for name in ("shared clock", "hx711 1.1.2.3")
        ]
    return rows


def _row(reader: str, spikes: Spikes | None, minutes: float, result: Audit) -> Row:
    valid = result.accepted - result.wrong + result.missed
    return Row(
        reader,
        spikes is not None,
        minutes,
        result.accepted,
        result.wrong,
        100 * result.wrong / max(1, result.accepted),
        result.missed,
        100 * result.missed / max(1, valid),
    )


def hang() -> list[Hang]:
    """Return what becomes of each reader when one chip is at fault, or converts 0 or −1 and nothing else."""
    troubles: tuple[tuple[str, Callable[[SimulatedPins], None]], ...] = (
        ("unplugged", lambda pins: pins.break_down(FR, ChipFault.UNPLUGGED)),
        ("saturated", lambda pins: pins.break_down(FR, ChipFault.SATURATED)),
        ("stuck low", lambda pins: pins.break_down(FR, ChipFault.STUCK_LOW)),
        ("reads 0", lambda pins: _constant(pins, 0)),
        ("reads -1", lambda pins: _constant(pins, -1)),
    )
    rows = []
    for trouble, cause in troubles:
        rig = Rig(EMPTY)
        cause(rig.pins)
        rows.append(_hang("this driver", trouble, rig.run(HUNG_AFTER_S), rig.auditor, rig.clock))
        for name in ("shared clock", "hx711 1.1.2.3"):
            bench = Bench(None, EMPTY)
            cause(bench.pins)
            rows.append(_hang(name, trouble, bench.run(name, HUNG_AFTER_S), bench.auditor, bench.clock))
    return rows


def _hang(name: str, trouble: str, readings: list[Reading], auditor: Auditor, clock: VirtualClock) -> Hang:
    others = sum(r.cell != FR and r.fault is Fault.NONE for r in readings)
    late_ns = clock.now_ns() - round(HUNG_AFTER_S / 2 * 1e9)
    hung = not any(r.cell != FR and r.t_ns > late_ns for r in readings)
    auditor.hear(readings, clock.now_ns())
    return Hang(name, trouble, others, hung, auditor.finish(clock.now_ns()).wrong)


def _be_kind(chips: tuple[SimulatedHx711, ...]) -> None:
    for chip in chips:
        chip.update_restarts_word = True


def _constant(pins: SimulatedPins, counts: int) -> None:
    pins.chips[FR].noise_counts = 0
    pins.chips[FR].tare_counts = counts


def main(*, full: bool = False, minutes: float | None = None) -> None:
    """Print both tables: an hour a row when `full`, else half a minute."""
    show("Other readers on the same chips, 5 µs a call", compare(minutes or (60.0 if full else 0.5)))
    show("One chip at fault", hang())
