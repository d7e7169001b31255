"""From gestures to commands: which button was meant, once, and never on a page that has just appeared."""

from collections.abc import Sequence
from typing import Final

from station.session.protocol import Answer, Command, Mark
from station.training.snapshot import Question, Snapshot
from ui.patient.canvas import Action, Button, Choose, Pick, Turn
from ui.patient.gestures import Key
from ui.patient.number_pad import NumberPad
from ui.patient.pen import Point
from ui.patient.service.view import ServiceView
from ui.patient.widgets import MARK, PAUSE, START, STOP

# A trembling finger may press twice; a page may change under a finger that is already on its way.
REPEAT_NS: Final = 400_000_000
SETTLE_NS: Final = 400_000_000
SHOWN_NS: Final = 250_000_000  # how long a button stays drawn as pressed
READ_NS: Final = 1_500_000_000  # before a press of the one button marks an answer
TAKEN_NS: Final = 4_000_000_000  # an answer marked with the one button is taken after this time
S: Final = 1_000_000_000
HIGHEST: Final = 10
MIDDLE: Final = 5

PageKey = tuple[str, str, int, int]
THIS_BOARD: Final = "this board"  # hides the page, with all that could be pressed on it


def page_key(snapshot: Snapshot | None) -> PageKey:
    """Return what makes a page a different one to the person in front of it."""
    if snapshot is None:
        return "away", "", 0, 0
    if snapshot.this_board is not None:
        return THIS_BOARD, "", 0, 0
    question = "" if snapshot.question is None else f"{snapshot.question.key} {snapshot.question.text}"
    return snapshot.phase, question, snapshot.exercise_number, snapshot.attempt


