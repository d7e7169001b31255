"""The driver of four HX711, one PD_SCK and one DOUT each, read as they become ready.

A word that may be wrong is void, with the reason; nothing is ever put in its place.
"""

from types import TracebackType
from typing import Final, NamedTuple, Self

from station.board.chip import (
    POWER_DOWN_NS,
    PULSE_LIMIT_NS,
    PULSES,
    SETTLE_NS,
    SHORTEST_PERIOD_NS,
    Chip,
    Phase,
    Word,
)
from station.board.clock import Clock
from station.board.pins import Pins
from station.sway.reading import CELL_COUNT, Fault, Reading

ALL_CELLS: Final = (1 << CELL_COUNT) - 1
WORD_BITS: Final = 24
# Looks further apart than this are our own delay: the chips are not blamed for silence in it. A conversion
# stays on its line for twice as long, so none goes unseen between looks that are closer.
LONGEST_GAP_NS: Final = 5_000_000


class Shift(NamedTuple):
    """One word clocked out of one or more chips: the DOUT levels after each pulse.

    `left_ns` is when the last level was asked for. `late` is the number of the last pulse that may have been
    high for too long, -1 when none was; `proof` says that a low DOUT after it could only come from a chip
    that is awake.
    """

    levels: list[int]
    left_ns: int
    late: int
    proof: bool


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
        self._chips = tuple(Chip(cell, gain=gain, rate_hz=rate_hz) for cell in range(CELL_COUNT))
        self._held = 0  # PD_SCK lines kept high: chips powered down
        self._waiting = ALL_CELLS  # chips that are down or deaf: not to be read
        self._closed = False
        self._read_ns = SHORTEST_PERIOD_NS  # the quickest read so far
        self._looked_ns = clock.now_ns()
        self._power_down(self._chips)

    @property
    def sps(self) -> tuple[float | None, ...]:
        """Measured conversions a second of each chip, None before it is known."""
        return tuple(chip.dating.sps for chip in self._chips)

    @property
    def recoveries(self) -> tuple[int, ...]:
        """How often each chip was power-cycled, the start included."""
        return tuple(chip.recoveries for chip in self._chips)

    def poll(self) -> list[Reading]:
        """Read every chip that is ready, now; never waits for one.

        Returns the readings in the order they were made, void ones with their fault.
        """
        readings: list[Reading] = []
        now_ns = self._clock.now_ns()
        if self._waiting:
            self._tend(now_ns)
        unread = ALL_CELLS
        while True:
            asked_ns = self._clock.now_ns()
            high = self._pins.data()
            seen_ns = self._clock.now_ns()
            if seen_ns - self._looked_ns > LONGEST_GAP_NS:
                for chip in self._chips:
                    chip.look_away(seen_ns - self._looked_ns)
            self._looked_ns = asked_ns
            for chip in self._chips:
                if high & chip.bit:
                    chip.high_ns = asked_ns
            ready = self._in_time(~high & unread & ~self._waiting, seen_ns)
            if not ready:
                break
            self._read(ready, seen_ns, readings)
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

    def _tend(self, now_ns: int) -> None:
        """Bring chips back that have been down for long enough, and listen again to those that may speak."""
        for chip in self._chips:
            if chip.phase is Phase.DOWN:
                if now_ns - chip.since_ns >= POWER_DOWN_NS:
                    self._held &= ~chip.bit
                    self._pins.set_clock(self._held)
                    chip.wake(self._clock.now_ns())
            elif self._waiting & chip.bit and chip.hears(now_ns):
                self._waiting &= ~chip.bit

    def _power_down(self, chips: tuple[Chip, ...]) -> None:
        for chip in chips:
            self._held |= chip.bit
            self._waiting |= chip.bit
        self._pins.set_clock(self._held)
        now_ns = self._clock.now_ns()
        for chip in chips:
            chip.power_down(now_ns)

    def _in_time(self, ready: int, seen_ns: int) -> int:
        """Leave out the chips whose next update would come in the middle of the read."""
        for chip in self._chips:
            if ready & chip.bit and chip.too_late(seen_ns, self._read_ns):
                self._waiting |= chip.bit
                ready &= ~chip.bit
        return ready

    def _read(self, ready: int, seen_ns: int, readings: list[Reading]) -> None:
        shift = self._shift(ready)
        done_ns = self._clock.now_ns()
        self._read_ns = min(self._read_ns, done_ns - seen_ns)
        held_up = done_ns - seen_ns > 2 * self._read_ns
        lost: list[Chip] = []
        for chip in self._chips:
            if not ready & chip.bit:
                continue
            fault, awake = _verdict(shift, chip.bit)
            counts = _counts(shift.levels, chip.cell)
            word = Word(counts, seen_ns, shift.left_ns, done_ns, fault, awake, held_up)
            if not chip.take(word, readings):
                lost.append(chip)
        if lost:
            self._power_down(tuple(lost))

    def _shift(self, ready: int) -> Shift:
        """Clock one word out of all ready chips at once.

        PD_SCK goes low again in the very next call and DOUT is read while it is low (it holds until the next
        rising edge): only a delay between two neighbouring calls can power a chip down.
        """
        now_ns, set_clock, data = self._clock.now_ns, self._pins.set_clock, self._pins.data
        low = self._held
        high = low | ready
        levels: list[int] = []
        late, late_ns, proof = -1, 0, True
        ended_ns = 0
        for pulse in range(self._pulses):
            begun_ns = now_ns()
            set_clock(high)
            raised_ns = now_ns()
            set_clock(low)
            ended_ns = now_ns()
            if ended_ns - begun_ns > PULSE_LIMIT_NS:
                # Both calls late: a reset may have come with the falling edge and most of the delay after it.
                proof = proof and min(raised_ns - begun_ns, ended_ns - raised_ns) <= PULSE_LIMIT_NS
                late, late_ns = pulse, late_ns or ended_ns
            levels.append(data())
        # A chip that was reset has nothing to say for a period; a low DOUT within it tells that it was not.
        proof = proof and (late < 0 or now_ns() - late_ns < SHORTEST_PERIOD_NS)
        return Shift(levels, ended_ns, late, proof)

    def _miss_silent(self, now_ns: int, readings: list[Reading]) -> None:
        for chip in self._chips:
            if chip.silent(now_ns):
                readings.append(chip.void(Fault.SILENT, now_ns))
                if not chip.patient(now_ns):
                    chip.lose_gain()
                    chip.dating.forget()  # whatever comes back may convert at another rate
                    self._power_down((chip,))


def _verdict(shift: Shift, bit: int) -> tuple[Fault, bool]:
    """Return what is wrong with the word of one chip, and whether that chip is still in step with us."""
    in_step = all(level & bit for level in shift.levels[WORD_BITS:])
    if shift.late < 0:
        return (Fault.NONE, True) if in_step else (Fault.DESYNC, False)
    spoke = any(not level & bit for level in shift.levels[shift.late : WORD_BITS])
    return Fault.LATE_CLOCK, in_step and spoke and shift.proof


def _counts(levels: list[int], cell: int) -> int:
    """Return the 24-bit two's complement number on one line, most significant bit first."""
    word = 0
    for level in levels[:WORD_BITS]:
        word = word << 1 | level >> cell & 1
    return word - 0x1000000 if word & 0x800000 else word
