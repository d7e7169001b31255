"""Pictures of exercises beside the plate, in the coordinates of a `Sketch`: 400 wide, 300 high.

Somebody who lies is seen from the side that moves: head to the left for the right leg, mirrored for the left.
"""

from collections.abc import Callable, Sequence
from typing import Final

from station.training.prescription import Device
from station.training.snapshot import ExerciseView
from ui.patient.feet import sole
from ui.patient.pen import Pen, Point
from ui.patient.sketch import Sketch
from ui.patient.theme import CALM, CARD, EDGE, HAIR, INK, WARM, Colour, mix

BODY_COLOUR: Final = mix(CALM, CARD, 0.42)
REST: Final = mix(CALM, CARD, 0.62)  # the leg that rests
GROUND_Y: Final = 262
WIDTH: Final = 400.0
LYING: Final = ("leg-raise", "heel-slide", "core")
LYING_LIFT: Final = 34  # they leave the upper half empty


class _Scene:
    """A sketch that may be mirrored from left to right."""

    def __init__(self, sketch: Sketch, *, mirrored: bool) -> None:
        self.sketch = sketch
        self._mirrored = mirrored

    def at(self, point: Point) -> Point:
        return (WIDTH - point[0], point[1]) if self._mirrored else point

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        self.sketch.line([self.at(point) for point in points], width, colour)

    def disc(self, point: Point, radius: float, colour: Colour) -> None:
        self.sketch.disc(*self.at(point), radius, colour)

    def arrow(self, start: Point, end: Point) -> None:
        self.sketch.arrow(self.at(start), self.at(end), 11, WARM)


def is_pictured(exercise: ExerciseView) -> bool:
    """Return whether there is a picture of this exercise."""
    return exercise.picture in PICTURES


def off_plate_picture(pen: Pen, at: Point, size: float, exercise: ExerciseView, device: Device) -> None:
    """Draw the exercise; nothing where its picture is not known."""
    draw = PICTURES.get(exercise.picture or "")
    if draw is not None:
        lift = LYING_LIFT * size if exercise.picture in LYING else 0.0
        draw(_Scene(Sketch(pen, (at[0], at[1] - lift), size), mirrored=exercise.side == "left"), device)


def _lying(scene: _Scene) -> None:
    """Draw mat, head, trunk and arm of somebody on the back."""
    scene.line([(24, GROUND_Y), (376, GROUND_Y)], 16, INK)
    scene.disc((54, 216), 33, BODY_COLOUR)
    scene.line([(104, 230), (196, 230)], 44, BODY_COLOUR)


def _arm(scene: _Scene) -> None:
    scene.line([(108, 236), (150, 244), (186, 244)], 17, mix(CALM, CARD, 0.2))


def _leg_raise(scene: _Scene, _device: Device) -> None:
    _lying(scene)
    scene.line([(200, 232), (262, 158), (298, 238)], 30, REST)
    scene.line([(296, 242), (318, 242)], 20, REST)
    scene.line([(200, 232), (340, 150)], 32, CALM)
    scene.line([(342, 146), (332, 124)], 20, CALM)
    scene.arrow((366, 236), (366, 168))
    _arm(scene)


def _heel_slide(scene: _Scene, _device: Device) -> None:
    _lying(scene)
    scene.line([(200, 234), (356, 238)], 28, REST)
    scene.line([(358, 238), (362, 212)], 18, REST)
    scene.line([(200, 230), (250, 148), (290, 238)], 32, CALM)
    scene.line([(290, 242), (312, 242)], 20, CALM)
    scene.arrow((360, 290), (270, 290))
    _arm(scene)


def _core(scene: _Scene, _device: Device) -> None:
    _lying(scene)
    scene.line([(206, 232), (276, 156), (318, 238)], 30, REST)
    scene.line([(318, 242), (340, 242)], 20, REST)
    scene.line([(200, 232), (258, 148), (294, 238)], 32, CALM)
    scene.line([(294, 242), (316, 242)], 20, CALM)
    scene.arrow((160, 130), (160, 198))
    _arm(scene)


def _walk(scene: _Scene, device: Device) -> None:
    scene.line([(50, 290), (350, 290)], 12, INK)
    scene.line([(176, 176), (164, 226), (122, 262)], 28, REST)
    scene.line([(120, 264), (128, 278)], 18, REST)
    scene.line([(176, 176), (206, 224), (212, 270)], 30, CALM)
    scene.line([(212, 276), (234, 276)], 20, CALM)
    scene.line([(178, 108), (176, 172)], 44, BODY_COLOUR)
    scene.disc((184, 46), 33, BODY_COLOUR)
    arm = mix(CALM, CARD, 0.2)
    if device == "walker":
        scene.line([(246, 176), (250, 280)], 9, EDGE)
        scene.line([(262, 176), (306, 280)], 9, EDGE)
        scene.line([(250, 228), (286, 228)], 9, EDGE)
        scene.line([(236, 176), (276, 176)], 15, INK)
        scene.line([(180, 108), (206, 152), (244, 170)], 20, arm)
    elif device == "cane":
        scene.line([(240, 178), (252, 280)], 9, EDGE)
        scene.line([(228, 178), (248, 178)], 15, INK)
        scene.line([(180, 108), (206, 148), (238, 172)], 20, arm)
    else:
        scene.line([(180, 108), (204, 150), (236, 168)], 20, arm)
    scene.arrow((300, 84), (368, 84))


def _heel_to_toe(scene: _Scene, _device: Device) -> None:
    scene.line([(200, 32), (200, 268)], 62, HAIR)
    for number, left in enumerate((True, False, True)):
        colour = CALM if number == 2 else REST
        place = scene.sketch.place(200, 242 - 90 * number)
        sole(scene.sketch.pen, place, 88 * scene.sketch.size, colour, left=left)
    scene.sketch.arrow((276, 190), (276, 110), 11, WARM)


PICTURES: Final[dict[str, Callable[[_Scene, Device], None]]] = {
    "walk": _walk,
    "leg-raise": _leg_raise,
    "heel-slide": _heel_slide,
    "core": _core,
    "heel-to-toe": _heel_to_toe,
}
