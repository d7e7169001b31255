"""Which of several stations is this one? Shown for a moment, and never to somebody who needs the screen."""

from pathlib import Path

import msgspec
import pytest

from station.errors import SupervisionError
from station.session.client import SessionClient
from station.session.panel import beep_between, lamp_of
from station.session.protocol import Answer, Identify, Press, Refused
from station.session.sign import NEVER_IN, SHOWN_NS, Sign
from station.session.supervision import CARE
from station.training.snapshot import Phase
from tests.virtual_station import VirtualStation
from ui.patient.dialogue import SETTLE_NS, Dialogue
from ui.patient.examples import every_screen
from ui.patient.screens import Drawing
from ui.patient.sound.script import line_of
from ui.patient.sound.tones import tone_between
from ui.patient.staged import snapshot
from ui.patient.view import View
from ui.patient.widgets import START, STOP

EMPTY_N = 2.0


def shown(phase: Phase = "welcome") -> Sign:
    sign = Sign("ward-3")
    sign.show(0, phase, EMPTY_N, service=False)
    return sign


def test_the_sign_goes_away_by_itself() -> None:
    sign = shown()
    assert sign.words(SHOWN_NS - 1, "welcome") == "ward-3"
    assert sign.words(SHOWN_NS, "welcome") is None


@pytest.mark.parametrize("phase", NEVER_IN)
def test_nobody_who_trains_or_may_have_fallen_loses_the_screen(phase: Phase) -> None:
    with pytest.raises(SupervisionError):
        Sign("ward-3").show(0, phase, EMPTY_N, service=False)
    sign = shown("setup")
    assert sign.words(1, phase) is None
    assert sign.words(2, "setup") is None, "it does not come back"


def test_nobody_who_stands_on_the_board_or_looks_after_it_loses_the_screen() -> None:
    with pytest.raises(SupervisionError, match="stepped off"):
        Sign("ward-3").show(0, "rest", 700.0, service=False)
    with pytest.raises(SupervisionError, match="looked after"):
        Sign("ward-3").show(0, "welcome", EMPTY_N, service=True)


def test_a_press_puts_the_sign_away_and_does_nothing_else() -> None:
    for command in (START, Press(button="pause"), Answer(key="numbness", value=True)):
        sign = shown()
        assert sign.takes(command, 1, "plan", may_stop=True)
        assert sign.words(2, "plan") is None
        assert not sign.takes(command, 3, "plan", may_stop=True), "the next one counts"


def test_a_stop_stays_a_stop_in_a_session_and_opens_nothing_outside_of_one() -> None:
    sign = shown("plan")
    assert not sign.takes(STOP, 1, "plan", may_stop=True)
    assert sign.words(2, "plan") is None
    assert shown().takes(STOP, 1, "welcome", may_stop=False)


def test_a_station_shows_which_one_it_is_and_marks_no_session_as_supervised(tmp_path: Path) -> None:
    station = VirtualStation(tmp_path)
    station.run(3)
    care = SessionClient(tmp_path / "session.sock", name=CARE, snapshots=False)
    care.send(Identify())
    station.run(0.1)
    assert station.shown().this_board == "s-1"
    assert not station.shown().supervised
    station.say(START)
    station.run(0.1)
    assert (station.shown().this_board, station.shown().phase) == (None, "welcome")
    station.train()
    station.run_until(lambda: station.shown().phase == "hold")
    care.send(Identify())
    station.run(0.1)
    assert [notice.reason for notice in care.poll() if isinstance(notice, Refused)] == [
        "somebody trains on this board now; ask again when they have stepped off"
    ]
    assert station.shown().this_board is None
    care.close()
    station.die()


def test_lamp_buzzer_tone_and_voice_tell_whoever_looks_for_the_board() -> None:
    before = snapshot("welcome")
    now = msgspec.structs.replace(before, this_board="ward-3")
    assert (lamp_of(before), lamp_of(now)) == ("on", "blink")
    assert [beep_between(before, now), beep_between(now, now)] == ["here", None]
    assert [tone_between(before, now), tone_between(now, now)] == ["call", None]
    assert line_of(View(now)).words.startswith("This board.")


def test_a_question_behind_the_sign_takes_no_answer_while_it_is_hidden() -> None:
    asked = every_screen()["06-checkin-yes-no"].snapshot
    assert asked is not None
    hidden = msgspec.structs.replace(asked, this_board="ward-3")
    dialogue, buttons = Dialogue(), Drawing(View(hidden)).buttons
    dialogue.turn_to(hidden, 0)
    assert dialogue.key("left", buttons, SETTLE_NS) is None
    assert dialogue.chosen is None
    assert dialogue.key("go", buttons, SETTLE_NS) == START, "which the session takes for the sign"
    assert dialogue.left_alone(SETTLE_NS * 100) is None
