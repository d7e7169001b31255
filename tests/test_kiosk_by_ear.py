"""A whole session with an exercise done with closed eyes, by somebody who never looks at the screen."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pygame
import pytest

from station.session.protocol import Prescribe, Simulate
from station.training.prescription import Exercise, Limits, Prescription
from station.training.result import SessionResult, TrialResult
from tests.kiosk_ear import Ear
from tests.virtual_station import VirtualStation
from ui.patient.app import Kiosk
from ui.patient.link import StationLink
from ui.patient.window import Window

TURN_S = 0.05
HOLD_S = 8
RX = Prescription(
    version=1,
    station="s-1",
    subj="p-1",
    issued="2020-01-01T00:00:00Z",
    expires="2099-01-01T00:00:00Z",
    exercises=(Exercise(routine="single-leg", rung=8, side="left", attempts=1, hold_s=HOLD_S),),
)
# What this person answers, by the first words of the question as it is heard.
ANSWERS = {
    "Do you have new numbness": "No", "Is a leg newly weak": "No", "Have you lost control": "No",
    "Is your pain severe": "No", "Do you have a fever": "No", "Do you have chest pain": "No",
    "Do you feel dizzy": "No", "How much pain": "1", "Is your support right": "Yes",
    "How hard was it": "2", "Is anything more swollen": "No",
}  # fmt: skip
CALM = 0.3  # of the usual sway: who does this rung stands well
AWAY_MM = (0.0, 45.0)  # forward, out of the circle


class Listening:
    """Somebody with closed eyes, one finger on Start and one on No: what is heard is all there is."""

    def __init__(self, folder: Path) -> None:
        limits = Limits(hardest_rung={"single-leg": 8}, longest_validity_days=36500)
        self.station = VirtualStation(folder, limits=limits, plain=True)
        self.station.say(Prescribe(document=self.station.prescribe(RX)))
        self.station.run_until(lambda: self.station.course().ready)
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
        self._taken_in = 0
        self._wanted = ""  # the answer to find among those that are said
        self._press_in_s = -1.0
        self._key = pygame.K_RETURN
        self.over = False

    def turn(self) -> None:
        """Let a moment pass, and act on what was heard in it."""
        self.station.run(TURN_S)
        self.kiosk.turn()
        heard = self.ear.all[self._taken_in :]
        self._taken_in = len(self.ear.all)
        for one in heard:
            self._hear(one)
        if self._press_in_s > 0:
            self._press_in_s -= TURN_S
            if self._press_in_s <= 0:
                pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=self._key))

    def _press(self, key: int, *, in_s: float) -> None:
        self._key, self._press_in_s = key, in_s

    def _hear(self, what: str) -> None:
        question = next((words for words in ANSWERS if what.startswith(words)), None)
        if question is not None:
            self._wanted = ANSWERS[question]
            if self._wanted == "No":
                self._press(pygame.K_n, in_s=0.6)
            else:
                self._press(pygame.K_RETURN, in_s=2.0)
        elif what in {"Yes", "No", *map(str, range(11))}:
            if what != self._wanted:
                self._press(pygame.K_RETURN, in_s=0.6)
        elif "Press Start" in what:
            self._press(pygame.K_RETURN, in_s=1.0)
        else:
            self._move(what)

    def _move(self, what: str) -> None:
        """Do with the body what was heard."""
        if what.startswith("Step onto the board."):
            self._say(Simulate(do="step_on", hands_percent=0, stance="one-leg", sway_factor=CALM))
        elif "Close your eyes now." in what:
            self._say(Simulate(do="stand", vision="closed", sway_factor=CALM))
        elif what == "begin":
            self._say(Simulate(do="stand", lean_mm=AWAY_MM))  # nobody notices it with closed eyes
        elif what == "outside":
            self._say(Simulate(do="stand", lean_mm=(0.0, 0.0)))
        elif what.startswith("Open your eyes."):
            self._say(Simulate(do="step_off", vision="open"))
        elif what.startswith("Thank you. That was today."):
            self.over = True

    def _say(self, deed: Simulate) -> None:
        self.station.say(deed)

    def close(self) -> None:
        self.link.close()
        self.window.close()
        self.station.die()


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    person = Listening(tmp_path)
    yield person
    person.close()


def test_a_session_with_closed_eyes_is_done_by_ear_alone_and_its_result_is_kept(person: Listening) -> None:
    for _ in range(round(240 / TURN_S)):
        person.turn()
        if person.over:
            break
    assert person.over, person.ear.all
    (trial,) = [msgspec.json.decode(one, type=TrialResult) for one in person.station.bodies("result/trial")]
    assert (trial.routine, trial.rung, trial.vision) == ("single-leg", 8, "closed")
    assert trial.outcome == "done"
    assert trial.hold_s == pytest.approx(HOLD_S, abs=0.1)
    (session,) = [
        msgspec.json.decode(one, type=SessionResult) for one in person.station.bodies("result/session")
    ]
    assert session.ended_by == "finished"
    assert session.answers["pain"] == 1
    assert session.answers["effort"] == 2
    assert session.answers["support"] is True
    assert not any(session.answers[flag] for flag in ("numbness", "weakness", "bladder", "chest", "dizzy"))
    heard = person.ear.heard
    assert heard[:4] == ["count", "count", "count", "begin"]
    assert "inside" in heard[heard.index("outside") :]
    assert heard[-1] == "done"
    assert "almost" in heard
    after_done = person.ear.all[person.ear.all.index("done") + 1]
    assert after_done.startswith("Open your eyes. Well done.")
