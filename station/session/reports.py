"""What the care team is told at once; the rest stands in the results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from station.session.fault_watch import TELL_AGAIN_NS
from station.training.snapshot import CareTold

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


class FaultTold:
    """Whether the care team was told of what is wrong with the board, for as long as it is not told again."""

    def __init__(self) -> None:
        self._told_ns: int | None = None
        self._known = False

    def told(self, now_ns: int) -> None:
        """Note that a message about it was made."""
        self._told_ns, self._known = now_ns, False

    def state(self, now_ns: int, *, all_is_known: Callable[[], bool]) -> CareTold:
        """Return how far the message has come.

        `all_is_known` says whether the care side has committed everything.
        """
        if self._told_ns is None or now_ns - self._told_ns >= TELL_AGAIN_NS:
            return ""
        self._known = self._known or all_is_known()
        return "known" if self._known else "on_its_way"
