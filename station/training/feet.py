"""The area of the feet, inside which the CoP of somebody who stands can be."""

from dataclasses import dataclass
from math import hypot, inf
from typing import Final

from station.training.programme import Planned
from station.training.stood import Stood

EDGE_SHARE: Final = 0.9  # of the way from the middle to the edge
SHOE_MM: Final = (110.0, 280.0)  # across and along; a large one, for nobody is warned without need
SEMI_TANDEM_MM: Final = 200.0  # two feet side by side


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on the plate, or a disc around its centre; mm."""

    left_mm: float
    right_mm: float
    back_mm: float
    front_mm: float
    rim_mm: float = inf

    def holds(self, x_mm: float, y_mm: float) -> bool:
        """Return whether a place is inside."""
        return (
            self.left_mm <= x_mm <= self.right_mm
            and self.back_mm <= y_mm <= self.front_mm
            and hypot(x_mm, y_mm) <= self.rim_mm
        )


def feet_area(planned: Planned, plate_mm: tuple[float, float], stood: Stood) -> Area:
    """Return where the CoP may be without being at the edge, learned from where the person stood.

    Beside one foot on the side of the other, and beside feet in line, there is no edge: a CoP there is a foot
    that came down, which is somebody else's to tell.
    """
    if planned.routine.rim_mm is not None:
        return Area(-inf, inf, -inf, inf, planned.routine.rim_mm)
    half_x_mm, half_y_mm = (EDGE_SHARE * size_mm / 2 for size_mm in plate_mm)
    left_mm, right_mm, back_mm, front_mm = -half_x_mm, half_x_mm, -half_y_mm, half_y_mm
    across_mm, along_mm = (EDGE_SHARE * size_mm / 2 for size_mm in SHOE_MM)
    if planned.stance == "one-leg":
        back_mm = max(back_mm, stood.y_mm - along_mm)
        front_mm = min(front_mm, stood.y_mm + along_mm)
        if planned.side == "left":
            left_mm = max(left_mm, stood.x_mm - across_mm)
        if planned.side == "right":
            right_mm = min(right_mm, stood.x_mm + across_mm)
    elif planned.stance == "semi-tandem":
        left_mm = max(left_mm, stood.x_mm - EDGE_SHARE * SEMI_TANDEM_MM / 2)
        right_mm = min(right_mm, stood.x_mm + EDGE_SHARE * SEMI_TANDEM_MM / 2)
    return Area(left_mm, right_mm, back_mm, front_mm)
