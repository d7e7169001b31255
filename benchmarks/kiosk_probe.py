"""The kiosk as it is, with a clock at its frames: `python -m benchmarks.kiosk_probe FILE [OPTION …]`.

At its end it writes for each frame of a hold when its sample was taken, when the kiosk had it, and when the
frame was on the display (CLOCK_MONOTONIC, ns).
"""

import sys
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from station.training.snapshot import Snapshot
from ui.patient import __main__ as program
from ui.patient.link import StationLink
from ui.patient.view import View
from ui.patient.window import Window


class Frame(NamedTuple):
    """One frame of a hold; times are CLOCK_MONOTONIC, ns."""

    sampled_ns: int
    arrived_ns: int
    shown_ns: int


FRAMES: list[Frame] = []
ARRIVED: dict[int, int] = {}


class ProbedLink(StationLink):
    """Remembers when each sample came."""

    def update(self, now_ns: int) -> list[Snapshot]:
        snapshots = super().update(now_ns)
        ARRIVED.clear()
        ARRIVED.update({snapshot.t_ns: time.monotonic_ns() for snapshot in snapshots})
        return snapshots


class ProbedWindow(Window):
    """Remembers when each frame of a hold was on the display."""

    def show(self, view: View) -> bool:
        drawn = super().show(view)
        shown = view.snapshot
        if drawn and shown is not None and shown.phase == "hold" and shown.t_ns in ARRIVED:
            FRAMES.append(Frame(shown.t_ns, ARRIVED[shown.t_ns], time.monotonic_ns()))
        return drawn


def main() -> int:
    """Run the kiosk; write what was measured."""
    vars(program).update(Window=ProbedWindow, StationLink=ProbedLink)
    file, *options = sys.argv[1:]
    code = program.main(options)
    Path(file).write_bytes(msgspec.json.encode(FRAMES))
    return code


if __name__ == "__main__":
    sys.exit(main())
