"""A whole session at a real station in virtual time, with nothing but the two buttons."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pygame
import pytest

from station.session.protocol import Press, Simulate
from station.training.result import SessionResult, TrialResult
from tests.kiosk_ear import Ear
from tests.virtual_station import VirtualStation
from ui.patient.app import Kiosk
from ui.patient.link import StationLink
from ui.patient.window import Window

pytestmark = pytest.mark.usefixtures("coarse")

TURN_S = 0.05
ANSWERS = {"pain": 2, "support": 1, "pain_after": 3, "effort": 4}  # every other question: no


class TwoButtons:
    """Somebody who never touches the screen."""

    def __init__(self, folder: Path) -> None:
        self.station = VirtualStation(folder, plain=True)
        self.window = Window("offscreen")
        self.link = StationLink(folder / "session.sock")
        self.ear = Ear()
        self.kiosk = Kiosk(
            self.window,
            self.link,
            self.ear.announcer(),
            now_ns=self.station.clock.now_ns,
            say=self.station.log.append,
        )
        self._seen: set[str] = set()

    def press(self, key: int) -> None:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))

    def turn(self) -> str:
        """Let a moment pass, do what the screen asks for; return the phase."""
        self.station.run(TURN_S)
        self.kiosk.turn()
        view = self.kiosk.view(self.station.clock.now_ns())
        shown = view.snapshot
        if shown is None:
            return "away"
        if shown.question is not None:
            wanted = ANSWERS.get(shown.question.key, 0)
            if view.chosen != wanted:
                self.press(pygame.K_RETURN)
        elif Press(button="start") in [button.action for button in self.window.buttons]:
            if shown.phase != "summary":
                self.press(pygame.K_RETURN)
        elif shown.phase == "step_on" and "stood" not in self._seen:
            self._seen.add("stood")
            self.station.say(Simulate(do="step_on", hands_percent=10))
        return shown.phase

    def until(self, phase: str, *, within_s: float = 200) -> None:
        for _ in range(round(within_s / TURN_S)):
            if self.turn() == phase:
                return
        raise AssertionError(f"no {phase}: {self.station.log} {self.station.kinds()}")

    def close(self) -> None:
        self.link.close()
        self.window.close()
        self.station.die()


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoButtons]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    person = TwoButtons(tmp_path)
    yield person
    person.close()


def kept(station: VirtualStation) -> tuple[TrialResult, SessionResult]:
    """Return the one trial and the one session that wait for the care team."""
    (trial,) = station.bodies("result/trial")
    (session,) = station.bodies("result/session")
    return msgspec.json.decode(trial, type=TrialResult), msgspec.json.decode(session, type=SessionResult)


def test_two_buttons_are_enough_for_a_session_and_its_result_is_kept(person: TwoButtons) -> None:
    person.until("summary")
    trial, session = kept(person.station)
    assert (trial.routine, trial.outcome) == ("supported-standing", "done")
    (session,) = [
        msgspec.json.decode(body, type=SessionResult) for body in person.station.bodies("result/session")
    ]
    assert session.ended_by == "finished"
    assert session.answers | ANSWERS | {"support": True} == session.answers
    assert session.answers["numbness"] is False
    assert person.ear.heard == ["count", "count", "count", "begin", "done"]


def test_the_stop_button_ends_a_hold_and_is_kept_as_stopped(person: TwoButtons) -> None:
    person.until("hold")
    person.press(pygame.K_ESCAPE)
    person.until("summary")
    trial, session = kept(person.station)
    assert (trial.outcome, session.ended_by) == ("stopped", "stopped")
