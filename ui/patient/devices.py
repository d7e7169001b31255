"""What a person holds on to, drawn as shapes in the coordinates of `figures`: grips where the hands are."""

from typing import Final

from station.training.prescription import Device
from station.training.routine import Support
from ui.patient.sketch import Sketch
from ui.patient.theme import EDGE, HAIR, INK, Colour

HANDLE_Y: Final = 262
BOARD_Y: Final = 440
FLOOR_Y: Final = BOARD_Y + 20
GRIPS_X: Final = (104, 296)
TUBE: Final = 9


def draw_device(sketch: Sketch, device: Device, support: Support) -> None:
    """Draw the device; faint when the hands are free and it only stands within reach."""
    faint = support == "none"
    tube, grip = HAIR if faint else EDGE, HAIR if faint else INK
    if device == "walker":
        _walker(sketch, tube, grip)
    elif device == "crutches":
        for way in (1,) if support == "one-hand" else (-1, 1):
            _crutch(sketch, tube, grip, way)
    elif device == "cane":
        _cane(sketch, tube, grip)
        _chair(sketch, tube, grip, 46, 150)  # a cane carries one hand only
    else:
        _chair(sketch, tube, grip, 84, 316)


def _walker(sketch: Sketch, tube: Colour, grip: Colour) -> None:
    for inner, outer in zip(GRIPS_X, (74, 326), strict=True):
        sketch.line([(inner, HANDLE_Y + 6), (outer, FLOOR_Y)], TUBE, tube)
    sketch.line([(99, 330), (301, 330)], TUBE, tube)
    sketch.line([(96, 372), (304, 372)], TUBE, tube)
    for x in GRIPS_X:
        _grip(sketch, x, grip)


def _crutch(sketch: Sketch, tube: Colour, grip: Colour, way: int) -> None:
    """Draw a forearm crutch: a shaft to the floor, a grip, and a cuff around the forearm."""
    x, foot, cuff_y = 200 + 96 * way, 200 + 132 * way, HANDLE_Y - 58
    sketch.line([(x - 6 * way, cuff_y), (x, HANDLE_Y + 4), (foot, FLOOR_Y)], TUBE, tube)
    sketch.line([(x - 30 * way, cuff_y), (x + 14 * way, cuff_y)], 16, grip)
    sketch.line([(foot - way, FLOOR_Y - 6), (foot, FLOOR_Y)], 17, grip)
    _grip(sketch, x, grip)


def _cane(sketch: Sketch, tube: Colour, grip: Colour) -> None:
    """Draw a cane at the right hand."""
    x, foot = GRIPS_X[1], 326
    sketch.line([(x, HANDLE_Y + 4), (foot, FLOOR_Y)], TUBE, tube)
    sketch.line([(foot - 1, FLOOR_Y - 6), (foot, FLOOR_Y)], 17, grip)
    sketch.line([(x - 14, HANDLE_Y + 4), (x + 24, HANDLE_Y + 4), (x + 34, HANDLE_Y + 14)], 15, grip)


def _chair(sketch: Sketch, frame: Colour, back: Colour, left: float, right: float) -> None:
    """Draw a chair seen from behind its back."""
    seat_y = HANDLE_Y + 112
    for x in (left, right):
        sketch.line([(x, HANDLE_Y + 6), (x, FLOOR_Y)], TUBE + 2, frame)
    for y in (HANDLE_Y + 38, HANDLE_Y + 66):
        sketch.line([(left, y), (right, y)], TUBE, frame)
    sketch.line([(left, seat_y), (right, seat_y)], 15, frame)
    sketch.line([(left, HANDLE_Y + 6), (right, HANDLE_Y + 6)], 17, back)


def _grip(sketch: Sketch, x: float, colour: Colour) -> None:
    sketch.line([(x - 17, HANDLE_Y + 4), (x + 17, HANDLE_Y + 4)], 17, colour)
