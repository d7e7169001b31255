"""From gestures to commands: which button was meant, once, and never on a page that has just appeared."""

from collections.abc import Sequence
from typing import Final

from station.session.protocol import Answer, Command
from station.training.snapshot import Question, Snapshot
from ui.patient.canvas import Action, Button, Choose
from ui.patient.gestures import Key
from ui.patient.pen import Point
from ui.patient.widgets import START, STOP

# A trembling finger may press twice; a page may change under a finger that is already on its way.
REPEAT_NS: Final = 400_000_000
SETTLE_NS: Final = 400_000_000
SHOWN_NS: Final = 250_000_000  # how long a button stays drawn as pressed
HIGHEST: Final = 10
MIDDLE: Final = 5

PageKey = tuple[str, str, int, int]


def page_key(snapshot: Snapshot | None) -> PageKey:
    """Return what makes a page a different one to the person in front of it."""
    if snapshot is None:
        return "away", "", 0, 0
    question = "" if snapshot.question is None else f"{snapshot.question.key} {snapshot.question.text}"
    return snapshot.phase, question, snapshot.exercise_number, snapshot.attempt


class Dialogue:
    """What has been marked and pressed on the page in front of the person.

    `chosen` is a marked answer not sent yet (for yes and no: 1 and 0). Times are the caller's, in ns.
    """

    def __init__(self) -> None:
        self.chosen: int | None = None
        self.pressed: Action | None = None
        self._page: PageKey | None = None
        self._question: Question | None = None
        self._page_ns = 0
        self._press_ns: int | None = None

    def turn_to(self, snapshot: Snapshot | None, now_ns: int) -> None:
        """Take note of the page now shown, and let a pressed button come up again."""
        page = page_key(snapshot)
        if page != self._page:
            self._page, self._page_ns = page, now_ns
            self.chosen, self.pressed = None, None
        self._question = None if snapshot is None else snapshot.question
        if self._press_ns is not None and now_ns - self._press_ns > SHOWN_NS:
            self.pressed = None

    def tap(self, at: Point, buttons: Sequence[Button], now_ns: int) -> Command | None:
        """Return the command of the button at this place (logical px), if it may be pressed now."""
        hit = next((button for button in buttons if button.rect.collidepoint(at)), None)
        return None if hit is None else self._press(hit.action, now_ns)

    def key(self, key: Key, buttons: Sequence[Button], now_ns: int) -> Command | None:
        """Return the command of a key: it presses a button that is on the page, never one that is not."""
        question = self._question
        if key in {"left", "right"}:
            if question is not None:
                self._move(question, 1 if key == "right" else -1)
            return None
        wanted = self._meant(key, question)
        if wanted is None or all(button.action != wanted for button in buttons):
            return None
        return self._press(wanted, now_ns)

    def _meant(self, key: Key, question: Question | None) -> Action | None:
        if key == "stop":
            return STOP
        if question is None:
            return {"go": START, "yes": START, "no": STOP}.get(key)
        if question.kind == "scale":
            if key == "no":
                return STOP
            return None if self.chosen is None else Answer(key=question.key, value=self.chosen)
        if key == "go" and self.chosen is not None:
            return Answer(key=question.key, value=bool(self.chosen))
        return Answer(key=question.key, value=key != "no")

    def _move(self, question: Question, way: int) -> None:
        if question.kind == "yes_no":
            self.chosen = 1 if way > 0 else 0
        else:
            self.chosen = MIDDLE if self.chosen is None else min(HIGHEST, max(0, self.chosen + way))

    def _press(self, action: Action, now_ns: int) -> Command | None:
        if isinstance(action, Choose):
            self.chosen = action.value
            return None
        if self._press_ns is not None and now_ns - self._press_ns < REPEAT_NS:
            return None
        # Stop is heard even on a page that has only just appeared.
        if action != STOP and now_ns - self._page_ns < SETTLE_NS:
            return None
        self._press_ns, self.pressed = now_ns, action
        return action
