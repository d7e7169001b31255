"""A chip that is reset behind our back, at every phase of its cycle: how often unsettled words pass.

Nothing on the wires says that a chip was reset; only the time of its next conversion does. What remains is a
reset so soon after an update that the next conversion comes when it would have come anyway.
"""

import random
from typing import Final, NamedTuple

from benchmarks.driver import PERSON
from benchmarks.table import show
from station.board.audit import POLL_NS, Rig
from station.board.simulated import ChipFault
from station.sway.reading import CELL_COUNT, Fault

STEADY_S: Final = 1.0


class Row(NamedTuple):
    """`passed` resets let at least one unsettled word through, `words` in all."""

    resets: int
    passed: int
    words: int
    farthest_ms_from_an_update: float


def measure(resets: int) -> Row:
    """Reset single chips at random times, a second apart."""
    rig, draw = Rig(PERSON), random.Random(1)
    passed = words = 0
    farthest_ns = 0
    rig.run(2)
    for _ in range(resets):
        rig.truth.clear()
        rig.run(draw.uniform(STEADY_S, STEADY_S + 0.1))
        chip = rig.chips[draw.randrange(CELL_COUNT)]
        rig.bank.poll()
        rig.clock.advance(draw.randrange(POLL_NS))
        begun_ns = rig.clock.now_ns()
        chip.advance(begun_ns)
        period_ns = round(1e9 / chip.sps)
        since_ns = begun_ns - (chip.update_ns - period_ns)
        rig.pins.break_down(chip.cell, ChipFault.UNPLUGGED)
        rig.pins.break_down(chip.cell, ChipFault.NONE)
        readings = rig.run(0.2)
        unsettled = {
            c.counts for c in rig.truth if c.cell == chip.cell and not c.settled and c.t_ns >= begun_ns
        }
        through = sum(
            r.cell == chip.cell and r.fault is Fault.NONE and r.counts in unsettled for r in readings
        )
        if through:
            passed += 1
            words += through
            farthest_ns = max(farthest_ns, min(since_ns, period_ns - since_ns))
    return Row(resets, passed, words, farthest_ns / 1e6)


def main(*, full: bool) -> None:
    """Print the table."""
    show("Chips reset behind our back", [measure(2000 if full else 40)])
