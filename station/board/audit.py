"""A driver held against the truth: simulated chips know what they converted, so nothing can be passed off."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from station.board.clock import VirtualClock, poll_waits_ns
from station.board.dating import GUARD_SHARE, TRUSTED_PERIOD_AFTER
from station.board.hx711 import Hx711Bank
from station.board.load import EMPTY, Forces, StillLoad
from station.board.simulated import Conversion, SimulatedHx711
from station.board.simulated_pins import CALL_NS, SimulatedPins, Spike, Spikes
from station.sway.reading import CELL_COUNT, Fault, Reading

START_NS: Final = 1_000_000_000
POLL_NS: Final = 1_250_000  # the longest wait between two polls
# A conversion this close to the end of a run need not have been read.
GRACE_NS: Final = 3_000_000
# A conversion that was lost has a void reading of its cell within this time.
NEAR_NS: Final = 40_000_000
# So much is kept of what has been judged, so that its neighbours can still be.
KEPT_NS: Final = 200_000_000
# A read takes so many calls; one poll and the reads of two other chips may come before it.
READ_CALLS: Final = 75
# After a power-cycle the phase of a chip may not be trusted before so many good readings.
RETRUSTED_AFTER: Final = 4
PIECE_NS: Final = 10_000_000_000


class Loss(StrEnum):
    """Why a valid conversion was not delivered; the first that holds.

    The first three are what a delay hit. The others are the price of not accepting what may be wrong.
    """

    STRUCK = "struck"  # a delayed call in its own read, or in a read whose rest ran over it
    COVERED = "covered"  # between delays there was no stretch long enough for a poll and a read
    SETTLING = "settling"  # the filter had settled, but that was not certain
    YOUNG = "young"  # its chip's clock was not known yet, or not again after a power-cycle
    GUARD = "guard"  # there was time for a read, but not with the guard around an update
    OTHER = "other"


class Audit(NamedTuple):
    """What became of all conversions.

    `wrong` readings were accepted with another value than the chip converted, or before it had settled.
    `missed` conversions were valid, came after a cell's first good reading and were not accepted; why, each
    for one reason, is in `losses`. For `unexplained` there is no void reading of their cell near them.
    `unsettled` conversions came after a power-down: there was nothing valid to read.
    `voids` counts faults. `jitter_ns` (rms about the mean) and `offset_ns` (mean) are those of the dates of
    accepted readings.
    """

    accepted: int
    wrong: int
    missed: int
    losses: Counter[Loss]
    unexplained: int
    unsettled: int
    voids: Counter[Fault]
    offset_ns: float
    jitter_ns: float


class Auditor:
    """Judges piece by piece, so that an hour needs no more memory than a minute.

    `dated` readings belong to the conversion nearest in time; those of a reader that only knows when it read
    belong to the last conversion before that.
    """

    def __init__(self, *, call_ns: int = CALL_NS, dated: bool = True) -> None:
        self._dated = dated
        self.truth: list[Conversion] = []
        self.spikes: list[Spike] = []
        self._read_ns = READ_CALLS * call_ns
        self._need_ns = POLL_NS + 3 * self._read_ns
        self._voids_kept: list[Reading] = []
        self._read: set[tuple[int, int]] = set()
        self._good: Counter[int] = Counter()  # good readings of each cell
        self._judged_ns = -1
        self._counts: Counter[str] = Counter()
        self._since_settled: Counter[int] = Counter()  # good ones since its filter settled
        self._losses: Counter[Loss] = Counter()
        self._voids: Counter[Fault] = Counter()
        self._off_sum = self._off_square_sum = 0.0

    def hear(self, readings: Sequence[Reading], now_ns: int) -> None:
        """Take the readings of a piece of time that ends now, and judge all but its very end."""
        its = _by_cell(self.truth)
        for reading in readings:
            if reading.fault is Fault.NONE:
                self._match(reading, its[reading.cell])
            else:
                self._voids[reading.fault] += 1
                self._voids_kept.append(reading)
        self._judge(its, now_ns - KEPT_NS)

    def finish(self, now_ns: int) -> Audit:
        """Judge the rest and return what became of everything."""
        self._judge(_by_cell(self.truth), now_ns - GRACE_NS)
        counts, dated = self._counts, max(1, self._counts["right"])
        mean_ns = self._off_sum / dated
        return Audit(
            accepted=counts["right"] + counts["wrong"],
            wrong=counts["wrong"],
            missed=counts["missed"],
            losses=+self._losses,
            unexplained=counts["unexplained"],
            unsettled=counts["unsettled"],
            voids=+self._voids,
            offset_ns=mean_ns,
            jitter_ns=math.sqrt(max(0.0, self._off_square_sum / dated - mean_ns * mean_ns)),
        )

    def _match(self, reading: Reading, its: list[Conversion]) -> None:
        """Hold a good reading against the conversion nearest in time."""
        nearest = (_nearest if self._dated else _newest)(its, reading.t_ns)
        key = (nearest.cell, nearest.t_ns)
        if not nearest.settled or nearest.counts != reading.counts or key in self._read:
            self._counts["wrong"] += 1
            return
        off_ns = reading.t_ns - nearest.t_ns
        self._counts["right"] += 1
        self._off_sum += off_ns
        self._off_square_sum += off_ns * off_ns
        self._read.add(key)

    def _judge(self, its_by_cell: list[list[Conversion]], until_ns: int) -> None:
        """Judge the conversions made since the last time and until then, and forget what is long past."""
        for cell, its in enumerate(its_by_cell):
            for this, following in pairwise(its):
                if self._judged_ns < this.t_ns <= until_ns:
                    self._judge_one(cell, this, following.t_ns)
        self._judged_ns = max(self._judged_ns, until_ns)
        kept_ns = self._judged_ns - KEPT_NS
        self.truth[:] = [c for c in self.truth if c.t_ns > kept_ns]
        self.spikes[:] = [spike for spike in self.spikes if spike.end_ns > kept_ns]
        self._voids_kept = [r for r in self._voids_kept if r.t_ns > kept_ns]
        self._read = {key for key in self._read if key[1] > kept_ns}

    def _judge_one(self, cell: int, this: Conversion, until_ns: int) -> None:
        if (cell, this.t_ns) in self._read:
            self._good[cell] += 1
            self._since_settled[cell] += 1
        elif not self._good[cell]:
            return
        elif not this.settled:
            self._counts["unsettled"] += 1
            self._since_settled[cell] = 0
        else:
            self._counts["missed"] += 1
            voids = [void for void in self._voids_kept if void.cell == cell]
            self._losses[self._why(cell, this.t_ns, until_ns, voids)] += 1
            if not any(abs(void.t_ns - this.t_ns) <= NEAR_NS for void in voids):
                self._counts["unexplained"] += 1

    def _why(self, cell: int, from_ns: int, until_ns: int, voids: list[Reading]) -> Loss:
        """Say why a conversion that was ready between these times is missing."""
        hits = sorted(spike for spike in self.spikes if spike.begin_ns < until_ns and spike.end_ns > from_ns)
        if any(
            spike.cells >> cell & 1 and spike.begin_ns < until_ns and spike.end_ns > from_ns - self._read_ns
            for spike in self.spikes
        ):
            return Loss.STRUCK
        edges = [from_ns, *(edge for spike in hits for edge in spike[:2]), until_ns]
        stretch_ns = max(b - a for a, b in zip(edges[::2], edges[1::2], strict=True))
        if stretch_ns < self._need_ns:
            return Loss.COVERED
        if any(v.fault is Fault.SETTLING and abs(v.t_ns - from_ns) < (until_ns - from_ns) / 2 for v in voids):
            return Loss.SETTLING
        if self._good[cell] < TRUSTED_PERIOD_AFTER or self._since_settled[cell] < RETRUSTED_AFTER:
            return Loss.YOUNG
        if stretch_ns < self._need_ns + GUARD_SHARE * (until_ns - from_ns):
            return Loss.GUARD
        return Loss.OTHER


class Rig:
    """Four chips, their pins and a driver, in virtual time."""

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
        self._waits_ns = poll_waits_ns()
        self.load = StillLoad(forces)
        self.auditor = Auditor(call_ns=call_ns)
        self.truth = self.auditor.truth
        self.chips = tuple(
            SimulatedHx711(cell, self.load, seed=seed, now_ns=START_NS, log=self.truth.append)
            for cell in range(CELL_COUNT)
        )
        self.pins = SimulatedPins(
            self.chips,
            self.clock,
            call_ns=call_ns,
            spikes=spikes,
            seed=seed,
            log=self.auditor.spikes.append,
        )
        self.bank = Hx711Bank(self.pins, self.clock, gain=gain, rate_hz=rate_hz)

    def run(self, seconds: float) -> list[Reading]:
        """Poll about every millisecond for a while, as the acquisition does, and return what came."""
        readings: list[Reading] = []
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            readings += self.bank.poll()
            self.clock.sleep_ns(next(self._waits_ns))
        return readings

    def audit(self, readings: Sequence[Reading]) -> Audit:
        """Hold all the readings that were ever made against what the chips converted until now."""
        self.auditor.hear(readings, self.clock.now_ns())
        return self.auditor.finish(self.clock.now_ns())

    def run_audited(self, seconds: float) -> Audit:
        """Run for as long as wished, holding readings against the truth as they come."""
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            piece_ns = min(PIECE_NS, end_ns - self.clock.now_ns())
            self.auditor.hear(self.run(piece_ns * 1e-9), self.clock.now_ns())
        return self.auditor.finish(self.clock.now_ns())


def _by_cell(truth: list[Conversion]) -> list[list[Conversion]]:
    its: list[list[Conversion]] = [[] for _ in range(CELL_COUNT)]
    for conversion in truth:
        its[conversion.cell].append(conversion)
    return its


def _nearest(conversions: list[Conversion], t_ns: int) -> Conversion:
    after = bisect_left(conversions, t_ns, key=lambda conversion: conversion.t_ns)
    around = conversions[max(0, after - 1) : after + 1]
    return min(around, key=lambda conversion: abs(conversion.t_ns - t_ns))


def _newest(conversions: list[Conversion], t_ns: int) -> Conversion:
    after = bisect_right(conversions, t_ns, key=lambda conversion: conversion.t_ns)
    return conversions[max(0, after - 1)]
