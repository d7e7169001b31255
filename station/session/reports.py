"""What the care team is told at once; the rest stands in the results."""

from dataclasses import dataclass
from typing import Final

import msgspec

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
    }
)


class EventBody(msgspec.Struct, frozen=True, kw_only=True):
    """Body of an up/event message (`station.link.messages.StationEvent`)."""

    kind: str
    session: str | None
    detail: dict[str, str | float | int | bool | None]


@dataclass(frozen=True, slots=True)
class Identity:
    """What stands in the head of every message of this station."""

    subj: str | None
    cal: str
    sim: bool
