"""The `Pins` of four simulated chips, with what a call to the kernel costs."""

import random
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from station.board.clock import VirtualClock
from station.board.load import Load
from station.board.simulated import ChipFault, SimulatedHx711
from station.sway.reading import CELL_COUNT

ALL_CELLS: Final = (1 << CELL_COUNT) - 1
# About what one ioctl on a GPIO line request costs a Pi.
CALL_NS: Final = 5_000
# In a word PD_SCK is moved at least every so many calls.
READ_CALLS_APART: Final = 3


class Spikes(NamedTuple):
    """How often a call is delayed (`share` of all calls), and for how long."""

    share: float = 0.0005
    shortest_ns: int = 100_000
    longest_ns: int = 20_000_000


class Spike(NamedTuple):
    """One delay that happened, and which cells were being read in it."""

    begin_ns: int
    end_ns: int
    cells: int


class SimulatedPins:
    """Four chips on their wires.

    A call takes `call_ns` on the clock; one hit by a spike takes longer, before or after it has its effect.
    `calls` counts them; each spike goes to `log` when one is given.
    """

    def __init__(
        self,
        chips: tuple[SimulatedHx711, ...],
        clock: VirtualClock,
        *,
        call_ns: int = CALL_NS,
        spikes: Spikes | None = None,
        seed: int = 0,
        log: Callable[[Spike], None] | None = None,
    ) -> None:
        self.chips = chips
        self.calls = 0
        self._clock = clock
        self._call_ns = call_ns
        self._spikes = spikes
        self._log = log
        self._draw = random.Random(f"pins {seed}")  # noqa: S311 -- a simulation, no secret
        self._on = tuple(
            tuple(chip for chip in chips if mask >> chip.cell & 1) for mask in range(ALL_CELLS + 1)
        )
        self._high = 0
        self._clocked = 0
        self._clocked_call = -READ_CALLS_APART
        self._levels = 0
        self._moved = 0  # chips whose PD_SCK went up or down since they were asked
        self._unchanged_until_ns = 0  # the soonest of those below
        self._unchanged_until_ns_of = [0] * len(chips)

    @property
    def clock_levels(self) -> int:
        """Which PD_SCK lines are high."""
        return self._high

    def set_clock(self, cells: int) -> None:
        """Drive PD_SCK high on these cells and low on the others."""
        self.calls += 1
        now_ns, late_ns = self._clock.advance(self._call_ns), 0
        changed = self._high ^ cells
        if self._spikes is not None:
            if changed:
                self._clocked, self._clocked_call = changed, self.calls
            now_ns, late_ns = self._delayed(now_ns, self._spikes)
        if changed:
            self._high = cells
            self._moved |= changed
            for chip in self._on[changed & cells]:
                chip.rise(now_ns)
            for chip in self._on[changed & ~cells]:
                chip.fall(now_ns)
        if late_ns:
            self._clock.advance(late_ns)

    def data(self) -> int:
        """Return which DOUT lines read high."""
        self.calls += 1
        now_ns, late_ns = self._clock.advance(self._call_ns), 0
        if self._spikes is not None:
            now_ns, late_ns = self._delayed(now_ns, self._spikes)
        if now_ns >= self._unchanged_until_ns:
            self._look(now_ns)
        moved = self._moved | self._high  # a chip whose PD_SCK is high may fall asleep at any time
        if moved:
            self._moved = 0
            self._ask(self._on[moved], now_ns)
        levels = self._levels
        if late_ns:
            self._clock.advance(late_ns)
        return levels

    def break_down(self, cell: int, fault: ChipFault) -> None:
        """Let one chip have a fault from now on; NONE mends it."""
        self.chips[cell].break_down(fault, self._clock.now_ns())
        self._moved |= 1 << cell

    def delay_calls(self, spikes: Spikes | None) -> None:
        """Delay some calls like this from now on; None delays none."""
        self._spikes = spikes

    def swap(self, one: int, other: int) -> None:
        """Exchange the load cells of two chips."""
        first, second = self.chips[one], self.chips[other]
        first.corner, second.corner = second.corner, first.corner

    def close(self) -> None:
        """Give the lines back; they stay as they are."""

    def _look(self, now_ns: int) -> None:
        """Ask those chips whose DOUT may have changed by itself since they were asked.

        What PD_SCK and faults do to a chip only ever puts its next change off.
        """
        until_ns_of = self._unchanged_until_ns_of
        due = [chip for chip in self.chips if now_ns >= until_ns_of[chip.cell]]
        self._ask(due, now_ns)
        for chip in due:
            until_ns_of[chip.cell] = chip.changes_ns(now_ns)
        self._unchanged_until_ns = min(until_ns_of)

    def _ask(self, chips: Iterable[SimulatedHx711], now_ns: int) -> None:
        for chip in chips:
            bit = 1 << chip.cell
            self._levels = self._levels | bit if chip.level(now_ns) else self._levels & ~bit

    def _being_read(self) -> int:
        """Which cells have a word under way: PD_SCK was moved a few calls ago, however long they took."""
        return self._clocked if self.calls - self._clocked_call <= READ_CALLS_APART else 0

    def _delayed(self, now_ns: int, spikes: Spikes) -> tuple[int, int]:
        """Return when the call has its effect, and how late it comes back after that."""
        if self._draw.random() >= spikes.share:
            return now_ns, 0
        spike_ns = self._draw.randint(spikes.shortest_ns, spikes.longest_ns)
        if self._log:
            self._log(Spike(now_ns, now_ns + spike_ns, self._being_read()))
        if self._draw.random() < 0.5:
            return self._clock.advance(spike_ns), 0
        return now_ns, spike_ns


def simulated_chips(load: Load, *, seed: int = 0, now_ns: int = 0) -> tuple[SimulatedHx711, ...]:
    """Return four chips under one load, each with its own rate, drift, tare and noise."""
    return tuple(SimulatedHx711(cell, load, seed=seed, now_ns=now_ns) for cell in range(CELL_COUNT))
