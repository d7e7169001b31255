"""Who trains now, on a station that several share: a number is typed, and the person says it is theirs."""

from typing import Final, Literal

import msgspec

from station.training.programme import Programme
from station.training.questions import ITS_ME, as_question
from station.training.snapshot import Phase, Question, Snapshot
from station.training.words import NUMBER_UNKNOWN, STILL_THERE, TYPE_AGAIN

FORGET_S: Final = 60.0  # nobody pressed anything: the next person must not train as this one
READ_S: Final = 120.0  # whom to call stands a little longer
S: Final = 1_000_000_000

# In which nobody is on the board, and somebody else may have come to the screen.
ASKED_AGAIN: Final[tuple[Phase, ...]] = ("message", "checkin", "plan", "setup", "pause", "checkout")
LEFT_AFTER_S: Final[dict[Phase, float]] = {
    "summary": FORGET_S,
    "journal": FORGET_S,
    "goodnight": FORGET_S,
    "blocked": READ_S,
}


class Choosing:
    """What the reception shows: "who" asks for a number, "confirm" whether it is the person's own.

    `phase` is None while somebody trains. Times are the newest sample's.
    """

    def __init__(self) -> None:
        self.number: str | None = None
        self.phase: Literal["who", "confirm"] | None = "who"
        self.words: tuple[str, ...] = ()
        self.again = False  # asked in the middle of a session
        self._since_ns = 0

    @property
    def question(self) -> Question | None:
        """Return what is to be answered now."""
        if self.phase != "confirm":
            return None
        question = as_question(ITS_ME, number=1, of=1)
        return msgspec.structs.replace(question, text=question.text.format(number=self.number))

    def found(self, number: str, t_ns: int) -> None:
        """Ask whether the number that was typed is the person's own."""
        self.number, self.phase, self.words, self.again = number, "confirm", (), False
        self._since_ns = t_ns

    def not_found(self, t_ns: int) -> None:
        """Say kindly that nobody here has this number."""
        self.forget(t_ns)
        self.words = (NUMBER_UNKNOWN, TYPE_AGAIN)

    def confirmed(self, t_ns: int) -> None:
        """Let the person train."""
        self.phase, self.words, self.again, self._since_ns = None, (), False, t_ns

    def ask_again(self, t_ns: int, number: str | None) -> None:
        """Ask, in a session that has waited or was broken off, whether it is still the same person."""
        self.number, self.phase, self.words, self.again = number, "confirm", (STILL_THERE,), True
        self._since_ns = t_ns

    def forget(self, t_ns: int) -> None:
        """Belong to nobody again."""
        self.number, self.phase, self.words, self.again = None, "who", (), False
        self._since_ns = t_ns

    def waited_s(self, t_ns: int) -> float:
        """Return for how long it has been like this."""
        self._since_ns = self._since_ns or t_ns  # asked before the board had said anything
        return (t_ns - self._since_ns) / S


def received(snapshot: Snapshot, choosing: Choosing, programme: Programme) -> Snapshot:
    """Return what a screen shows of a station that several share.

    Before somebody has said that the number is theirs it shows the number and the programme, nothing else.
    """
    shared = msgspec.structs.replace(snapshot, clinic=True, number=choosing.number)
    if choosing.phase is None:
        return shared
    plan = () if choosing.phase == "who" else tuple(one.view(done=False) for one in programme.planned)
    return msgspec.structs.replace(
        shared,
        phase=choosing.phase,
        question=choosing.question,
        words=choosing.words,
        plan=plan,
        exercise=None,
        exercise_number=0,
        attempt=0,
        held_s=0.0,
        results=(),
        note="",
        past=None,
    )
