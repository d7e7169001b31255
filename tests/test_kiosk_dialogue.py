"""Mouse, finger and keyboard: every press counts once, and none that was not meant."""

import pygame
import pytest

from station.session.protocol import Answer, Command, Press
from station.training.questions import CHECK_IN, JOURNAL, as_question
from station.training.snapshot import Phase, Snapshot
from ui.patient.canvas import Button, Choose, Turn
from ui.patient.dialogue import READ_NS, REPEAT_NS, SETTLE_NS, TAKEN_NS, Dialogue
from ui.patient.examples import every_screen, snapshot
from ui.patient.gestures import ECHO_NS, GestureReader, Key, Tap
from ui.patient.screens import Drawing
from ui.patient.view import View

pytestmark = pytest.mark.usefixtures("coarse")

WINDOW_PX = (1280, 720)
LATER = 10_000_000_000
START, STOP = Press(button="start"), Press(button="stop")
RED_FLAG = snapshot("checkin", question=as_question(CHECK_IN[0], number=1, of=9))
PAIN = snapshot("checkin", question=as_question(CHECK_IN[7], number=8, of=9))
SETUP = snapshot("setup")
HOLD = snapshot("hold")


def buttons_of(shown: Snapshot, chosen: int | None = None) -> list[Button]:
    return Drawing(View(shown, chosen=chosen)).buttons


def settled(shown: Snapshot) -> Dialogue:
    dialogue = Dialogue()
    dialogue.turn_to(shown, 0)
    return dialogue


def tap(dialogue: Dialogue, shown: Snapshot, action: object, now_ns: int = LATER) -> Command | None:
    buttons = buttons_of(shown, dialogue.chosen)
    button = next(button for button in buttons if button.action == action)
    return dialogue.tap(button.rect.center, buttons, now_ns)


def mouse(*, touch: bool = False) -> pygame.event.Event:
    return pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(640, 360), button=1, touch=touch)


def finger() -> pygame.event.Event:
    return pygame.event.Event(pygame.FINGERDOWN, x=0.5, y=0.5, dx=0, dy=0, finger_id=1, touch_id=1)


def test_mouse_is_a_tap() -> None:
    assert GestureReader().read(mouse(), WINDOW_PX, LATER) == Tap(0.5, 0.5)


def test_finger_is_a_tap() -> None:
    assert GestureReader().read(finger(), WINDOW_PX, LATER) == Tap(0.5, 0.5)


@pytest.mark.parametrize("marked_as_touch", [True, False])
def test_a_finger_that_comes_again_as_mouse_is_one_tap(marked_as_touch: bool) -> None:
    reader = GestureReader()
    assert reader.read(finger(), WINDOW_PX, LATER) is not None
    assert reader.read(mouse(touch=marked_as_touch), WINDOW_PX, LATER + ECHO_NS - 1) is None


def test_a_mouse_works_again_after_a_finger() -> None:
    reader = GestureReader()
    reader.read(finger(), WINDOW_PX, LATER)
    assert reader.read(mouse(), WINDOW_PX, LATER + ECHO_NS) is not None


def test_lifting_moving_and_other_buttons_are_no_tap() -> None:
    reader = GestureReader()
    events = (
        pygame.event.Event(pygame.MOUSEBUTTONUP, pos=(5, 5), button=1, touch=False),
        pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(5, 5), button=3, touch=False),
        pygame.event.Event(pygame.MOUSEMOTION, pos=(5, 5), rel=(1, 1), buttons=(0, 0, 0), touch=False),
        pygame.event.Event(pygame.FINGERUP, x=0.5, y=0.5, dx=0, dy=0, finger_id=1, touch_id=1),
    )
    assert [reader.read(event, WINDOW_PX, LATER) for event in events] == [None] * 4


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (pygame.K_RETURN, "go"),
        (pygame.K_SPACE, "go"),
        (pygame.K_ESCAPE, "stop"),
        (pygame.K_n, "no"),
        (pygame.K_s, "stop"),
        (pygame.K_RIGHT, "right"),
    ],
)
def test_keys_mean_what_they_say_once(code: int, key: Key) -> None:
    reader = GestureReader()
    assert reader.read(pygame.event.Event(pygame.KEYDOWN, key=code), WINDOW_PX, 0) == key
    assert reader.read(pygame.event.Event(pygame.KEYDOWN, key=code, repeat=True), WINDOW_PX, 0) is None
    assert reader.read(pygame.event.Event(pygame.KEYUP, key=code), WINDOW_PX, 0) is None


