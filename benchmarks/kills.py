"""Session, acquisition and kiosk killed (SIGKILL) on each screen: how long until a page that fits is shown.

Real processes under the demo's supervisor, which starts a dead one again after 0.2 s (1 s if it dies again).
What the kiosk shows is what it tells its service manager after the frame is on the display.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, get_args

from benchmarks.stage import Stage
from benchmarks.table import show
from station.session.protocol import Answer, Press, Simulate
from station.training.prescription import Exercise
from station.training.snapshot import Phase
from ui.patient.view import LIVE_PHASES

KIOSK: Final = (sys.executable, "-m", "ui.patient", "--offscreen")
HOLD: Final = Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=8)
WALK: Final = Exercise(routine="heel-to-toe-walking", rung=1, attempts=1)
TWICE: Final = Exercise(routine="supported-standing", rung=2, attempts=2, hold_s=4, rest_s=30)
EXERCISES: Final[dict[Phase, Exercise]] = {"guided": WALK, "rest": TWICE}
VIA: Final[dict[Phase, Phase]] = {
    "pause": "hold",
    "all_right": "hold",
    "journal": "summary",
    "goodnight": "summary",
}
# A note of the therapist, and the reception of a shared station, are killed in virtual time by the tests.
ELSEWHERE: Final[tuple[Phase, ...]] = ("who", "confirm", "message")
SCREENS: Final = tuple(phase for phase in get_args(Phase) if phase not in ELSEWHERE)
BRIDGED_NS: Final = 1_000_000_000  # a gap this long is never bridged: numbers after it are of the new process
SHORT: Final[tuple[Phase, ...]] = ("welcome", "hold")


class Row(NamedTuple):
    """Seconds from the kill to a page that fits, 3 at most; `told_s` to the one that says what is missing.

    The acquisition may be back before anything has to be said; it is looked at after a second.
    """

    screen: Phase
    killed: str
    told_s: float | str
    sensible_s: float
    then: str


def run(phases: tuple[Phase, ...]) -> Iterator[Row]:
    """Yield three rows for each screen."""
    for phase in phases:
        with Stage(EXERCISES.get(phase, HOLD), KIOSK) as stage:
            stage.start_station()
            stage.start_kiosk()
            _lead_to(stage, phase)
            yield _kill_kiosk(stage, phase)
            yield _kill_acquisition(stage, phase)
            yield _kill_session(stage, phase)


def _lead_to(stage: Stage, phase: Phase) -> None:
    """Bring the patient to this screen, who then does nothing more."""
    stage.wait(
        lambda: stage.snapshot is not None and stage.snapshot.phase == "welcome" and stage.snapshot.ready
    )
    if phase == "blocked":
        stage.say(Press(button="start"))
        stage.wait(lambda: _phase(stage) == "checkin")
        stage.say(Answer(key="numbness", value=True))
    elif phase == "checkin":
        stage.say(Press(button="start"))
    elif phase == "history":
        stage.say(Press(button="stop"))
    elif phase != "welcome":
        stage.train(VIA.get(phase, phase))
        stage.wait(lambda: _phase(stage) == VIA.get(phase, phase))
        if phase == "pause":
            stage.say(Press(button="pause"))
        elif phase == "journal":
            stage.say(Press(button="start"))
        elif phase == "goodnight":
            stage.say(Press(button="stop"))
        elif phase == "all_right":
            stage.wait(lambda: stage.snapshot is not None and stage.snapshot.held_s > 1)
            stage.say(Simulate(do="fall"))
    stage.wait(lambda: stage.told(f"STATUS=page {phase}") is not None)


def _phase(stage: Stage) -> Phase | None:
    return None if stage.snapshot is None else stage.snapshot.phase


def _kill(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)
    return time.monotonic_ns()


def _kill_kiosk(stage: Stage, phase: Phase) -> Row:
    at_ns = _kill(stage.pid("kiosk"))
    stage.wait(lambda: stage.told("STATUS=page", at_ns) is not None)
    return Row(phase, "kiosk", "-", _since(stage.told("STATUS=page", at_ns), at_ns), stage.page())


def _kill_acquisition(stage: Stage, phase: Phase) -> Row:
    pid = stage.pid("station")
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    at_ns = _kill(int(child))
    stage.wait(lambda: _measured_after(stage, at_ns) and stage.page() == f"page {_phase(stage)}")
    sensible_s = _since(time.monotonic_ns(), at_ns)
    missing_ns = next((n.t_ns for n in stage.notices if n.t_ns > at_ns and "no numbers" in n.line), None)
    return Row(
        phase, "acquisition", _since(missing_ns, at_ns) if missing_ns else "-", sensible_s, stage.page()
    )


def _measured_after(stage: Stage, at_ns: int) -> bool:
    """Return whether what is shown comes from the acquisition that was started after this time."""
    shown = stage.snapshot
    if shown is None or shown.t_ns <= at_ns + BRIDGED_NS or shown.board_fault is not None:
        return False
    return shown.phase not in LIVE_PHASES or shown.live.load_n is not None


def _kill_session(stage: Stage, phase: Phase) -> Row:
    at_ns = _kill(stage.pid("station"))
    stage.wait(lambda: stage.told("STATUS=waiting", at_ns) is not None)
    told_s = _since(stage.told("STATUS=waiting", at_ns), at_ns)
    stage.wait(lambda: stage.told("STATUS=page", at_ns) is not None)
    return Row(phase, "session", told_s, _since(stage.told("STATUS=page", at_ns), at_ns), stage.page())


def _since(t_ns: int | None, at_ns: int) -> float:
    assert t_ns is not None
    return (t_ns - at_ns) / 1e9


def main(*, full: bool) -> None:
    """Print the table: every screen when `full`, else two."""
    show("After a kill", run(SCREENS if full else SHORT))


if __name__ == "__main__":
    main(full=True)
