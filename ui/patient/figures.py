"""Pictures of how to stand, drawn as shapes: the person seen from behind, so that left is left.

Coordinates of a picture: x from 0 to 400, y from 0 (top) to 480; `Sketch` places them on the page.
"""

from typing import Final

from station.training.prescription import Device
from station.training.routine import Stance, Support, Surface
from station.training.snapshot import ExerciseView
from ui.patient.devices import BOARD_Y, HANDLE_Y, draw_device
from ui.patient.feet import in_front
from ui.patient.insets import draw_inset
from ui.patient.pen import Pen, Point
from ui.patient.sketch import Sketch
from ui.patient.theme import CALM, CARD, INK, WARM, mix

BODY_COLOUR: Final = mix(CALM, CARD, 0.42)
SHADE: Final = mix(CALM, CARD, 0.62)  # the leg that rests
AHEAD: Final = mix(CALM, CARD, 0.5)  # the leg in front, farther from who looks
ASIDE: Final[dict[Stance, int]] = {"one-leg": 12, "together": 17, "semi-tandem": 19, "tandem": 5}
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
RAISED: Final = 30  # the heels above the ground, in a calf raise


def stance_picture(pen: Pen, at: Point, size: float, exercise: ExerciseView, device: Device) -> None:
    """Draw stance, support, device and surface; the picture is 400 x 480 times `size` large."""
    sketch = Sketch(pen, at, size)
    raised = exercise.kind == "repetitions"
    lift = SURFACE_HEIGHT[exercise.surface] + (RAISED if raised else 0)
    draw_device(sketch, device, exercise.support)
    _ground(sketch, exercise.surface)
    _person(sketch, exercise, lift, raised=raised)
    draw_inset(sketch, exercise)
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


def _person(sketch: Sketch, exercise: ExerciseView, lift: int, *, raised: bool) -> None:
    if raised:
        _forefeet(sketch)
    _legs(sketch, exercise, lift, raised=raised)
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


def _forefeet(sketch: Sketch) -> None:
    """Draw what is on the ground of feet on their toes, seen from behind."""
    for way in (-1, 1):
        x = 200 + 30 * way
        sketch.line([(x + 2 * way, BOARD_Y - RAISED - 14), (x + 4 * way, BOARD_Y - 12)], 24, AHEAD)
        sketch.line([(x - 7 * way, BOARD_Y - 9), (x + 17 * way, BOARD_Y - 9)], 17, AHEAD)


def _legs(sketch: Sketch, exercise: ExerciseView, lift: int, *, raised: bool) -> None:
    floor = BOARD_Y - lift
    hip_y, knee_y = 270 - lift, (270 + BOARD_Y) / 2 - lift
    front = in_front(exercise)
    # The foot in front is farther away: first, higher and paler, so that the other covers it.
    for side in sorted(("left", "right"), key=lambda side: side != front):
        way = 1 if side == "right" else -1
        hip = 200 + 20 * way
        if exercise.stance == "one-leg" and exercise.side != side:
            bent = [(hip, hip_y), (hip + 14 * way, knee_y), (hip + 12 * way, knee_y + 36)]
            sketch.line([(float(x), float(y)) for x, y in bent], 32, SHADE)
            continue
        standing = 200 + ASIDE.get(exercise.stance, 30) * way
        ground = floor - (22 if side == front else 0)
        colour = AHEAD if side == front else CALM
        sketch.line([(hip, hip_y), (standing, ground - 16)], 34, colour)
        if not raised:
            sketch.line([(standing - 6 * way, ground - 11), (standing + 17 * way, ground - 11)], 22, colour)


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