def test_a_tap_presses_the_button_it_is_on() -> None:
    assert tap(settled(SETUP), SETUP, START) == START
    assert tap(settled(SETUP), SETUP, STOP) == STOP
    assert settled(SETUP).tap((640, 300), buttons_of(SETUP), LATER) is None


def test_a_trembling_finger_presses_once() -> None:
    dialogue = settled(SETUP)
    assert tap(dialogue, SETUP, START) == START
    assert tap(dialogue, SETUP, START, LATER + REPEAT_NS - 1) is None
    assert tap(dialogue, SETUP, START, LATER + REPEAT_NS) == START


def test_a_page_that_has_just_appeared_takes_no_answer() -> None:
    dialogue = settled(SETUP)
    dialogue.turn_to(RED_FLAG, LATER)
    yes = Answer(key="numbness", value=True)
    assert tap(dialogue, RED_FLAG, yes, LATER + SETTLE_NS - 1) is None
    assert tap(dialogue, RED_FLAG, yes, LATER + SETTLE_NS) == yes


def test_stop_is_heard_on_a_page_that_has_just_appeared() -> None:
    dialogue = settled(SETUP)
    dialogue.turn_to(HOLD, LATER)
    assert tap(dialogue, HOLD, STOP, LATER + 1) == STOP


def test_yes_and_no_are_answers_to_the_question_shown() -> None:
    assert tap(settled(RED_FLAG), RED_FLAG, Answer(key="numbness", value=False)) == Answer(
        key="numbness", value=False
    )


@pytest.mark.parametrize(("key", "value"), [("yes", True), ("no", False)])
def test_keys_answer_yes_and_no(key: Key, value: bool) -> None:
    answer = settled(RED_FLAG).key(key, buttons_of(RED_FLAG), LATER)
    assert answer == Answer(key="numbness", value=value)


def test_arrows_choose_and_enter_answers_with_what_is_marked() -> None:
    dialogue = settled(RED_FLAG)
    dialogue.key("left", buttons_of(RED_FLAG), LATER)
    assert dialogue.key("go", buttons_of(RED_FLAG, 0), LATER) == Answer(key="numbness", value=False)


def test_a_number_is_marked_first_and_sent_with_next() -> None:
    dialogue = settled(PAIN)
    three = next(button for button in buttons_of(PAIN) if button.action == (3,))
    assert dialogue.tap(three.rect.center, buttons_of(PAIN), LATER) is None
    assert dialogue.chosen == 3
    assert tap(dialogue, PAIN, Answer(key="pain", value=3)) == Answer(key="pain", value=3)


def test_arrows_move_along_the_scale_and_stay_on_it() -> None:
    dialogue = settled(PAIN)
    for _ in range(20):
        dialogue.key("right", buttons_of(PAIN), LATER)
    assert dialogue.key("go", buttons_of(PAIN, dialogue.chosen), LATER) == Answer(key="pain", value=10)


def test_a_mark_does_not_carry_over_to_the_next_question() -> None:
    dialogue = settled(PAIN)
    dialogue.key("right", buttons_of(PAIN), LATER)
    dialogue.turn_to(RED_FLAG, LATER)
    assert dialogue.chosen is None


@pytest.mark.parametrize("shown", [RED_FLAG, PAIN, SETUP, HOLD])
def test_one_key_stops_on_every_page(shown: Snapshot) -> None:
    assert settled(shown).key("stop", buttons_of(shown), LATER) == STOP


