"""How far a session has come: kept at each step, so that it can go on after a loss of power."""

import msgspec

from station.training.routine import Side
from station.training.snapshot import ResultView


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to go on: what is done stays done, the attempt under way is done again."""

    rx_version: int | None
    done: tuple[tuple[str, Side | None], ...]  # routine and side of the exercises done
    index: int
    attempt_number: int
    repeats: int
    trials: int
    results: tuple[ResultView, ...]
    answers: dict[str, bool | int]
    body_weight_n: float | None
    trained_s: float
    checked_in: bool
    closing: bool = False  # the questions at the end had begun
    fallen: bool = False  # "Are you all right?" had not been answered, or was about to be asked
    told: bool = False  # the care team was told that it had not been answered
