"""A dialogue on a terminal: one step at a time, Enter when it is done, `back` to repeat the one before."""

from collections.abc import Callable

from calibration.board import Board
from calibration.dialogue import Dialogue, Step
from station.errors import CalibrationError

Ask = Callable[[str], str]
Say = Callable[[str], None]

MOST_REFUSALS = 3  # of one step, when nobody is there to put it right


def walk(
    dialogue: Dialogue, board: Board, *, say: Say, ask: Ask | None, kept: Callable[[], None] = lambda: None
) -> None:
    """Lead through all steps; without `ask` nobody answers, and every step is taken as done.

    `kept` is called after each step that was taken. Raises CalibrationError when the person quits, or nobody
    is there and a step is refused again and again.
    """
    refusals = 0
    while (step := dialogue.step) is not None:
        say(f"{len(dialogue.taken) + 1}. {step.text}")
        if not _ready(dialogue, ask):
            continue
        _look(dialogue, board, step)
        if dialogue.refused is None:
            refusals = 0
            kept()
            continue
        refusals += 1
        say(f"   not taken: {dialogue.refused}")
        if ask is None and refusals >= MOST_REFUSALS:
            raise CalibrationError(
                f"step {len(dialogue.taken) + 1} was refused {refusals} times: {dialogue.refused}"
            )


def _ready(dialogue: Dialogue, ask: Ask | None) -> bool:
    answer = "" if ask is None else ask("   Enter when done, back, or quit: ").strip().lower()
    if answer == "quit":
        raise CalibrationError("stopped; what was measured is kept, the same command goes on from here")
    if answer == "back":
        dialogue.back()
    return answer == ""


def _look(dialogue: Dialogue, board: Board, step: Step) -> None:
    board.put(step)
    board.readings()  # what came before the person was ready belongs to the step before
    dialogue.go()
    while dialogue.looking:
        for reading in board.readings():
            dialogue.push(reading)
