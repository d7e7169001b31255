"""A list of questions asked one by one; none can be skipped."""

from collections.abc import Sequence

from station.training.questions import Asked, as_question
from station.training.snapshot import Question


class Questionnaire:
    """Where one is in a list of questions."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._asked = list(asked)
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

        "No" to a question that says how to set up asks it again.
        """
        if self._at >= len(self._asked):
            return None
        asked = self._asked[self._at]
        if asked.key != key or not _fits(asked, value):
            return None
        self._again = bool(asked.again) and value is False
        if not self._again:
            self._at += 1
        if not value:
            coming = (a for a in self._asked[self._at :] if a.only_if != key)
            self._asked[self._at :] = list(coming)
        return asked


def _fits(asked: Asked, value: bool | int) -> bool:  # noqa: FBT001 a question's answer
    if isinstance(value, bool) or asked.kind == "yes_no":
        return isinstance(value, bool) and asked.kind == "yes_no"
    most = len(asked.choices) - 1 if asked.kind == "choice" else asked.most
    return 0 <= value <= most
