"""Pictures of how to stand, drawn as shapes: the person seen from behind, so that left is left.

Coordinates of a picture: x from 0 to 400, y from 0 (top) to 480; `Sketch` places them on the page.
"""

from typing import Final

from station.training.prescription import Device
from station.training.routine import Support, Surface
from station.training.snapshot import ExerciseView
from ui.patient.devices import BOARD_Y, HANDLE_Y, draw_device
from ui.patient.pen import Pen, Point
from ui.patient.sketch import Sketch
from ui.patient.theme import CALM, CARD, INK, WARM, Colour, mix

BODY_COLOUR: Final = mix(CALM, CARD, 0.42)
SHADE: Final = mix(CALM, CARD, 0.62)  # the leg that rests
SURFACE_HEIGHT: Final[dict[Surface, int]] = {
    "firm": 0,
    "foam": 34,
    "rocker-side": 40,
    "rocker-forward": 40,
    "wobble": 40,
}
HAND_LIFT: Final[dict[Support, int]] = {
    "two-hands": 0,
    "one-hand": 0,
    "fingertips": 12,
    "hovering": 26,
    "none": 0,
}
RIGHT_SOLE: Final[tuple[Point, ...]] = (
    # Outline of a right sole seen from above: x to the right, y to the toes, in shares of its length.
    (0.00, -0.50), (0.08, -0.48), (0.13, -0.40), (0.13, -0.26), (0.11, -0.10), (0.13, 0.06), (0.17, 0.20),
    (0.17, 0.32), (0.13, 0.42), (0.05, 0.49), (-0.04, 0.50), (-0.12, 0.45), (-0.17, 0.34), (-0.17, 0.20),
    (-0.13, 0.06), (-0.10, -0.10), (-0.11, -0.26), (-0.12, -0.40), (-0.08, -0.48),
)  # fmt: skip


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


def stance_picture(pen: Pen, at: Point, size: float, exercise: ExerciseView, device: Device) -> None:
    """Draw stance, support, device and surface; the picture is 400 x 480 times `size` large."""
    sketch = Sketch(pen, at, size)
    lift = SURFACE_HEIGHT[exercise.surface]
    draw_device(sketch, device, exercise.support)
    _ground(sketch, exercise.surface)
    _person(sketch, exercise, lift)
    if exercise.vision == "closed":
        _closed_eye(sketch, 332, 70)


def _ground(sketch: Sketch, surface: Surface) -> None:
    sketch.line([(102, BOARD_Y + 12), (298, BOARD_Y + 12)], 24, INK)
    top = BOARD_Y - SURFACE_HEIGHT[surface]
    if surface == "foam":
        sketch.line([(130, top + 17), (270, top + 17)], 33, WARM)
        for x in range(134, 272, 22):
            sketch.disc(x, top + 12, 3, CARD)
            sketch.disc(x + 9, top + 23, 3, CARD)
    elif surface == "rocker-side":
        half = [
            (165, top + 12),
            (176, top + 26),
            (190, top + 34),
            (210, top + 34),
            (224, top + 26),
            (235, top + 12),
        ]
        sketch.shape(half, WARM)
        sketch.line([(118, top + 7), (282, top + 7)], 13, WARM)
    elif surface == "rocker-forward":
        sketch.line([(150, top + 24), (250, top + 24)], 22, mix(WARM, CARD, 0.35))
        sketch.line([(118, top + 7), (282, top + 7)], 13, WARM)
    elif surface == "wobble":
        sketch.disc(200, top + 20, 19, WARM)
        sketch.line([(118, top + 7), (282, top + 7)], 13, WARM)


def _person(sketch: Sketch, exercise: ExerciseView, lift: int) -> None:
    _legs(sketch, exercise, lift)
    shoulder_y = 152 - lift * 0.6
    sketch.shape(
        [(158, shoulder_y - 18), (242, shoulder_y - 18), (236, 268 - lift), (164, 268 - lift)], BODY_COLOUR
    )
    sketch.line([(160, shoulder_y), (240, shoulder_y)], 38, BODY_COLOUR)
    sketch.line([(180, 262 - lift), (220, 262 - lift)], 34, BODY_COLOUR)
    sketch.line([(200, shoulder_y - 40), (200, shoulder_y)], 24, BODY_COLOUR)
    sketch.disc(200, shoulder_y - 74, 38, BODY_COLOUR)
    both = exercise.support in {"two-hands", "fingertips", "hovering"}
    for right in (False, True):
        on_support = both or (exercise.support == "one-hand" and right)
        _arm(sketch, exercise.support, shoulder_y, right=right, on_support=on_support)


def _legs(sketch: Sketch, exercise: ExerciseView, lift: int) -> None:
    floor = BOARD_Y - lift
    hip_y, knee_y = 270 - lift, (270 + BOARD_Y) / 2 - lift
    for right in (False, True):
        way = 1 if right else -1
        hip, foot = 200 + 20 * way, 200 + 30 * way
        rests = exercise.stance == "one-leg" and exercise.side == ("left" if right else "right")
        if rests:
            bent = [(hip, hip_y), (hip + 14 * way, knee_y), (hip + 12 * way, knee_y + 36)]
            sketch.line([(float(x), float(y)) for x, y in bent], 32, SHADE)
        else:
            standing = 200 + 12 * way if exercise.stance == "one-leg" else foot
            sketch.line([(hip, hip_y), (standing, floor - 16)], 34, CALM)
            sketch.line([(standing - 6 * way, floor - 11), (standing + 17 * way, floor - 11)], 22, CALM)


def _arm(sketch: Sketch, support: Support, shoulder_y: float, *, right: bool, on_support: bool) -> None:
    way = 1 if right else -1
    shoulder = (200 + 46 * way, shoulder_y + 4)
    if not on_support:
        sketch.line(
            [shoulder, (200 + 62 * way, shoulder_y + 66), (200 + 58 * way, shoulder_y + 122)], 24, BODY_COLOUR
        )
        return
    hand_x, hand_y = 200 + 96 * way, HANDLE_Y - 12 - HAND_LIFT[support]
    sketch.line([shoulder, (200 + 84 * way, shoulder_y + 56), (hand_x, hand_y - 8)], 24, BODY_COLOUR)
    sketch.disc(hand_x, hand_y, 15, WARM)
    if support == "fingertips":
        for shift in (-8, 0, 8):
            sketch.line([(hand_x + shift, hand_y + 6), (hand_x + shift, hand_y + 19)], 5, WARM)


def _closed_eye(sketch: Sketch, x: float, y: float) -> None:
    sketch.disc(x, y, 46, INK)
    sketch.disc(x, y, 43, CARD)
    lid = [(x - 27, y - 6), (x - 15, y + 6), (x, y + 11), (x + 15, y + 6), (x + 27, y - 6)]
    sketch.line([(float(a), float(b)) for a, b in lid], 6, INK)
    for a, b, c, d in ((-18, 5, -24, 16), (0, 11, 0, 24), (18, 5, 24, 16)):
        sketch.line([(x + a, y + b), (x + c, y + d)], 5, INK)
