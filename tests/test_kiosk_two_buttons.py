"""Every screen there is, with two buttons alone and with nobody there: nothing is out of reach or lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, get_args

import pytest

from station.session.buttons import StationButtons
from station.session.client import SessionClient
from station.session.protocol import Answer, Command, Event, Mark, Press, TakeButtons
from station.session.server import Peer, Server
from station.training.closing import NOBODY_TRAINS
from station.training.exercising import LEFT_S
from station.training.prescription import Exercise
from station.training.snapshot import PastView, Phase, Question, Snapshot
from tests.test_training_course import STANDING, Session, prescribed
from ui.patient.canvas import Action, Choose, Pick, Turn
from ui.patient.dialogue import READ_NS, REPEAT_NS, TAKEN_NS, Dialogue, highest
from ui.patient.examples import every_screen
from ui.patient.screens import Drawing
from ui.patient.service.view import ServiceView
from ui.patient.view import View
from ui.patient.widgets import PAUSE

pytestmark = pytest.mark.usefixtures("coarse")

SCREENS: Final = every_screen()
# A number pad is moved over by its own mark (tests/test_kiosk_clinic.py).
PATIENTS: Final = {
    name: view.snapshot
    for name, view in SCREENS.items()
    if view.snapshot and not view.service and not view.pad
}
SERVICE: Final = {name: view.service for name, view in SCREENS.items() if view.service}
START, STOP = Press(button="start"), Press(button="stop")


def drawn(snapshot: Snapshot, leaf: int) -> Drawing:
    return Drawing(View(snapshot, leaf=leaf))


def presses_of(snapshot: Snapshot) -> set[object]:
    """Everything that start and stop alone come to on this page, leaf by leaf."""
    dialogue, now_ns = Dialogue(), READ_NS
    dialogue.turn_to(snapshot, 0)
    told: set[object] = set()
    for _ in range(20):
        buttons = drawn(snapshot, dialogue.leaf).buttons
        leaf = dialogue.leaf
        told.add(dialogue.key("stop", buttons, now_ns))
        now_ns += REPEAT_NS
        told.add(dialogue.key("go", buttons, now_ns))
        now_ns += REPEAT_NS
        if dialogue.leaf == leaf:
            return told
    raise AssertionError("the leaves never end")


def answers_of(snapshot: Snapshot, question: Question) -> set[object]:
    """Every answer that the start button alone comes to: so many presses, then left alone."""
    told: set[object] = set()
    buttons = drawn(snapshot, 0).buttons
    for presses in range(1, highest(question) // question.step + 3):
        dialogue, now_ns = Dialogue(), READ_NS
        dialogue.turn_to(snapshot, 0)
        for _ in range(presses):
            assert dialogue.key("go", buttons, now_ns) is None
            now_ns += REPEAT_NS
        told.add(dialogue.left_alone(now_ns + TAKEN_NS))
    return told


@pytest.mark.parametrize("name", PATIENTS)
def test_two_buttons_reach_what_a_page_offers(name: str) -> None:
    snapshot = PATIENTS[name]
    assert snapshot is not None
    question = snapshot.question
    if question is not None:
        values = range(0, highest(question) + 1, question.step)
        yes_no = question.kind == "yes_no"
        wanted = {Answer(key=question.key, value=bool(v) if yes_no else v) for v in values}
        assert wanted <= answers_of(snapshot, question)
        # "Is this your number?" is left by No, and by the panel's Stop in the session.
        assert STOP in presses_of(snapshot) or snapshot.phase == "confirm"
        return
    told = presses_of(snapshot)
    offered: set[Action] = {button.action for button in drawn(snapshot, 0).buttons}
    offered |= {button.action for button in drawn(snapshot, 9).buttons}
    commands = {action for action in offered if not isinstance(action, Turn | Choose)}
    # Beside the board there are three buttons; the way on and the way out are the two.
    # Mark is for whoever looks on, who has a key and a screen of their own.
    missed = commands - told - {Mark()} - ({PAUSE} if START in commands else set())
    assert missed == set()
    assert told - {None} or snapshot.service or not snapshot.ready, "there is a way to leave the page"


@pytest.mark.parametrize("name", SERVICE)
def test_the_mark_reaches_every_button_of_the_service_area(name: str) -> None:
    service = SERVICE[name]
    assert isinstance(service, ServiceView)
    buttons = {b.action.choice for b in Drawing(SCREENS[name]).buttons if isinstance(b.action, Pick)}
    assert buttons <= set(service.sheet.choices)
    assert service.sheet.choices, "there is a way to leave the page"


# -- with nobody there -------------------------------------------------------------------------------------


def skip(session: Session, seconds: float) -> None:
    """Let time pass with nobody on the board and nobody at the screen."""
    session.board.t_ns += round(seconds * 1e9)
    session.leave(0.02)


def at_message() -> Session:
    session = Session(prescribed(STANDING, note="One hand from today."))
    session.press()
    return session


def at_check_in() -> Session:
    session = Session(prescribed(STANDING))
    session.press()
    return session


def at_plan() -> Session:
    session = at_check_in()
    session.answer()
    return session


def at_set_up() -> Session:
    session = at_plan()
    session.press()
    return session


def at_step_on() -> Session:
    session = at_set_up()
    session.press()
    return session


def at_pause() -> Session:
    session = at_set_up()
    session.outcomes += session.course.on_press("pause")
    return session


def at_guided() -> Session:
    session = Session(prescribed(Exercise(routine="walk", rung=1, attempts=1)))
    session.press()
    session.answer()
    session.press()
    return session


def at_check_out() -> Session:
    session = at_set_up()
    session.press("stop")
    return session


def at_summary() -> Session:
    session = at_check_out()
    session.answer()
    return session


def at_journal() -> Session:
    session = at_summary()
    session.press()
    return session


def at_goodnight() -> Session:
    session = at_summary()
    session.press("stop")
    return session


def at_history() -> Session:
    session = Session(prescribed(STANDING))
    session.course.past = PastView()
    session.press("stop")
    return session


@pytest.mark.parametrize(
    ("phase", "make"),
    [
        ("message", at_message),
        ("checkin", at_check_in),
        ("plan", at_plan),
        ("setup", at_set_up),
        ("pause", at_pause),
        ("guided", at_guided),
        ("checkout", at_check_out),
        ("summary", at_summary),
        ("journal", at_journal),
        ("goodnight", at_goodnight),
        ("history", at_history),
    ],
)
def test_a_page_left_alone_leads_back_to_the_welcome_and_the_session_is_kept(
    phase: Phase, make: Callable[[], Session]
) -> None:
    session = make()
    session.leave(0.02)
    assert session.phase() == phase
    skip(session, 601)
    skip(session, 601)
    skip(session, 121)
    assert session.phase() == "welcome"
    begun = sum(type(outcome).__name__ == "SessionStarted" for outcome in session.outcomes)
    ended = sum(type(outcome).__name__ == "SessionEnded" for outcome in session.outcomes)
    assert begun == ended


def test_a_board_nobody_steps_on_waits_in_a_pause_and_then_ends_the_session() -> None:
    session = at_step_on()
    session.leave(0.02)
    skip(session, LEFT_S + 1)
    assert session.phase() == "pause"
    skip(session, 601)
    assert session.phase() == "welcome"


def test_every_phase_of_a_session_is_on_a_screen() -> None:
    shown = {view.snapshot.phase for view in SCREENS.values() if view.snapshot is not None}
    assert shown == set(get_args(Phase))


# -- the station's own buttons -----------------------------------------------------------------------------


class Line:
    """A kiosk and a panel at a session's server."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(folder / "session.sock")
        self.session = at_plan()
        self.buttons = StationButtons(self.server, lambda: self.session.course)
        self.clients = {
            name: SessionClient(folder / "session.sock", name=name) for name in ("kiosk", "panel")
        }
        for _ in self.clients:
            self.server.accept()
        for peer in self.server.peers:
            self.server.commands(peer)

    def peer(self, name: str) -> Peer:
        return next(peer for peer in self.server.peers if peer.name == name)

    def take(self, *buttons: str) -> None:
        self.buttons.take(self.peer("kiosk"), TakeButtons(buttons=buttons))  # type: ignore[arg-type]

    def passes_on(self, command: Command, who: str = "panel") -> bool:
        return self.buttons.passes_on(self.peer(who), command, 1)

    def heard(self, name: str) -> list[str]:
        return [notice.kind for notice in self.clients[name].poll() if isinstance(notice, Event)]

    def close(self) -> None:
        for client in self.clients.values():
            client.close()
        self.server.close()


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def test_a_press_is_the_session_s_until_a_screen_takes_it_and_again_when_the_screen_is_gone(
    line: Line,
) -> None:
    assert not line.passes_on(START)
    line.take("start")
    assert line.passes_on(START)
    assert (line.heard("kiosk"), line.heard("panel")) == (["start_pressed"], [])
    assert not line.passes_on(START, who="kiosk"), "its own presses are commands as ever"
    line.server.drop(line.peer("kiosk"))
    assert not line.passes_on(START)
    line.close()


def test_stop_of_somebody_who_trains_is_never_taken(line: Line) -> None:
    line.take("start", "stop")
    assert not line.passes_on(STOP)
    line.session.course.phase = "welcome"
    assert line.session.phase() in NOBODY_TRAINS
    assert line.passes_on(STOP)
    line.close()


def test_whoever_may_have_fallen_is_answered_for_by_any_button(line: Line) -> None:
    line.take("start", "stop")
    line.session.course.phase = "all_right"
    assert not line.passes_on(START)
    assert not line.passes_on(STOP)
    line.close()


def test_start_on_a_question_is_told_to_the_screen_that_marks_the_answers(line: Line) -> None:
    line.session = at_check_in()
    line.buttons = StationButtons(line.server, lambda: line.session.course)
    assert line.passes_on(START)
    assert line.heard("kiosk") == ["start_pressed"]
    line.close()
