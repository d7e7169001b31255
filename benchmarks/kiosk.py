"""The kiosk's frames at 1280 x 720 with the software renderer: what a moving and a still page cost.

Off-screen, so without what a display adds; every moving frame shows another sample, as in a hold.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import msgspec

from benchmarks.table import show
from ui.patient.app import Trail
from ui.patient.examples import TRAIL, every_screen, snapshot
from ui.patient.view import View
from ui.patient.window import Window

SAMPLE_NS: Final = 10_000_000  # a station shows 100 samples a second in a hold
HOLDS: Final = ("25-hold", "30-hold-rim", "26-hold-hands-over", "29-hold-eyes-closed")
FRAMES_FULL: Final = 6000


class Row(NamedTuple):
    """Frames of one kind, milliseconds each: the target is a median of 4 and a 99th percentile of 8."""

    page: str
    frames: int
    median_ms: float
    p99_ms: float
    most_ms: float


def run(frames: int) -> Iterator[Row]:
    """Yield a row for each kind of hold, for a page that is new, and for one that has not changed."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    with Window("offscreen") as window:
        for name in HOLDS:
            yield _row(name, [_time(window, view) for view in _moving(every_screen()[name], frames)])
        pages = list(every_screen().values())
        yield _row("another page", [_time(window, pages[n % len(pages)]) for n in range(frames // 10)])
        still = View(snapshot("setup"))
        window.show(still)
        yield _row("the same page", [_time(window, still) for _ in range(frames)])


def _moving(view: View, frames: int) -> Iterator[View]:
    assert view.snapshot is not None
    trail = Trail()
    for n in range(frames):
        at = TRAIL[n % len(TRAIL)]
        live = msgspec.structs.replace(view.snapshot.live, x_mm=at.x_mm, y_mm=at.y_mm)
        held_s = n * SAMPLE_NS / 1e9 % 15
        shown = msgspec.structs.replace(view.snapshot, live=live, t_ns=(n + 1) * SAMPLE_NS, held_s=held_s)
        trail.follow(shown)
        yield View(shown, trail=trail.points())


def _time(window: Window, view: View, now_ns: Callable[[], int] = time.perf_counter_ns) -> float:
    begun_ns = now_ns()
    window.show(view)
    return (now_ns() - begun_ns) / 1e6


def _row(page: str, times_ms: list[float]) -> Row:
    p99_ms = statistics.quantiles(times_ms, n=100)[98]
    return Row(page, len(times_ms), statistics.median(times_ms), p99_ms, max(times_ms))


def main(*, full: bool) -> None:
    """Print the table."""
    show("Frames of the kiosk", run(FRAMES_FULL if full else 600))


if __name__ == "__main__":
    main(full=False)
