"""The one way through a procedure: somebody answers, the board is read all the time, every step is told.

Who answers is an end of the conversation: a person at a terminal, a screen (`calibration.ends`), or nobody.
"""

from collections.abc import Callable
from typing import Final, Protocol

from calibration.answers import Answers
from calibration.board import Board
from calibration.dialogue import Dialogue
from calibration.procedures import GRAVITY_M_S2
from calibration.refusal import Refusal, RefusedError
from calibration.spoken import (
    AnySaid,
    AnyTold,
    AskStep,
    Back,
    Counts,
    Go,
    NotTaken,
    PerCell,
    Quit,
    Ready,
    StepTaken,
    Values,
)
from station.sway.reading import Reading

COUNTS_EVERY_NS: Final = 200_000_000


class End(Protocol):
    """Who hears and answers."""

    def answers(self, ready: Ready) -> Answers:
        """Return what is known before the first step. Raises CalibrationError."""
        ...

    def heard(self, *, looking: bool) -> list[AnyTold]:
        """Return what was answered since the last call; never waits. Raises CalibrationError to give up."""
        ...

    def say(self, said: AnySaid) -> None:
        """Tell it."""
        ...


class Conversation:
    """Leads one end through one dialogue; `kept` is called whenever what was taken has changed."""

    def __init__(
        self, dialogue: Dialogue, board: Board, end: End, *, kept: Callable[[], None] = lambda: None
    ) -> None:
        self._dialogue = dialogue
        self._board = board
        self._end = end
        self._kept = kept
        self._step = dialogue.step
        self._told_ns: int | None = None

    def walk(self) -> None:
        """Go through all steps. Raises CalibrationError when the end quits or gives up, BoardError."""
        self._ask(resumed=bool(self._dialogue.taken))
        while self._step is not None:
            for told in self._end.heard(looking=self._dialogue.looking):
                self._obey(told)
            for reading in self._board.readings():
                self._push(reading)

    def _ask(self, *, resumed: bool = False) -> None:
        step = self._step = self._dialogue.step
        if step is not None:
            self._end.say(
                AskStep(
                    number=len(self._dialogue.taken) + 1,
                    of=self._dialogue.total,
                    kind=step.kind,
                    key=step.key or step.kind,
                    text=step.text,
                    kg=round(step.force_n / GRAVITY_M_S2, 3),
                    x_mm=step.x_mm,
                    y_mm=step.y_mm,
                    corner=step.corner,
                    resumed=resumed,
                )
            )

    def _obey(self, told: AnyTold) -> None:
        match told:
            case Go() if self._step is not None and not self._dialogue.looking:
                self._board.put(self._step)
                self._board.readings()  # what came before the person was ready belongs to the step before
                self._dialogue.go()
            case Back():
                self._dialogue.back()
                self._kept()
                self._ask()
            case Quit():
                raise RefusedError("stopped", "stopped")

    def _push(self, reading: Reading) -> None:
        dialogue = self._dialogue
        was_looking = dialogue.looking
        dialogue.push(reading)
        if was_looking and not dialogue.looking:
            self._end_of_look()
        if self._told_ns is None or reading.t_ns - self._told_ns >= COUNTS_EVERY_NS:
            self._told_ns = reading.t_ns
            self._end.say(counts_of(dialogue))

    def _end_of_look(self) -> None:
        refused = self._dialogue.refused
        if refused is not None:
            self._end.say(NotTaken(key=refused.key, text=refused.text, values=values_of(refused)))
            return
        self._kept()
        self._end.say(StepTaken(number=len(self._dialogue.taken)))
        self._ask()


def counts_of(dialogue: Dialogue) -> Counts:
    """Return how the cells are now."""
    glance = dialogue.glance()
    fl, fr, rl, rr = glance.still
    return Counts(
        counts=_rounded(glance.counts, 0),
        net_n=_rounded(dialogue.net_n(glance), 1),
        still=(fl, fr, rl, rr),
        looking=dialogue.looking,
        progress=round(dialogue.progress, 3),
    )


def values_of(refused: Refusal) -> Values:
    """Return the values of a refusal as a message carries them."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in refused.values.items()}


def _rounded(values: tuple[float | None, ...], digits: int) -> PerCell:
    fl, fr, rl, rr = (None if value is None else round(value, digits) for value in values)
    return fl, fr, rl, rr
