"""The driver against the truth, in virtual time: wrong and lost values, and what a reading costs.

Run it with `python -m benchmarks.board [virtual minutes]`; every row is one setting.
"""

import sys
import time
from typing import Final, NamedTuple

from station.board.audit import Rig
from station.board.load import Plate
from station.board.simulated_pins import Spikes

PERSON: Final = Plate().corners_n(700, 30, -20)
PIECE_S: Final = 300.0  # runs are made in pieces, each of other chips, so that memory stays flat
SETTINGS: Final = (
    (5_000, None),
    (10_000, None),
    (20_000, None),
    (5_000, Spikes()),
    (10_000, Spikes()),
    (20_000, Spikes()),
)


class Row(NamedTuple):
    """One setting: `call_us` a call, with or without delayed calls, over so many virtual minutes."""

    call_us: float
    spikes: bool
    minutes: float
    accepted: int
    wrong: int
    lost: int
    unexplained: int
    void: int
    calls_per_reading: float
    jitter_us: float
    python_us_per_reading: float  # driver and simulated chips together, on this computer


def run(minutes: float = 60.0) -> list[Row]:
    """Return the table: 0 wrong and 0 unexplained everywhere, 0 lost without spikes."""
    return [_measure(call_ns, spikes, minutes) for call_ns, spikes in SETTINGS]


def _measure(call_ns: int, spikes: Spikes | None, minutes: float) -> Row:
    pieces = max(1, round(minutes * 60 / PIECE_S))
    accepted = wrong = lost = unexplained = void = calls = 0
    jitter_ns = python_s = 0.0
    for seed in range(pieces):
        rig = Rig(PERSON, seed=seed, call_ns=call_ns, spikes=spikes)
        begun_s = time.process_time()
        readings = rig.run(minutes * 60 / pieces)
        python_s += time.process_time() - begun_s
        result = rig.audit(readings)
        accepted += result.accepted
        wrong += result.wrong
        lost += result.missed
        unexplained += result.unexplained
        void += sum(result.voids.values())
        calls += rig.pins.calls
        jitter_ns = max(jitter_ns, result.jitter_ns)
    made = accepted + void
    return Row(
        call_us=call_ns / 1000,
        spikes=spikes is not None,
        minutes=minutes,
        accepted=accepted,
        wrong=wrong,
        lost=lost,
        unexplained=unexplained,
        void=void,
        calls_per_reading=round(calls / made, 1),
        jitter_us=round(jitter_ns / 1000, 1),
        python_us_per_reading=round(python_s / made * 1e6),
    )


if __name__ == "__main__":
    for row in run(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0):
        print(row)
