"""A small round picture beside a person seen from behind, for what is not seen from there."""

from math import cos, pi, sin
from typing import Final

from station.training.routine import Stance, Surface
from station.training.snapshot import ExerciseView
from ui.patient.feet import feet_of, sole
from ui.patient.pen import Point
from ui.patient.sketch import Sketch
from ui.patient.theme import CALM, CARD, INK, WARM, Colour, mix

AT: Final[Point] = (74, 76)
RADIUS: Final = 69
PALE: Final = mix(CALM, CARD, 0.55)
LENGTHS: Final[dict[Stance, float]] = {"together": 86, "semi-tandem": 68, "tandem": 60}
# Ways a board tips, as angles in quarter turns from the right.
TIPS: Final[dict[Surface, tuple[int, ...]]] = {
    "rocker-side": (0, 2),
    "rocker-forward": (1, 3),
    "wobble": (0, 1, 2, 3),
}


def draw_inset(sketch: Sketch, exercise: ExerciseView) -> None:
    """Draw feet that are close, heels that rise, ways to lean or ways a board tips; nothing where none is."""
    if exercise.kind == "repetitions":
        _round(sketch)
        rising_foot(sketch, AT, 1.0, up=True)
        sketch.arrow((AT[0] - 40, AT[1] + 2), (AT[0] - 40, AT[1] - 36), 8, WARM)
    elif exercise.kind in ("targets", "reach"):
        _round(sketch)
        _ways_to_lean(sketch, exercise.targets or 8)
    elif exercise.stance in LENGTHS:
        _round(sketch)
        _feet(sketch, exercise, LENGTHS[exercise.stance])
    elif exercise.surface in TIPS:
        _round(sketch)
        _feet(sketch, exercise, 58)
        for quarter in TIPS[exercise.surface]:
            _outward(sketch, quarter * pi / 2, 42, 64, WARM)


def _round(sketch: Sketch) -> None:
    sketch.disc(*AT, RADIUS, INK)
    sketch.disc(*AT, RADIUS - 3, CARD)


def _feet(sketch: Sketch, exercise: ExerciseView, length: float) -> None:
    for foot in feet_of(exercise):
        behind = foot.y < 0
        place = sketch.place(AT[0] + foot.x * length, AT[1] - foot.y * length)
        sole(sketch.pen, place, length * sketch.size, PALE if behind else CALM, left=foot.left)


def _ways_to_lean(sketch: Sketch, number: int) -> None:
    for way in range(number):
        _outward(sketch, way * 2 * pi / number, 18, 62, CALM)
    sketch.disc(*AT, 11, INK)


def _outward(sketch: Sketch, angle: float, start: float, end: float, colour: Colour) -> None:
    from_, to = ((AT[0] + far * cos(angle), AT[1] - far * sin(angle)) for far in (start, end))
    sketch.arrow(from_, to, 7, colour)


def rising_foot(sketch: Sketch, at: Point, size: float, *, up: bool) -> None:
    """Draw a foot from its side, on the toes or flat; about 80 x 84 times `size`."""
    x, y = at
    ground = y + 40 * size

    def place(dx: float, dy: float) -> Point:
        return x + dx * size, ground + dy * size

    sketch.line([place(-34, 5), place(42, 5)], 6 * size, INK)
    toes, ball = place(32, -7), place(16, -9)
    heel, ankle, shin = (
        (place(-12, -34), place(-6, -46), place(-4, -78))
        if up
        else (place(-22, -9), place(-14, -24), place(-12, -62))
    )
    sketch.line([toes, ball], 14 * size, CALM)
    sketch.line([ball, heel], 20 * size, CALM)
    sketch.line([ball, ankle, shin], 20 * size, CALM)
