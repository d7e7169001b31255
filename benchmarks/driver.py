"""The driver against the truth in virtual time: wrong and lost values, and what a reading costs.

Four chips of 80 to 94 SPS, polled about every millisecond; every row is one continuous run.
"""

import time
from collections.abc import Iterator
from typing import Final, NamedTuple

from benchmarks.table import show
from station.board.audit import Loss, Rig
from station.board.load import Plate
from station.board.simulated_pins import Spikes
from station.sway.reading import Fault

PERSON: Final = Plate().corners_n(700, 30, -20)
SETTINGS: Final = (
    (5_000, None),
    (10_000, None),
    (20_000, None),
    (5_000, Spikes()),
    (10_000, Spikes()),
    (20_000, Spikes()),
)


class Row(NamedTuple):
    """One setting, over so many virtual minutes.

    `lost` conversions were valid and not delivered, `struck` to `other` say why (`station.board.audit.Loss`);
    `unexplained` are those of them that have no void near them.
    `reset` counts power-downs by a delay between two edges, `in_doubt` power-cycles of chips that were not
    reset, for want of a proof; `unsettled` conversions came after either.
    """

    call_us: float
    spikes: bool
    minutes: float
    accepted: int
    wrong: int
    lost: int
    struck: int
    covered: int
    settling: int
    young: int
    guard: int
    other: int
    unexplained: int
    reset: int
    in_doubt: int
    unsettled: int
    voids: str
    calls_a_reading: float
    jitter_us: float


def run(minutes: float) -> Iterator[Row]:
    """Yield a row a setting: 0 wrong and 0 unexplained everywhere, 0 lost without spikes."""
    for call_ns, spikes in SETTINGS:
        yield measure(call_ns, spikes, minutes)


def measure(call_ns: int, spikes: Spikes | None, minutes: float) -> Row:
    """Run one setting."""
    rig = Rig(PERSON, seed=1, call_ns=call_ns, spikes=spikes)
    result = rig.run_audited(minutes * 60)
    recoveries = sum(rig.bank.recoveries) - len(rig.chips)
    resets = sum(chip.resets for chip in rig.chips) - recoveries - len(rig.chips)
    return Row(
        call_us=call_ns / 1000,
        spikes=spikes is not None,
        minutes=minutes,
        accepted=result.accepted,
        wrong=result.wrong,
        lost=result.missed,
        **{loss.value: result.losses[loss] for loss in Loss},
        unexplained=result.unexplained,
        reset=resets,
        in_doubt=recoveries - resets,
        unsettled=result.unsettled,
        voids=", ".join(f"{Fault(f).name} {n}" for f, n in sorted(result.voids.items())),
        calls_a_reading=rig.pins.calls / (result.accepted + sum(result.voids.values())),
        jitter_us=result.jitter_ns / 1000,
    )


class Cost(NamedTuple):
    """What a reading costs in Python, apart from the calls themselves: driver alone, on this computer."""

    readings: int
    python_us_a_reading: float


class _Silent:
    """Pins that answer as four chips would, at no cost: a word of zeros from each in every twelfth poll."""

    def __init__(self) -> None:
        self._reading = 0
        self.ready = 0

    def set_clock(self, cells: int) -> None:
        self._reading += cells > 0

    def data(self) -> int:
        if not self._reading:
            return 0xF & ~self.ready
        if self._reading >= 25:
            self._reading = self.ready = 0
            return 0xF
        return 0

    def close(self) -> None:
        pass


def cost(polls: int = 60_000) -> Cost:
    """Drive four chips, each ready in another poll, with calls that cost nothing."""
    from station.board.clock import VirtualClock  # noqa: PLC0415
    from station.board.hx711 import Hx711Bank  # noqa: PLC0415

    clock, pins = VirtualClock(1_000_000_000), _Silent()
    bank = Hx711Bank(pins, clock)
    readings = 0
    begun_s = time.process_time()
    for poll in range(polls):
        if poll % 3 == 0:
            pins.ready = 1 << poll // 3 % 4
        readings += len(bank.poll())
        clock.sleep_ns(1_000_000)
    return Cost(readings, (time.process_time() - begun_s) / readings * 1e6)


def main(*, full: bool = False, minutes: float | None = None) -> None:
    """Print the tables: one hour a row when `full`, else one minute."""
    show("Driver against the truth", run(minutes or (60.0 if full else 1.0)))
    show("Python's share of a reading, polls in between included, calls costing nothing", [cost()])
