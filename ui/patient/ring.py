"""A ring that fills as time or a count goes on, drawn anew only when a step more of it is full."""

from functools import lru_cache
from typing import Final

import pygame

from ui.patient.canvas import FINE, Canvas
from ui.patient.pen import Pen, Point
from ui.patient.theme import CALM

RING_WIDTH: Final = 30
RING_STEPS: Final = 360  # 2 px each: finer is not seen, and each step is drawn anew


def filling_ring(
    canvas: Canvas, centre: Point, radius: float, share: float, *, width: float = RING_WIDTH
) -> None:
    """Draw the first `share` (0 to 1) of a ring over a live page, clockwise from the top."""
    picture = _ring_picture(radius, width, round(min(1.0, share) * RING_STEPS), canvas.scale)
    half = picture.get_width() / 2 / canvas.scale
    canvas.overlay(picture, (centre[0] - half, centre[1] - half))


@lru_cache(maxsize=2)
def _ring_picture(radius: float, width: float, step: int, scale: float) -> pygame.Surface:
    """Return the held part of the ring on a clear ground, smoothed; one step lasts several frames."""
    side = round(2 * (radius + width) * scale)
    large = pygame.Surface((side * FINE, side * FINE), pygame.SRCALPHA)
    large.fill((*CALM, 0))  # clear, in the colour of the ring: its edges blend without a fringe
    middle = side / 2 / scale
    Pen(large, scale * FINE).ring((middle, middle), radius, width, CALM, share=step / RING_STEPS)
    return pygame.transform.smoothscale(large, (side, side))
