"""Whether a change asks more of a person or less, by the order of the ladder."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from station.training.prescription import Exercise, hold_of
from station.training.routine import Routine

Direction = Literal["harder", "easier", ""]  # "": neither

# More of it asks more of the person, or lets the station ask more.
MORE_IS_HARDER: Final = (
    *("rung", "attempts", "days_a_week", "alone_up_to"),
    *("pain_limit", "sessions_a_day", "minutes_a_day"),
)
MORE_IS_EASIER: Final = (
    "rest_s",
    "support_limit_percent",
    "least_gap_h",
    "rest_days_a_week",
    "somebody_near",
)


def direction(name: str, old: float | None, new: float | None) -> Direction:
    """Return whether a field of this name got harder from `old` to `new`; None is less than any number."""
    if old == new or name not in (*MORE_IS_HARDER, *MORE_IS_EASIER):
        return ""
    before, after = -1.0 if old is None else float(old), -1.0 if new is None else float(new)
    return "harder" if (after > before) == (name in MORE_IS_HARDER) else "easier"


def hold_direction(old: Exercise, new: Exercise, routines: Mapping[str, Routine]) -> Direction:
    """Return whether the hold got longer; of one that the rung decides, "" where the rung has changed."""
    routine = routines.get(new.routine)
    if routine is None or max(old.rung, new.rung) > len(routine.rungs):
        return ""
    before, after = hold_of(old, routine), hold_of(new, routine)
    if before == after or (old.rung != new.rung and old.hold_s == new.hold_s):
        return ""
    return "harder" if after > before else "easier"


def rung_mark(number: int, today: int | None) -> Direction | Literal["today"]:
    """Return how a rung stands to today's; "" where there is no today."""
    if today is None:
        return ""
    if number == today:
        return "today"
    return "harder" if number > today else "easier"


def compared(old: Any, new: Any, name: str) -> Direction:
    """Return the direction of one field of two prescriptions or exercises."""
    return direction(name, getattr(old, name), getattr(new, name))