class Dialogue:
    """What has been marked and pressed on the page in front of the person.

    `chosen` is a marked answer not sent yet (for yes and no: 1 and 0), `leaf` the open part of a long page.
    One button is enough to answer: each press marks the next answer, and one left alone is taken. Times are
    the caller's, in ns.
    """

    def __init__(self) -> None:
        self.chosen: int | None = None
        self.leaf = 0
        self.pressed: Action | None = None
        self._page: PageKey | None = None
        self._question: Question | None = None
        self._page_ns = 0
        self._press_ns: int | None = None
        self._any_key = False  # whoever presses anything is all right
        self._marked_ns: int | None = None  # when the one button marked `chosen`
        self._pad: NumberPad | None = None  # on the page that asks for a number
        self._may_mark = False  # a session under way on a station that several share
        self._seen_ns: int | None = None  # when whoever looks on marked an instant

    def turn_to(self, snapshot: Snapshot | None, now_ns: int) -> None:
        """Take note of the page now shown, and let a pressed button come up again."""
        page = page_key(snapshot)
        if page != self._page:
            self._page, self._page_ns = page, now_ns
            self.chosen, self.pressed, self.leaf, self._marked_ns = None, None, 0, None
            self._pad = NumberPad() if page[0] == "who" else None
        self._may_mark = snapshot is not None and snapshot.clinic and snapshot.session is not None
        if self._pad is not None:
            self._pad.turn(now_ns)
        self._question = None if snapshot is None or page[0] == THIS_BOARD else snapshot.question
        self._any_key = snapshot is not None and snapshot.phase == "all_right"
        pressed_ns = [at_ns for at_ns in (self._press_ns, self._seen_ns) if at_ns is not None]
        if pressed_ns and now_ns - max(pressed_ns) > SHOWN_NS:
            self.pressed = None

    def pad_view(self) -> ServiceView | None:
        """Return the keys with which a number is typed, where one is asked for."""
        return None if self._pad is None else self._pad.view()

    def tap(self, at: Point, buttons: Sequence[Button], now_ns: int) -> Command | None:
        """Return the command of the button at this place (logical px), if it may be pressed now."""
        hit = next((button for button in buttons if button.rect.collidepoint(at)), None)
        return None if hit is None else self._press(hit.action, now_ns)

    def key(self, key: Key, buttons: Sequence[Button], now_ns: int) -> Command | None:
        """Return the command of a key: it presses a button that is on the page, never one that is not."""
        if key == "mark":
            return self._mark(now_ns)
        if self._pad is not None:
            return self._pad.key(key, now_ns)
        if self._any_key:
            return self._press(START, now_ns)
        question = self._question
        if question is not None and key in {"left", "right"}:
            self._move(question, 1 if key == "right" else -1)
            return None
        if question is not None and key == "go" and (self.chosen is None or self._marked_ns is not None):
            self._mark_next(question, now_ns)
            return None
        wanted = self._meant(key, question, [button.action for button in buttons])
        return None if wanted is None else self._press(wanted, now_ns)

    def left_alone(self, now_ns: int) -> Command | None:
        """Return the answer the one button has marked, once it was left alone for long enough."""
        if self._question is None or self.chosen is None or self.taken_in_s(now_ns) != 0:
            return None
        self._marked_ns = None
        return self._press(_answer(self._question, self.chosen), now_ns)

    def taken_in_s(self, now_ns: int) -> int | None:
        """Return in how many seconds the marked answer is taken; None when it waits to be sent."""
        if self._marked_ns is None:
            return None
        return max(0, -((now_ns - self._marked_ns - TAKEN_NS) // S))

    def _meant(self, key: Key, question: Question | None, shown: Sequence[Action]) -> Action | None:
        """Return the shown action that a key stands for."""
        wanted: Action | None = None
        if key in {"stop", "pause"}:
            wanted = STOP if key == "stop" else PAUSE
        elif question is None and key in {"go", "yes"}:
            onward = [action for action in shown if isinstance(action, Turn) and action.leaf > self.leaf]
            # On the board start leads nowhere; it gives a pause instead.
            wanted = onward[0] if onward else PAUSE if START not in shown else START
        elif question is not None and key == "go" and self.chosen is not None:
            wanted = _answer(question, self.chosen)
        elif question is not None and question.kind == "yes_no" and key in {"yes", "no"}:
            wanted = Answer(key=question.key, value=key == "yes")
        return wanted if wanted in shown else None

    def _move(self, question: Question, way: int) -> None:
        self._marked_ns = None
        if question.kind == "yes_no":
            self.chosen = 1 if way > 0 else 0
        elif self.chosen is None:
            self.chosen = MIDDLE if question.kind == "scale" else question.usual
        else:
            self.chosen = min(highest(question), max(0, self.chosen + way * question.step))

    def _mark_next(self, question: Question, now_ns: int) -> None:
        """Mark the answer after the marked one; not yet where the press may have been for the page before."""
        if now_ns - self._page_ns < READ_NS or self._is_repeat(now_ns):
            return
        if self.chosen is None:
            self.chosen = question.usual if question.kind == "count" else int(question.safest)
        else:
            onward = self.chosen + question.step
            self.chosen = onward if onward <= highest(question) else 0
        self._press_ns = self._marked_ns = now_ns

    def _is_repeat(self, now_ns: int) -> bool:
        return self._press_ns is not None and now_ns - self._press_ns < REPEAT_NS

    def _press(self, action: Action, now_ns: int) -> Command | None:
        if isinstance(action, Choose):
            self.chosen, self._marked_ns = action.value, None
            return None
        if isinstance(action, Pick):  # a key of the pad; the service area has a desk of its own
            settled = now_ns - self._page_ns >= SETTLE_NS
            return self._pad.tap(action.choice, now_ns) if self._pad is not None and settled else None
        if isinstance(action, Mark):
            return self._mark(now_ns)
        # Stop is heard even on a page that has only just appeared.
        if self._is_repeat(now_ns) or (action != STOP and now_ns - self._page_ns < SETTLE_NS):
            return None
        self._press_ns = now_ns
        if isinstance(action, Turn):
            self.leaf = action.leaf
            return None
        self.pressed = action
        return action

    def _mark(self, now_ns: int) -> Mark | None:
        """Mark this instant: heard at once on every page, and in no stop button's way."""
        repeated = self._seen_ns is not None and now_ns - self._seen_ns < REPEAT_NS
        if repeated or not self._may_mark:
            return None
        self._seen_ns, self.pressed = now_ns, MARK
        return MARK


def highest(question: Question) -> int:
    """Return the last answer there is: for yes and no it is 1."""
    if question.kind == "choice":
        return len(question.choices) - 1
    return {"yes_no": 1, "scale": HIGHEST}.get(question.kind, question.most)


def _answer(question: Question, chosen: int) -> Answer:
    return Answer(key=question.key, value=bool(chosen) if question.kind == "yes_no" else chosen)
