"""The driver of four HX711, one PD_SCK and one DOUT each, read as they become ready.

A word that may be wrong is void, with the reason; nothing is ever put in its place.
"""

from types import TracebackType
from typing import Final, Self

from station.board.chip import (
    POWER_DOWN_NS,
    PULSE_LIMIT_NS,
    PULSES,
    SETTLE_NS,
    SHORTEST_PERIOD_NS,
    Chip,
    Phase,
)
from station.board.clock import Clock
from station.board.pins import Pins
from station.sway.reading import CELL_COUNT, Fault, Reading

ALL_CELLS: Final = (1 << CELL_COUNT) - 1
WORD_BITS: Final = 24
# Polls further apart than this are our own delay: the chips are not blamed for silence in it.
LONGEST_POLL_GAP_NS: Final = 5_000_000


class Hx711Bank:
    """Four free-running chips; call `poll` about every millisecond.

    Every chip is power-cycled at the start, and again when it lost step or fell silent, while the other
    three go on. `close` leaves PD_SCK high: the chips sleep.
    """

    def __init__(self, pins: Pins, clock: Clock, *, gain: int = 128, rate_hz: int = 80) -> None:
        """Take the pins over.

        `gain` is 128 or 64 (channel A), `rate_hz` what the RATE pin asks for: 10 or 80. Raises ValueError.
        """
        if gain not in PULSES or rate_hz not in SETTLE_NS:
            message = f"gain {gain} at {rate_hz} SPS: an HX711 has gain 128 or 64 at 10 or 80 SPS"
            raise ValueError(message)
        self._pins = pins
        self._clock = clock
        self._pulses = PULSES[gain]
        self._chips = tuple(Chip(cell, rate_hz=rate_hz) for cell in range(CELL_COUNT))
        self._held = 0  # PD_SCK lines kept high: chips powered down
        self._waiting = ALL_CELLS  # chips that are down or waking: not to be read
        self._closed = False
        self._polled_ns = clock.now_ns()
        self._power_down(self._chips)

    @property
    def sps(self) -> tuple[float | None, ...]:
        """Measured conversions a second of each chip, None before it is known."""
        return tuple(chip.dating.sps for chip in self._chips)

    def poll(self) -> list[Reading]:
        """Read every chip that is ready, now; never waits for one.

        Returns the readings in the order they were made, void ones with their fault.
        """
        readings: list[Reading] = []
        now_ns = self._clock.now_ns()
        self._forgive(now_ns - self._polled_ns)
        self._polled_ns = now_ns
        if self._waiting:
            self._tend(now_ns)
        unread = ALL_CELLS
        while True:
            asked_ns = self._clock.now_ns()
            high = self._pins.data()
            for chip in self._chips:
                if high & chip.bit:
                    chip.high_ns = asked_ns
            ready = ~high & unread & ~self._waiting
            if not ready:
                break
            self._read(ready, self._clock.now_ns(), readings)
            unread &= ~ready  # a line that stays low is looked at again in the next poll
        self._miss_silent(now_ns, readings)
        return readings

    def close(self) -> None:
        """Power the chips down and give the pins back; may be called twice."""
        if not self._closed:
            self._closed = True
            try:
                self._pins.set_clock(ALL_CELLS)
            finally:
                self._pins.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _forgive(self, gap_ns: int) -> None:
        if gap_ns > LONGEST_POLL_GAP_NS:
            for chip in self._chips:
                chip.heard_ns += gap_ns

    def _tend(self, now_ns: int) -> None:
        """Bring chips back that have been down for long enough, and listen to those that are awake."""
        for chip in self._chips:
            if chip.phase is Phase.DOWN and now_ns - chip.since_ns >= POWER_DOWN_NS:
                self._held &= ~chip.bit
                self._pins.set_clock(self._held)
                chip.wake(self._clock.now_ns())
            elif chip.phase is Phase.WAKING and now_ns - chip.since_ns >= SHORTEST_PERIOD_NS:
                self._waiting &= ~chip.bit

    def _power_down(self, chips: tuple[Chip, ...]) -> None:
        for chip in chips:
            self._held |= chip.bit
            self._waiting |= chip.bit
        self._pins.set_clock(self._held)
        now_ns = self._clock.now_ns()
        for chip in chips:
            chip.power_down(now_ns)

    def _read(self, ready: int, seen_ns: int, readings: list[Reading]) -> None:
        levels = self._shift(ready)
        done_ns = self._clock.now_ns()
        lost: list[Chip] = []
        for chip in self._chips:
            if not ready & chip.bit:
                continue
            if levels is None:
                readings.append(chip.void(Fault.LATE_CLOCK, seen_ns))
                lost.append(chip)
            elif not all(level & chip.bit for level in levels[WORD_BITS:]):
                readings.append(chip.void(Fault.DESYNC, seen_ns))
                lost.append(chip)
            elif not chip.take(_counts(levels, chip.cell), seen_ns, done_ns, readings):
                lost.append(chip)
        if lost:
            self._power_down(tuple(lost))

    def _shift(self, ready: int) -> list[int] | None:
        """Clock one word out of all ready chips at once and return the DOUT levels after each pulse.

        Returns None when PD_SCK stayed high too long: the chips may have powered down in the middle.
        """
        now_ns, set_clock, data = self._clock.now_ns, self._pins.set_clock, self._pins.data
        low = self._held
        high = low | ready
        levels: list[int] = []
        for _ in range(self._pulses):
            raised_ns = now_ns()
            set_clock(high)
            set_clock(low)
            if now_ns() - raised_ns > PULSE_LIMIT_NS:
                return None
            levels.append(data())
        return levels

    def _miss_silent(self, now_ns: int, readings: list[Reading]) -> None:
        for chip in self._chips:
            if chip.silent(now_ns):
                readings.append(chip.void(Fault.SILENT, now_ns))
                if not chip.patient(now_ns):
                    self._power_down((chip,))
                    chip.dating.forget()  # whatever comes back may convert at another rate


def _counts(levels: list[int], cell: int) -> int:
    """Return the 24-bit two's complement number on one line, most significant bit first."""
    word = 0
    for level in levels[:WORD_BITS]:
        word = word << 1 | level >> cell & 1
    return word - 0x1000000 if word & 0x800000 else word
