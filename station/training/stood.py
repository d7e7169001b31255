"""Where somebody stood while 3-2-1 was counted: what a hold is measured from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stood:
    """The mean CoP of the countdown, and how much the person swayed around it (SD); mm."""

    x_mm: float
    y_mm: float
    sd_x_mm: float = 0.0
    sd_y_mm: float = 0.0
