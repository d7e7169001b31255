"""A list of questions asked one by one; none can be skipped."""

from collections.abc import Sequence

from station.training.questions import Asked, as_question
from station.training.snapshot import Question


class Questionnaire:
    """Where one is in a list of questions."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._asked = tuple(asked)
        self._at = 0
        self._again = False

    @property
    def current(self) -> Question | None:
        """Return the question to show now, or None when all are answered."""
        if self._at >= len(self._asked):
            return None
        return as_question(self._asked[self._at], number=self._at + 1, of=len(self._asked), again=self._again)

    def answer(self, key: str, value: bool | int) -> Asked | None:  # noqa: FBT001 a question's answer
        """Take the answer to the question shown; return what was asked, or None when it does not fit.

        "No" to the question for the support asks again, with how to set it up.
        """
        if self._at >= len(self._asked):
            return None
        asked = self._asked[self._at]
        right_kind = isinstance(value, bool) == (asked.kind == "yes_no")
        if asked.key != key or not right_kind or not 0 <= value <= 10:
            return None
        if asked.key == "support" and value is False:
            self._again = True
        else:
            self._at += 1
            self._again = False
        return asked
