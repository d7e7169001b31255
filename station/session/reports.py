"""What the care team is told at once; the rest stands in the results."""

from dataclasses import dataclass
from typing import Final

REPORTED: Final = frozenset(
    {
        "red_flag",
        "pain_stop",
        "pain_up",
        "possible_fall",
        "all_right_answered",
        "step_off",
        "touch_down",
        "out_of_line",
        "stumble",
        "hold_stopped",
        "hold_fault",
        "overdone",
        "weight_doubtful",
        "minutes_reached",
        "mark",
    }
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What stands in the head of every message of this station.

    In a `clinic` several people share it, and `subj` is whoever trains now: None while nobody does.
    """

    subj: str | None
    cal: str
    sim: bool
    clinic: bool = False
