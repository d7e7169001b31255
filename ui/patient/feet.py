"""Feet seen from above, toes up: the print of one sole, and where both stand for an exercise."""

from typing import Final, NamedTuple

from station.training.routine import Side
from station.training.snapshot import ExerciseView
from ui.patient.pen import Pen, Point
from ui.patient.theme import Colour

FOOT_MM: Final = 232.0
APART: Final = 80 / FOOT_MM  # the middle of a foot from the middle between both, in lengths of a foot
TOUCHING: Final = 0.19
HALF_STEP: Final = 0.37  # half a step in front: one heel beside the other toes
IN_LINE: Final = 0.5  # heel to toe
PLATE_SHARE: Final = 0.9  # of the plate, that feet may cover
RIGHT_SOLE: Final[tuple[Point, ...]] = (
    # Outline of a right sole seen from above: x to the right, y to the toes, in shares of its length.
    (0.00, -0.50), (0.08, -0.48), (0.13, -0.40), (0.13, -0.26), (0.11, -0.10), (0.13, 0.06), (0.17, 0.20),
    (0.17, 0.32), (0.13, 0.42), (0.05, 0.49), (-0.04, 0.50), (-0.12, 0.45), (-0.17, 0.34), (-0.17, 0.20),
    (-0.13, 0.06), (-0.10, -0.10), (-0.11, -0.26), (-0.12, -0.40), (-0.08, -0.48),
)  # fmt: skip


class Foot(NamedTuple):
    """One foot on the ground: its middle from where the person stands, in lengths of a foot (+y forward)."""

    left: bool
    x: float
    y: float


def _rounded(corners: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the outline with its corners cut three times (Chaikin 1974): smooth to the eye."""
    points = corners
    for _ in range(3):
        cut: list[Point] = []
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            cut += [
                (0.75 * x0 + 0.25 * x1, 0.75 * y0 + 0.25 * y1),
                (0.25 * x0 + 0.75 * x1, 0.25 * y0 + 0.75 * y1),
            ]
        points = tuple(cut)
    return points


SMOOTH_SOLE: Final = _rounded(RIGHT_SOLE)


def sole(pen: Pen, centre: Point, length: float, colour: Colour, *, left: bool) -> None:
    """Draw the print of one foot seen from above, toes up; `centre` and `length` in px of the page."""
    mirror = -1 if left else 1
    pen.shape([(centre[0] + mirror * x * length, centre[1] - y * length) for x, y in SMOOTH_SOLE], colour)


def feet_of(exercise: ExerciseView | None) -> tuple[Foot, ...]:
    """Return the feet on the ground as the exercise has them stand."""
    stance = "both" if exercise is None else exercise.stance
    if exercise is not None and stance == "one-leg":
        return (Foot(left=exercise.side == "left", x=0.0, y=0.0),)
    aside = {"together": TOUCHING, "semi-tandem": TOUCHING, "tandem": 0.0}.get(stance, APART)
    ahead = {"semi-tandem": HALF_STEP, "tandem": IN_LINE}.get(stance, 0.0)
    return tuple(
        Foot(left, -aside if left else aside, ahead if left == (in_front(exercise) == "left") else -ahead)
        for left in (True, False)
    )


def in_front(exercise: ExerciseView | None) -> Side | None:
    """Return which foot is in front, None where they are level."""
    if exercise is None or exercise.stance not in ("semi-tandem", "tandem"):
        return None
    return exercise.side or "right"


def longest_foot(exercise: ExerciseView | None, length: float) -> float:
    """Return how long a foot may be drawn, for feet one in front of the other to fit on a plate this long."""
    feet = feet_of(exercise)
    span = 1 + max(foot.y for foot in feet) - min(foot.y for foot in feet)
    return PLATE_SHARE * length / span
