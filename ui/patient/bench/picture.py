"""Draws a hold that moves all the time, and puts loads on the board beside it: the times of both."""

from collections.abc import Callable, Iterator
from math import cos, sin
from typing import Final, Protocol

import msgspec
import pygame

from station.session.protocol import Command, Simulate
from station.training.snapshot import LiveView, Snapshot
from ui.patient.app import FRAME_NS
from ui.patient.bench.figures import NS, Frame, Step
from ui.patient.staged import LIVE, holding
from ui.patient.view import View

# A fist or a foot: well above what a board feels of an empty room, and surely gone again.
PRESSED_N: Final = 50.0
RELEASED_N: Final = 20.0
PATIENCE_S: Final = 60.0  # a station that has just been started needs some seconds for its zero
PRESS_EVERY_NS: Final = 3 * NS // 2

Now = Callable[[], int]
Wait = Callable[[float], None]


class Picture(Protocol):
    """The window."""

    def show(self, view: View) -> bool:
        """Draw what has changed; return whether a picture was drawn."""
        ...


class Patch(Picture, Protocol):
    """A window with a patch."""

    def turn(self, *, white: bool) -> None:
        """Let the next picture have this patch."""
        ...


class Line(Protocol):
    """The line to the station."""

    def update(self, now_ns: int) -> list[Snapshot]:
        """Return the snapshots that have arrived."""
        ...

    def send(self, command: Command, now_ns: int) -> None:
        """Say something to the station."""
        ...

    def wait(self, seconds: float) -> object:
        """Return when something has arrived, or after this time."""
        ...


def moving_views() -> Iterator[View]:
    """Yield a hold whose point is elsewhere in every picture."""
    turn = 0
    while True:
        turn += 1
        x_mm, y_mm = 40 * cos(turn / 25), 40 * sin(turn / 18)
        yield holding(live=msgspec.structs.replace(LIVE, x_mm=x_mm, y_mm=y_mm), t_ns=turn)


def draw_frames(window: Picture, seconds: float, now_ns: Now, wait: Wait) -> list[Frame]:
    """Draw for so long, as the kiosk does: a picture, then the rest of a sixtieth of a second."""
    frames, views = [], moving_views()
    window.show(next(views))  # the still page is made once, and not counted
    end_ns = now_ns() + round(seconds * NS)
    while (begun_ns := now_ns()) < end_ns:
        if pygame.display.get_init():
            pygame.event.pump()
        window.show(next(views))
        frames.append(Frame(begun_ns, now_ns()))
        wait(max(0, begun_ns + FRAME_NS - now_ns()) / NS)
    return frames


def await_station(line: Line, now_ns: Now) -> bool:
    """Return whether the station is there and knows what is on the board; wait a while for both."""
    end_ns = now_ns() + round(PATIENCE_S * NS)
    while now_ns() < end_ns:
        if any(snapshot.live.load_n is not None for snapshot in line.update(now_ns())):
            return True
        line.wait(0.1)
    return False


def watch_steps(
    window: Patch, line: Line, count: int, seconds: float, now_ns: Now
) -> tuple[list[Step], bool]:
    """Wait for so many loads, at most so long; return their times, and whether the board is simulated.

    The patch is white while the board is pressed. A simulated board is pressed by itself.
    """
    steps: list[Step] = []
    pressed, sim, press_ns = False, False, now_ns()
    end_ns = press_ns + round(seconds * NS)
    while len(steps) < count and (turn_ns := now_ns()) < end_ns:
        new: tuple[int, int] | None = None
        newest: Snapshot | None = None
        for newest in line.update(turn_ns):
            load_n = newest.live.load_n or 0.0
            if not pressed and load_n >= PRESSED_N:
                pressed, new = True, (newest.t_ns, turn_ns)
            elif pressed and load_n <= RELEASED_N:
                pressed = False
        if newest is not None:
            sim = newest.sim
            window.turn(white=pressed)
            window.show(holding(live=_live(newest), t_ns=newest.t_ns))
        if new is not None:
            steps.append(Step(*new, now_ns()))
        if sim and turn_ns - press_ns >= PRESS_EVERY_NS:
            press_ns = turn_ns
            line.send(Simulate(do="press", cell="FL"), turn_ns)
        if pygame.display.get_init():
            pygame.event.pump()
        line.wait(max(0, turn_ns + FRAME_NS - now_ns()) / NS)
    return steps, sim


def _live(snapshot: Snapshot) -> LiveView:
    """Return where the CoP is, in the middle while nothing presses."""
    live = snapshot.live
    known = live.x_mm is not None and live.y_mm is not None
    return msgspec.structs.replace(LIVE, x_mm=live.x_mm if known else 0.0, y_mm=live.y_mm if known else 0.0)
