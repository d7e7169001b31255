"""A simulated HX711: it answers on its two wires what the chip would, edge by edge.

Behaviour from the Avia Semiconductor HX711 datasheet V2.0; the update window, the real rates and the noise
are as measured by users.
"""

import math
import random
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

from station.board.load import Load

# The plate that simulated chips have, and that an uncalibrated station assumes.
NOMINAL_COUNTS_PER_N: Final = 2000.0
# 25 g rms a cell, measured on Wii-class cells at 63 to 90 SPS.
NOISE_N: Final = 0.025 * 9.80665
SLOWEST_SPS: Final = 80.0
FASTEST_SPS: Final = 94.0
LOW_RATE_SPS: Final = 11.0  # RATE pin low; users measure 10.8 to 11.7
DRIFT: Final = 0.002  # of the oscillator, over `DRIFT_PERIOD_S`
DRIFT_PERIOD_S: Final = 600.0
CYCLE_JITTER_NS: Final = 1_000.0
UPDATE_WINDOW_NS: Final = 75_000  # DOUT is high this long before each update
POWER_DOWN_AFTER_NS: Final = 60_000
UNSETTLED_CONVERSIONS: Final = 4
TARE_COUNTS: Final = (10_000, 60_000)  # cells carry the plate and are never quite equal
FULL_SCALE_COUNTS: Final = 0x7FFFFF

WORD_PULSES: Final = 24
# Gain and channel chosen by the number of pulses; channel B has nothing connected.
GAIN_OF_PULSES: Final = {25: 128, 26: 32, 27: 64}
CHANNEL_B: Final = 32
MOST_PULSES: Final = max(GAIN_OF_PULSES)


class ChipFault(StrEnum):
    """What may be wrong with a chip or its cable."""

    NONE = "none"
    UNPLUGGED = "unplugged"  # no power and no data; comes back reset
    STUCK_HIGH = "stuck-high"
    STUCK_LOW = "stuck-low"
    SATURATED = "saturated"
    SLOW = "slow"  # the RATE jumper was left at 10
    INVERTED = "inverted"  # the cell's signal wires are exchanged


# What DOUT always reads with such a fault.
STUCK: Final = {ChipFault.UNPLUGGED: 1, ChipFault.STUCK_HIGH: 1, ChipFault.STUCK_LOW: 0}


class Conversion(NamedTuple):
    """What a chip really converted: for tests and benchmarks that compare a driver with the truth."""

    t_ns: int
    cell: int
    counts: int
    settled: bool