def test_a_key_presses_no_button_that_is_not_shown() -> None:
    blocked = snapshot("blocked")
    assert settled(blocked).key("stop", buttons_of(blocked), LATER) is None
    welcome = snapshot("welcome")
    assert settled(welcome).key("pause", buttons_of(welcome), LATER) is None


@pytest.mark.parametrize("phase", ["step_on", "weigh", "countdown", "hold", "rest"])
def test_on_the_board_the_start_key_gives_a_pause(phase: Phase) -> None:
    shown = snapshot(phase, rest_s=3.0, rest_total_s=9.0, countdown_s=2)
    for key in ("go", "pause"):
        assert settled(shown).key(key, buttons_of(shown), LATER) == Press(button="pause")
    assert tap(settled(shown), shown, Press(button="pause")) == Press(button="pause")


COUNT = snapshot("journal", question=as_question(JOURNAL[0], number=1, of=5))
CHOICE = snapshot("journal", question=as_question(JOURNAL[2], number=3, of=5))


@pytest.mark.parametrize(
    ("shown", "keys", "answer"),
    [
        (COUNT, ["right", "right", "right", "go"], Answer(key="walk_minutes", value=10)),
        (COUNT, ["left", "left", "go"], Answer(key="walk_minutes", value=0)),
        (CHOICE, ["right", "right", "go"], Answer(key="walk_hard", value=1)),
        (CHOICE, ["right"] * 20 + ["go"], Answer(key="walk_hard", value=5)),
    ],
)
def test_a_count_and_a_choice_are_answered_with_the_arrows(
    shown: Snapshot, keys: list[Key], answer: Answer
) -> None:
    dialogue = settled(shown)
    for number, key in enumerate(keys):
        command = dialogue.key(key, buttons_of(shown, dialogue.chosen), LATER + number * REPEAT_NS)
    assert command == answer


def test_a_count_and_a_choice_are_answered_by_touch() -> None:
    dialogue = settled(COUNT)
    assert tap(dialogue, COUNT, Choose(5)) is None
    assert tap(dialogue, COUNT, Choose(10)) is None
    answer = Answer(key="walk_minutes", value=10)
    assert tap(dialogue, COUNT, answer) == answer
    dialogue = settled(CHOICE)
    assert tap(dialogue, CHOICE, Choose(4)) is None
    answer = Answer(key="walk_hard", value=4)
    assert tap(dialogue, CHOICE, answer) == answer


@pytest.mark.parametrize(
    ("shown", "presses", "value"),
    [(COUNT, 1, 0), (COUNT, 3, 10), (COUNT, 26, 0), (CHOICE, 2, 1), (CHOICE, 7, 0)],
)
def test_a_count_and_a_choice_are_answered_with_one_button(shown: Snapshot, presses: int, value: int) -> None:
    dialogue = settled(shown)
    last_ns = press_start(dialogue, presses)
    command = dialogue.left_alone(last_ns + TAKEN_NS)
    assert isinstance(command, Answer)
    assert command.value == value


def press_start(dialogue: Dialogue, times: int, now_ns: int = LATER) -> int:
    """Press the one button this often, as fast as it is heard; return when the last press was."""
    for number in range(times):
        assert dialogue.key("go", (), now_ns + number * REPEAT_NS) is None
    return now_ns + (times - 1) * REPEAT_NS


@pytest.mark.parametrize(
    ("shown", "presses", "answer"),
    [
        (RED_FLAG, 1, Answer(key="numbness", value=True)),
        (RED_FLAG, 2, Answer(key="numbness", value=False)),
        (RED_FLAG, 3, Answer(key="numbness", value=True)),
        (PAIN, 1, Answer(key="pain", value=10)),
        (PAIN, 2, Answer(key="pain", value=0)),
        (PAIN, 9, Answer(key="pain", value=7)),
    ],
)
def test_one_button_marks_answer_after_answer_and_one_left_alone_is_taken_once(
    shown: Snapshot, presses: int, answer: Answer
) -> None:
    dialogue = settled(shown)
    last_ns = press_start(dialogue, presses)
    assert dialogue.left_alone(last_ns + TAKEN_NS - 1) is None
    assert dialogue.left_alone(last_ns + TAKEN_NS) == answer
    assert dialogue.left_alone(last_ns + 2 * TAKEN_NS) is None


