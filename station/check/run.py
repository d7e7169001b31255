"""The check as it happens: starts the board, listens for a while, asks for the corners, and reports."""

import select
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, cast

from station.check.corners import WORDS, CornerPress, Corners
from station.check.report import Board, Heard, Report, report_of
from station.errors import BoardError
from station.session.protocol import Cell, Simulate
from station.sway.reading import Fault, Reading

S: Final = 1_000_000_000
WARM_UP_NS: Final = 1_500_000_000  # power-up and settling, also of a chip at RATE low
LONGEST_START_NS: Final = 15 * S
TICK_S: Final = 0.02
ACQUIRE: Final = "acquisition: balance-station acquire: "


class Source(Protocol):
    """Where readings come from: the acquisition process, the running station, or a board in virtual time.

    `in_time`: when a reading arrives here tells how late it is.
    """

    in_time: bool

    def start(self) -> None:
        """Begin to measure."""
        ...

    def filenos(self) -> list[int]:
        """Return descriptors that become readable when there is something to read."""
        ...

    def readings(self) -> list[Reading]:
        """Return what has arrived; never waits."""
        ...

    def notes(self) -> list[dict[str, Any]]:
        """Return what the board says about itself."""
        ...

    def supervise(self) -> bool:
        """See to it that the board goes on; return whether it was started again."""
        ...

    def simulate(self, step: Simulate) -> None:
        """Tell the simulated person what to do."""
        ...


class Check:
    """One check of one board.

    `now_ns` is CLOCK_MONOTONIC. `said` is where the source's log lines go: they tell why it does not start.
    `say` tells the person in front of the board what to do. `pause` lets time pass for a source without
    descriptors to wait on.
    """

    def __init__(
        self,
        source: Source,
        board: Board,
        *,
        now_ns: Callable[[], int],
        said: Sequence[str],
        say: Callable[[str], None],
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self._source = source
        self._board = board
        self._now_ns = now_ns
        self._said = said
        self._say = say
        self._pause = pause
        self._heard = Heard()

    def run(self, seconds: float, *, corners: bool) -> Report:
        """Listen to the board for so long, then ask for the corners if wanted, and return what was found.

        Raises BoardError when the board cannot be read at all, with the reason.
        """
        self._source.start()
        self._await_start()
        self._say(f"Checking for {seconds:g} s: leave the board empty and do not touch it.")
        start_ns = self._now_ns()
        while self._now_ns() - start_ns < seconds * S:
            for reading in self._turn():
                self._keep(reading)
        self._heard.seconds = (self._now_ns() - start_ns) / S
        presses = self._ask_corners() if corners else []
        return report_of(self._heard, self._board, presses)

    def _turn(self) -> list[Reading]:
        waited_on = self._source.filenos()
        if waited_on:
            select.select(waited_on, [], [], TICK_S)
        self._pause()
        for note in self._source.notes():
            self._heard.note(note)
        readings = self._source.readings()
        self._heard.restarts += self._source.supervise()
        return readings

    def _keep(self, reading: Reading) -> None:
        self._heard.readings.append(reading)
        if reading.fault is Fault.NONE and self._source.in_time:
            self._heard.delays_ns.append(self._now_ns() - reading.t_ns)

    def _await_start(self) -> None:
        """Let the chips settle; what they say until then is not counted."""
        begun_ns = self._now_ns()
        first_ns: int | None = None
        while first_ns is None or self._now_ns() - first_ns < WARM_UP_NS:
            readings = self._turn()
            if readings and first_ns is None:
                first_ns = self._now_ns()
            why = [line.removeprefix(ACQUIRE) for line in self._said if line.startswith(ACQUIRE)]
            if why and self._heard.restarts:
                raise BoardError(why[-1])
            if first_ns is None and self._now_ns() - begun_ns > LONGEST_START_NS:
                raise BoardError("the acquisition process says nothing at all; see the lines above")

    def _ask_corners(self) -> list[CornerPress]:
        corners = Corners(self._board.plate)
        told = corners.state
        self._say("Now the corners. Take your hands off the board for a moment.")
        while corners.state != "done":
            for reading in self._turn():
                corners.push(reading)
            if corners.state != told:
                told = corners.state
                self._tell(corners)
        return corners.presses

    def _tell(self, corners: Corners) -> None:
        asked = corners.asked
        if corners.state == "press" and asked is not None:
            self._say(f"Press the {WORDS[asked]} corner ({asked}) firmly with your hand and hold it.")
            if self._heard.sim:
                self._source.simulate(Simulate(do="press", cell=cast("Cell", asked)))
        elif corners.state == "release":
            press = corners.presses[-1]
            instead = "" if press.felt_by == press.asked else f", not {press.asked}"
            self._say(f"  {press.felt_by} feels it{instead} ({press.force_kg:+.1f} kg). Let go.")
        elif corners.presses and corners.presses[-1].felt_by is None:
            self._say(f"  No cell felt the {WORDS[corners.presses[-1].asked]} corner within half a minute.")
