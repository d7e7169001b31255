"""Two other ways to read the same chips, written anew from how they behave.

`SharedClock` drives one PD_SCK for all chips and reads when all are ready, as `hx711-multi` does. `PypiHx711`
follows PyPI's `hx711` 1.1.2.3: one chip after the other, ready asked for every 10 ms, each pulse timed, and
whatever is False or −1 asked for again without end.
"""

from collections.abc import Iterator
from typing import Final

from station.board.clock import VirtualClock
from station.board.simulated_pins import SimulatedPins
from station.sway.reading import CELL_COUNT, Fault, Reading

ALL: Final = (1 << CELL_COUNT) - 1
WORD_BITS: Final = 24
GAIN_PULSES: Final = 1
INVALID: Final = (0x7FFFFF, 0x800000)


def signed(word: int) -> int:
    """Return the two's complement number of 24 bits."""
    return word - (1 << WORD_BITS) if word >> (WORD_BITS - 1) else word


class SharedClock:
    """One PD_SCK for four chips, read together when every DOUT is low. Nothing is checked."""

    def __init__(self, pins: SimulatedPins, clock: VirtualClock) -> None:
        self._pins = pins
        self._clock = clock

    def poll(self) -> list[Reading]:
        """Return four readings when all four chips are ready, else none."""
        if self._pins.data():
            return []
        t_ns = self._clock.now_ns()
        words = [0] * CELL_COUNT
        for pulse in range(WORD_BITS + GAIN_PULSES):
            self._pins.set_clock(ALL)
            self._pins.set_clock(0)
            levels = self._pins.data()
            if pulse < WORD_BITS:
                for cell in range(CELL_COUNT):
                    words[cell] = words[cell] << 1 | levels >> cell & 1
        return [Reading(t_ns, cell, signed(word), Fault.NONE) for cell, word in enumerate(words)]


class PypiHx711:
    """One chip after the other; `get` returns only when it has a value it likes."""

    READY_POLL_NS: Final = 10_000_000
    READY_POLLS: Final = 40
    LONGEST_PULSE_NS: Final = 60_000

    def __init__(self, pins: SimulatedPins, clock: VirtualClock) -> None:
        self._pins = pins
        self._clock = clock

    def readings(self) -> Iterator[Reading | None]:
        """Yield readings of the cells in turn, and None for every try that failed and is made again."""
        while True:
            for cell in range(CELL_COUNT):
                yield from self._get(cell)

    def _get(self, cell: int) -> Iterator[Reading | None]:
        while True:
            t_ns, counts = self._read(cell)
            # `if data not in [False, -1]`: 0 == False, so 0 is refused too
            if counts is not False and counts not in {0, -1}:
                yield Reading(t_ns, cell, counts, Fault.NONE)
                return
            yield None

    def _read(self, cell: int) -> tuple[int, int]:
        """Return when the word was begun and its counts; False (0) when it failed."""
        bit = 1 << cell
        polls = 0
        while self._pins.data() & bit:
            self._clock.sleep_ns(self.READY_POLL_NS)
            polls += 1
            if polls == self.READY_POLLS:
                return 0, False
        t_ns = self._clock.now_ns()
        word = 0
        for pulse in range(WORD_BITS + GAIN_PULSES):
            begun_ns = self._clock.now_ns()
            self._pins.set_clock(bit)
            self._pins.set_clock(0)
            if self._clock.now_ns() - begun_ns >= self.LONGEST_PULSE_NS:
                return 0, False
            if pulse < WORD_BITS:
                word = word << 1 | (self._pins.data() & bit > 0)
        return (0, False) if word in INVALID else (t_ns, signed(word))
