"""Session, acquisition or kiosk killed on each screen: the patient sees something sensible all the time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from station.session.protocol import Answer, Press, Simulate
from station.training.prescription import Exercise
from station.training.snapshot import Phase
from tests.test_session_service import RX, take
from tests.virtual_station import VirtualStation
from ui.patient.app import Kiosk
from ui.patient.link import StationLink
from ui.patient.sound.announcer import unheard
from ui.patient.stagehand import page_name
from ui.patient.view import LIVE_PHASES, View
from ui.patient.window import Window

pytestmark = pytest.mark.usefixtures("coarse")

TURN_S = 0.02
SENSIBLE_S = 3.0
HOLD = Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=4)
EXERCISES: dict[Phase, Exercise] = {
    "rest": msgspec.structs.replace(HOLD, attempts=2),
    "guided": Exercise(routine="heel-to-toe-walking", rung=1, attempts=1),
}
VIA: dict[Phase, Phase] = {
    "pause": "hold",
    "all_right": "hold",
    "journal": "summary",
    "goodnight": "summary",
}
# Where the patient is when a session that was killed is back: never on the board, and never past a question.
AFTER: dict[Phase, Phase] = {
    "welcome": "welcome",
    "history": "welcome",
    "message": "welcome",
    "checkin": "welcome",
    "blocked": "welcome",
    "plan": "pause",
    "setup": "pause",
    "step_on": "pause",
    "weigh": "pause",
    "countdown": "pause",
    "hold": "pause",
    "result": "checkout",
    "rest": "pause",
    "guided": "pause",
    "pause": "pause",
    "all_right": "all_right",
    "checkout": "checkout",
    "summary": "welcome",
    "journal": "welcome",
    "goodnight": "welcome",
}


class Room:
    """A station in virtual time, and the kiosk that stands in front of it now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.station = VirtualStation(folder, plain=True)
        self._window: Window | None = None
        self._link: StationLink | None = None
        self.open_kiosk()

    def open_kiosk(self) -> None:
        self.close_kiosk()
        self._window = Window("offscreen")
        self._link = StationLink(self._folder / "session.sock")
        self.kiosk = Kiosk(self._window, self._link, unheard(), now_ns=self.now_ns, say=lambda _: None)

    def close_kiosk(self) -> None:
        """As after a kill: the connection is gone, and nothing is said."""
        if self._link is not None:
            self._link.close()
        if self._window is not None:
            self._window.close()

    def now_ns(self) -> int:
        return self.station.clock.now_ns()

    def view(self) -> View:
        return self.kiosk.view(self.now_ns())

    def phase(self) -> Phase | None:
        shown = self.view().snapshot
        return None if shown is None else shown.phase

    def until(self, so: Callable[[], bool], *, within_s: float = SENSIBLE_S) -> float:
        """Let time pass until something is so; return how long it took (s)."""
        begun_ns = self.now_ns()
        while True:
            self.station.run(TURN_S)
            self.kiosk.turn()
            took_s = (self.now_ns() - begun_ns) / 1e9
            if so():
                return took_s
            assert took_s < within_s, (page_name(self.view()), self.station.log)

    def kill_session(self) -> None:
        self.station.die()
        self.kiosk.turn()

    def restart_session(self) -> None:
        self.station = VirtualStation(self._folder, start_ns=self.now_ns() + 1_000_000_000, plain=True)

    def close(self) -> None:
        self.close_kiosk()
        self.station.die()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    room = Room(tmp_path)
    yield room
    room.close()


def lead_to(station: VirtualStation, phase: Phase) -> None:
    """Bring a patient to this screen, who then does nothing more."""
    course = station.course()
    note = "One hand from today." if phase == "message" else ""
    take(station, msgspec.structs.replace(RX, note=note, exercises=(EXERCISES.get(phase, HOLD),)))
    station.run_until(lambda: course.ready)
    if phase == "welcome":
        return
    if phase == "history":
        station.say(Press(button="stop"))
        station.run_until(lambda: course.phase == "history")
        return
    if phase in {"message", "checkin", "blocked"}:
        station.say(Press(button="start"))
        station.run_until(lambda: course.phase in {"message", "checkin"})
        if phase == "blocked":
            station.say(Answer(key="numbness", value=True))
            station.run_until(lambda: course.phase == "blocked")
        return
    patient = station.train()
    station.run_until(lambda: course.phase == VIA.get(phase, phase), within_s=200)
    patient.close()
    station._patient = None
    if phase == "pause":
        station.say(Press(button="pause"))
    elif phase == "journal":
        station.say(Press(button="start"))
    elif phase == "goodnight":
        station.say(Press(button="stop"))
    elif phase == "all_right":
        station.run(2)
        station.say(Simulate(do="fall"))
    station.run_until(lambda: course.phase == phase, within_s=30)


# Who trains at a shared station is told by tests/test_clinic.py, a power cut there too.
@pytest.mark.parametrize("phase", [phase for phase in get_args(Phase) if phase not in {"who", "confirm"}])
def test_whatever_is_killed_on_this_screen_the_patient_sees_a_sensible_one(phase: Phase, room: Room) -> None:
    lead_to(room.station, phase)
    room.until(lambda: room.phase() is not None)
    room.open_kiosk()
    assert room.until(lambda: room.phase() is not None) < 0.2
    assert room.phase() == phase, "a kiosk that is started again is where it was"

    room.station.board.broken = True
    said_s = room.until(lambda: phase not in LIVE_PHASES or "no numbers" in page_name(room.view()))
    assert said_s <= 0.5, "what was live is gone before it is old"
    room.station.run(1)
    room.station.board.broken = False
    room.until(lambda: "no numbers" not in page_name(room.view()))
    shown = room.view().snapshot
    assert shown is not None

    room.kill_session()
    assert page_name(room.view()).startswith("waiting for the station")
    assert room.view().interrupted == (shown.session is not None)
    room.restart_session()
    room.until(lambda: room.phase() is not None)
    assert room.phase() == AFTER[phase]