class SimulatedHx711:
    """One chip with its load cell.

    `cell` is both its place on the pins and the corner it feels. The same seed gives the same chip. `now_ns`
    is when its power came on. Truth goes to `log` when one is given.
    """

    def __init__(
        self,
        cell: int,
        load: Load,
        *,
        seed: int = 0,
        now_ns: int = 0,
        log: Callable[[Conversion], None] | None = None,
    ) -> None:
        draw = random.Random(f"hx711 {seed} {cell}")  # noqa: S311 -- a simulation, no secret
        self.cell = cell
        self.corner = cell  # another corner when cables are swapped
        self.load = load
        self.sps = draw.uniform(SLOWEST_SPS, FASTEST_SPS)
        self.tare_counts = draw.uniform(*TARE_COUNTS)
        self.noise_counts = NOISE_N * NOMINAL_COUNTS_PER_N
        self.keeps_gain = False  # one revision of the chip keeps its gain over a power-down
        self.update_restarts_word = False  # whether an update in the middle of a word counts pulses anew
        self.hides_unsettled = False  # whether DOUT stays high until the filter has settled
        self.resets = 0  # by PD_SCK, our own power-cycles and accidents alike
        self._fault = ChipFault.NONE
        self._stuck: int | None = None
        self._gauss = draw.gauss
        self._phase = draw.uniform(0, 2 * math.pi)
        self._log = log
        self._raised_ns: int | None = None
        self._gain = 128
        self.reset(now_ns)
        self.update_ns = now_ns + round(self._period_ns(now_ns) * draw.uniform(0.2, 1.0))

    @property
    def fault(self) -> ChipFault:
        """What is wrong with the chip."""
        return self._fault

    def break_down(self, fault: ChipFault, now_ns: int) -> None:
        """Let the chip have this fault from now on; NONE mends it."""
        self.advance(now_ns)
        if ChipFault.UNPLUGGED in {fault, self._fault}:
            self._gain = 128
            self.reset(now_ns)
        self._fault = fault
        self._stuck = STUCK.get(fault)

    def reset(self, now_ns: int) -> None:
        """Start converting afresh, as after power-up."""
        if not self.keeps_gain:
            self._gain = 128
        self._pulses = 0
        self._word = 0
        self._ready = False
        self._unsettled = UNSETTLED_CONVERSIONS
        self.update_ns = now_ns + round(self._period_ns(now_ns))

    def rise(self, now_ns: int) -> None:
        """PD_SCK goes high: the next bit appears on DOUT."""
        if now_ns >= self.update_ns:
            self.advance(now_ns)
        self._raised_ns = now_ns
        if self._pulses < MOST_PULSES:
            self._pulses += 1

    def fall(self, now_ns: int) -> None:
        """PD_SCK goes low; after a long high the chip had powered down and starts again."""
        raised_ns, self._raised_ns = self._raised_ns, None
        if raised_ns is not None and now_ns - raised_ns > POWER_DOWN_AFTER_NS:
            self.resets += 1
            self.reset(now_ns)

    def advance(self, now_ns: int) -> None:
        """Make the conversions due until now; a chip that is powered down makes none."""
        while self.update_ns <= now_ns and not self._asleep(self.update_ns):
            self._convert(self.update_ns)
            self.update_ns += round(self._period_ns(self.update_ns))

    def level(self, now_ns: int) -> int:
        """Return what DOUT reads: 0 or 1."""
        if now_ns >= self.update_ns:
            self.advance(now_ns)
        if self._stuck is not None:
            return self._stuck
        if now_ns >= self.update_ns - UPDATE_WINDOW_NS or self._asleep(now_ns):
            return 1
        pulses = self._pulses
        if pulses == 0:
            return 0 if self._ready else 1
        return self._word >> (WORD_PULSES - pulses) & 1 if pulses <= WORD_PULSES else 1

    def changes_ns(self, now_ns: int) -> int:
        """Return until when DOUT stays as it is if PD_SCK stays low."""
        window_ns = self.update_ns - UPDATE_WINDOW_NS
        return window_ns if now_ns < window_ns else self.update_ns

    def _asleep(self, now_ns: int) -> bool:
        return self._raised_ns is not None and now_ns - self._raised_ns > POWER_DOWN_AFTER_NS

    def _period_ns(self, now_ns: int) -> float:
        sps = LOW_RATE_SPS if self._fault is ChipFault.SLOW else self.sps
        drift = DRIFT * math.sin(2e-9 * math.pi / DRIFT_PERIOD_S * now_ns + self._phase)
        return 1e9 / (sps * (1 + drift)) + self._gauss(0, CYCLE_JITTER_NS)

    def _convert(self, t_ns: int) -> None:
        gain = GAIN_OF_PULSES.get(self._pulses, self._gain)
        if gain != self._gain:
            self._gain = gain
            self._unsettled = UNSETTLED_CONVERSIONS
        counts = self._counts(t_ns)
        settled = self._unsettled == 0
        if not settled:  # the filter still remembers what was before
            counts = counts * (UNSETTLED_CONVERSIONS - self._unsettled) // (UNSETTLED_CONVERSIONS + 1)
            self._unsettled -= 1
        shown = settled or not self.hides_unsettled
        if shown and (not 0 < self._pulses <= WORD_PULSES or self.update_restarts_word):
            self._pulses = 0
            self._ready = True
        self._word = counts & 0xFFFFFF
        if self._log:
            self._log(Conversion(t_ns, self.cell, counts, settled))

    def _counts(self, t_ns: int) -> int:
        if self._fault is ChipFault.SATURATED:
            return FULL_SCALE_COUNTS
        noise_counts = self._gauss(0, self.noise_counts)
        if self._gain == CHANNEL_B:
            return round(noise_counts)
        signal_counts = self.load.forces_n(t_ns)[self.corner] * NOMINAL_COUNTS_PER_N + self.tare_counts
        if self._fault is ChipFault.INVERTED:
            signal_counts = -signal_counts
        counts = round((signal_counts + noise_counts) * self._gain / 128)
        return min(max(counts, -FULL_SCALE_COUNTS - 1), FULL_SCALE_COUNTS)
