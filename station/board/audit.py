"""A driver held against the truth: simulated chips know what they converted, so nothing can be passed off."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from station.board.clock import VirtualClock
from station.board.hx711 import Hx711Bank
from station.board.load import EMPTY, Forces, StillLoad
from station.board.simulated import Conversion, SimulatedHx711
from station.board.simulated_pins import CALL_NS, SimulatedPins, Spikes
from station.sway.reading import CELL_COUNT, Fault, Reading

START_NS = 1_000_000_000
POLL_NS = 1_000_000
# A conversion this close to the end of a run need not have been read.
GRACE_NS = 3_000_000
# A conversion that was lost has a void reading of its cell within this time.
NEAR_NS = 40_000_000


class Audit(NamedTuple):
    """What became of all conversions.

    `wrong` readings were accepted with another value than the chip converted, or before it had settled;
    `missed` conversions came after a cell's first good reading and were not accepted;
    `unexplained` of these have no void reading of their cell near them; `voids` counts faults.
    `jitter_ns` (rms about the mean) and `offset_ns` (mean) are those of the dates of accepted readings.
    """

    accepted: int
    wrong: int
    missed: int
    unexplained: int
    voids: Counter[Fault]
    offset_ns: float
    jitter_ns: float


class Rig:
    """Four chips, their pins and the driver, in virtual time."""

    def __init__(
        self,
        forces: Forces = EMPTY,
        *,
        seed: int = 1,
        call_ns: int = CALL_NS,
        spikes: Spikes | None = None,
        gain: int = 128,
        rate_hz: int = 80,
    ) -> None:
        self.clock = VirtualClock(START_NS)
        self.load = StillLoad(forces)
        self.truth: list[Conversion] = []
        self.chips = tuple(
            SimulatedHx711(cell, self.load, seed=seed, now_ns=START_NS, log=self.truth.append)
            for cell in range(CELL_COUNT)
        )
        self.pins = SimulatedPins(self.chips, self.clock, call_ns=call_ns, spikes=spikes, seed=seed)
        self.bank = Hx711Bank(self.pins, self.clock, gain=gain, rate_hz=rate_hz)

    def run(self, seconds: float) -> list[Reading]:
        """Poll every millisecond for a while and return what came."""
        readings: list[Reading] = []
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            readings += self.bank.poll()
            self.clock.sleep_ns(POLL_NS)
        return readings

    def audit(self, readings: Iterable[Reading]) -> Audit:
        """Hold the readings against what the chips converted until now."""
        return audit(readings, self.truth, until_ns=self.clock.now_ns() - GRACE_NS)


def audit(readings: Iterable[Reading], truth: Iterable[Conversion], *, until_ns: int) -> Audit:
    """Hold readings against the truth: each accepted one belongs to the conversion nearest in time."""
    readings = list(readings)
    converted: list[list[Conversion]] = [[] for _ in range(CELL_COUNT)]
    for conversion in truth:
        converted[conversion.cell].append(conversion)
    wrong = missed = unexplained = 0
    off_ns: list[int] = []
    for cell, its in enumerate(converted):
        good = [r for r in readings if r.cell == cell and r.fault is Fault.NONE]
        read: set[int] = set()
        for reading in good:
            nearest = _nearest(its, reading.t_ns)
            if nearest.settled and nearest.counts == reading.counts:
                read.add(nearest.t_ns)
                off_ns.append(reading.t_ns - nearest.t_ns)
            else:
                wrong += 1
        void_ns = [r.t_ns for r in readings if r.cell == cell and r.fault is not Fault.NONE]
        lost_ns = [
            c.t_ns for c in its if c.t_ns not in read and min(read, default=until_ns) < c.t_ns < until_ns
        ]
        missed += len(lost_ns)
        unexplained += sum(not _near(t_ns, void_ns) for t_ns in lost_ns)
    mean_ns = sum(off_ns) / max(1, len(off_ns))
    jitter_ns = math.sqrt(sum((off - mean_ns) ** 2 for off in off_ns) / max(1, len(off_ns)))
    voids: Counter[Fault] = Counter(r.fault for r in readings if r.fault is not Fault.NONE)
    return Audit(len(off_ns) + wrong, wrong, missed, unexplained, voids, mean_ns, jitter_ns)


def _nearest(conversions: list[Conversion], t_ns: int) -> Conversion:
    after = bisect_left(conversions, t_ns, key=lambda conversion: conversion.t_ns)
    around = conversions[max(0, after - 1) : after + 1]
    return min(around, key=lambda conversion: abs(conversion.t_ns - t_ns))


def _near(t_ns: int, times_ns: list[int]) -> bool:
    after = bisect_left(times_ns, t_ns - NEAR_NS)
    return after < len(times_ns) and times_ns[after] <= t_ns + NEAR_NS