@pytest.mark.parametrize("number", range(len(CHECK_IN)))
def test_one_stray_press_never_leads_on_to_training(number: int) -> None:
    question = as_question(CHECK_IN[number], number=number + 1, of=len(CHECK_IN))
    dialogue = settled(snapshot("checkin", question=question))
    last_ns = press_start(dialogue, 1)
    answer = dialogue.left_alone(last_ns + TAKEN_NS)
    assert isinstance(answer, Answer)
    asked = CHECK_IN[number]
    assert answer.value == (10 if asked.kind == "scale" else asked.stops_on is True)


def test_a_question_left_alone_without_a_mark_is_never_answered() -> None:
    assert settled(RED_FLAG).left_alone(LATER + 100 * TAKEN_NS) is None


def test_a_number_marked_by_touch_waits_until_it_is_sent() -> None:
    dialogue = settled(PAIN)
    dialogue.tap(next(b for b in buttons_of(PAIN) if b.action == (3,)).rect.center, buttons_of(PAIN), LATER)
    assert dialogue.taken_in_s(LATER) is None
    assert dialogue.left_alone(LATER + 100 * TAKEN_NS) is None


def test_a_press_meant_for_the_page_before_marks_no_answer() -> None:
    dialogue = settled(SETUP)
    dialogue.turn_to(RED_FLAG, LATER)
    dialogue.key("go", (), LATER + READ_NS - 1)
    assert dialogue.chosen is None
    dialogue.key("go", (), LATER + READ_NS)
    assert dialogue.chosen == 1


def test_the_seconds_until_an_answer_is_taken_are_told() -> None:
    dialogue = settled(PAIN)
    press_start(dialogue, 1)
    assert [dialogue.taken_in_s(LATER + s * 1_000_000_000) for s in (0, 1, 3, 4)] == [4, 3, 1, 0]


@pytest.mark.parametrize("key", ["go", "stop", "yes", "no", "left"])
def test_any_key_says_that_somebody_is_all_right(key: Key) -> None:
    asked = snapshot("all_right")
    assert settled(asked).key(key, buttons_of(asked), LATER) == START


def test_stop_stops_while_an_answer_is_marked() -> None:
    dialogue = settled(PAIN)
    last_ns = press_start(dialogue, 3)
    assert dialogue.key("stop", buttons_of(PAIN, 2), last_ns + REPEAT_NS) == STOP


def test_a_long_setup_is_read_to_its_end_before_it_begins() -> None:
    long = every_screen()["20-setup-long"].snapshot
    assert long is not None
    dialogue = settled(long)
    first = Drawing(View(long)).buttons
    assert START not in [button.action for button in first]
    assert dialogue.key("go", first, LATER) is None
    assert dialogue.leaf == 1
    second = Drawing(View(long, leaf=1)).buttons
    assert Turn(0) in [button.action for button in second]
    assert dialogue.key("go", second, LATER + REPEAT_NS) == START


@pytest.mark.parametrize("name", every_screen())
def test_every_screen_that_asks_for_something_is_worked_with_two_buttons(name: str) -> None:
    view = every_screen()[name]
    shown = view.snapshot
    buttons = Drawing(view).buttons
    if shown is None or not buttons:
        return
    dialogue = settled(shown)
    dialogue.leaf = view.leaf
    if shown.question is not None:
        press_start(dialogue, 1)
        assert isinstance(dialogue.left_alone(LATER + TAKEN_NS), Answer)
    elif START in [button.action for button in buttons]:
        assert dialogue.key("go", buttons, LATER) == START
    if STOP in [button.action for button in buttons]:
        assert settled(shown).key("stop", buttons, LATER) == STOP
