"""The acquisition process: it polls the board and writes readings to a pipe, and does nothing else.

Records of 16 bytes go to what was its standard output (`station.sway.reading`), notes to standard error,
one JSON object a line: started, rates, recording, warning. A simulated board listens to standard input
(`station.board.control`). No threads, no numpy, no collection of garbage.
"""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Final

from station.board.breakdown import Breakdown
from station.board.clock import poll_waits_ns
from station.board.config import BoardConfig, ReaderName
from station.board.control import Control, ControlChannel, Place, parse_control
from station.board.load import Plate
from station.board.outlet import Notes, RecordOutlet, take_stdout
from station.board.reader import Reader
from station.board.realtime import Achieved, ask_for_realtime, freeze_garbage
from station.board.source import BoughtSource, Source, open_source
from station.board.standing import RecordedPerson
from station.errors import MessageError
from station.sway.reading import CELLS

STDIN_FD: Final = 0
CONTROL_EVERY_NS: Final = 20_000_000
RATES_EVERY_NS: Final = 5_000_000_000
# The geometric middle of 10 and 80 SPS: below it a chip runs at RATE low.
RATE_DIVIDE_SPS: Final = 28.0


def acquire(
    config: BoardConfig, source: str, seed: int, reader: ReaderName = "station", *, imperfect: bool = False
) -> int:
    """Read the board until told to stop (SIGTERM, SIGINT) or nobody listens; return the exit status.

    `imperfect`: simulate a board that has to be calibrated.

    Raises ConfigError, RecordingError or BoardError when the source cannot be opened or stops working.
    """
    stop = StopSignal()
    opened = open_source(source, config, seed=seed, reader=reader, imperfect=imperfect)
    outlet = RecordOutlet(take_stdout())
    notes = Notes()
    # In a simulation nothing is lost by being late, so it takes no priority away from others.
    achieved = Achieved(refused=("not asked for: simulation",)) if opened.sim else ask_for_realtime()
    achieved = achieved._replace(gc_frozen=freeze_garbage())
    notes.say("started", source=source, sim=opened.sim, rt=achieved._asdict())
    channel = ControlChannel(STDIN_FD) if opened.sim else None
    with opened.reader(config) as bank:
        Acquisition(bank, opened, outlet, notes, channel, config.plate).run(stop)
    return 0


class StopSignal:
    """Becomes true when the process is asked to end."""

    def __init__(self) -> None:
        self._asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def __call__(self) -> bool:
        """Return whether it has been asked."""
        return self._asked

    def _ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- the shape of a handler
        self._asked = True


class Acquisition:
    """The loop: poll, send, wait; now and then listen and report."""

    def __init__(
        self,
        bank: Reader,
        source: Source | BoughtSource,
        outlet: RecordOutlet,
        notes: Notes,
        channel: ControlChannel | None,
        plate: Plate = Plate(),  # noqa: B008 -- a value that never changes
    ) -> None:
        self._bank = bank
        self._source = source
        self._outlet = outlet
        self._notes = notes
        self._channel = channel
        self._plate = plate
        self._slow_cells: set[int] = set()

    def run(self, stop: Callable[[], bool]) -> None:
        """Go on until `stop` says so or nobody reads the records any more."""
        clock = self._source.clock
        waits_ns = poll_waits_ns()
        listen_ns = clock.now_ns()
        report_ns = listen_ns + RATES_EVERY_NS
        while not stop():
            readings = self._bank.poll()
            if readings and not self._outlet.send(readings):
                return
            now_ns = clock.now_ns()
            if now_ns >= listen_ns:
                listen_ns = now_ns + CONTROL_EVERY_NS
                self._listen(now_ns)
            if now_ns >= report_ns:
                report_ns = now_ns + RATES_EVERY_NS
                self._report_rates()
            clock.sleep_ns(next(waits_ns))

    def _listen(self, now_ns: int) -> None:
        if self._channel is None:
            return
        for line in self._channel.lines():
            try:
                self._do(parse_control(line), now_ns)
            except MessageError as error:
                self._notes.warn(str(error))
        if self._source.breakdowns is not None:
            self._source.breakdowns.advance(now_ns)

    def _do(self, control: Control | Breakdown | Place, now_ns: int) -> None:
        if isinstance(control, Breakdown):
            if self._source.breakdowns is not None:
                self._source.breakdowns.add(control)
            return
        standing = self._source.standing
        if standing is None:
            return
        if isinstance(control, Place):
            control.carry_out(standing, self._plate)
            return
        t_ns = now_ns if control.since_ns is None else control.since_ns
        stepped_on = control.do == "step_on" and not standing.on_board
        control.carry_out(standing, t_ns)
        if stepped_on and isinstance(standing.body, RecordedPerson):
            body = standing.body
            self._notes.say("recording", file=body.recording.name, start_ns=body.start_ns, since_ns=t_ns)

    def _report_rates(self) -> None:
        sps = self._bank.sps
        self._notes.say(
            "rates",
            sps=[None if rate is None else round(rate, 2) for rate in sps],
            recoveries=self._bank.recoveries,
        )
        for cell, rate in enumerate(sps):
            if rate is not None and rate < RATE_DIVIDE_SPS and cell not in self._slow_cells:
                self._slow_cells.add(cell)
                self._notes.warn(
                    f"cell {CELLS[cell]} converts {rate:.1f} times a second, not 80: "
                    "set the RATE jumper of its HX711 module to high"
                )
