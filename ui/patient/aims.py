"""Where to lean: the targets of a weight shift, and the eight ways of the limits of stability."""

from math import hypot
from typing import Final

import pygame

from station.training.snapshot import LiveView
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold
from ui.patient.pen import Pen, Point
from ui.patient.place import Scene
from ui.patient.ring import filling_ring
from ui.patient.theme import CALM, CALM_SOFT, CARD, EDGE, HAIR, INK, TRAIL

QUIET_WIDTH: Final = 4
RING_GAP: Final = 17  # from the edge of the target to the middle of the ring of its time
RING_WIDTH: Final = 18
BADGE: Final = 26  # radius of the disc with the number
ARROW_WIDTH: Final = 16
WAY_WIDTH: Final = 4
REACH_WIDTH: Final = 26
NEAR: Final = 40  # px around the start that stay free


def draw_targets(canvas: Canvas, scene: Scene, live: LiveView) -> None:
    """Draw every target at its place: those to come as rings, those reached ticked, the one now on top.

    The one to go to now is filled, has a thick border, the track of its time, and its number on the far side.
    """
    radius = (live.target_radius_mm or 0.0) * scene.px_per_mm
    for number, place_mm in enumerate(live.targets_mm):
        if number != live.target_index:
            _other(canvas.pen, scene.at(*place_mm), radius, reached=number in live.reached)
    if live.target_index is not None and live.target_index < len(live.targets_mm):
        centre = scene.at(*live.targets_mm[live.target_index])
        _now(canvas.pen, centre, radius)
        outside = radius + RING_GAP + RING_WIDTH / 2 + BADGE
        _badge(canvas, _beyond(scene.at(*scene.start_mm), centre, outside), live.target_index + 1)


def _other(pen: Pen, centre: Point, radius: float, *, reached: bool) -> None:
    pen.ring(centre, radius, QUIET_WIDTH, EDGE)
    if reached:
        x, y = centre
        path = [(-0.3, 0.02), (-0.08, 0.26), (0.34, -0.24)]
        pen.stroke([(x + a * radius, y + b * radius) for a, b in path], 8, EDGE)


def _now(pen: Pen, centre: Point, radius: float) -> None:
    pen.disc(centre, radius + RING_GAP + RING_WIDTH / 2 + 5, CARD)
    pen.ring(centre, radius + RING_GAP, RING_WIDTH, HAIR)
    pen.disc(centre, radius, CALM)
    pen.disc(centre, radius - 7, CALM_SOFT)


def _badge(canvas: Canvas, centre: Point, number: int) -> None:
    """Write the number where the dot does not cover it."""
    canvas.pen.disc(centre, BADGE + 4, CARD)
    canvas.pen.disc(centre, BADGE, CALM)
    box = pygame.Rect(0, 0, 2 * BADGE, 2 * BADGE)
    box.center = (round(centre[0]), round(centre[1]))
    canvas.write(str(number), box, bold(36, CARD), align="centre", anchor="middle")


def draw_time_in_target(canvas: Canvas, scene: Scene, live: LiveView) -> None:
    """Draw how much of its time the target has been kept."""
    if live.target_share is not None and live.target_radius_mm is not None:
        centre, radius = scene.target(live)
        filling_ring(canvas, centre, radius + RING_GAP, live.target_share, width=RING_WIDTH)


def draw_ways(pen: Pen, scene: Scene, live: LiveView) -> None:
    """Draw the ways to lean as thin lines, the one to lean now as an arrow."""
    start = scene.at(*scene.start_mm)
    for place_mm in live.targets_mm:
        end = scene.at(*place_mm)
        pen.stroke([_between(start, end, NEAR), end], WAY_WIDTH, EDGE)
        pen.disc(end, 9, EDGE)
    if live.target_index is not None and live.target_index < len(live.targets_mm):
        _arrow(pen, start, scene.at(*live.targets_mm[live.target_index]))
    pen.ring(start, 12, 4, EDGE)


def _arrow(pen: Pen, start: Point, end: Point) -> None:
    length = hypot(end[0] - start[0], end[1] - start[1])
    along_x, along_y = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    tip, neck = _between(start, end, length + 26), _between(start, end, length - 26)
    head = [
        tip,
        (neck[0] - 34 * along_y, neck[1] + 34 * along_x),
        (neck[0] + 34 * along_y, neck[1] - 34 * along_x),
    ]
    pen.stroke([_between(start, end, NEAR), neck], ARROW_WIDTH, CALM)
    pen.shape(head, CALM)


def draw_reaches(pen: Pen, scene: Scene, live: LiveView) -> None:
    """Draw how far the furthest lean went each way: a bar with a mark across its end."""
    start = scene.at(*scene.start_mm)
    pen.clip(scene.picture)
    for place_mm, reach_mm in zip(live.targets_mm, live.reach_mm, strict=False):
        if reach_mm is not None:
            end = _between(start, scene.at(*place_mm), reach_mm * scene.px_per_mm)
            _reach(pen, start, end)
    pen.clip(None)


def _reach(pen: Pen, start: Point, end: Point) -> None:
    length = hypot(end[0] - start[0], end[1] - start[1])
    if length <= NEAR:
        return
    across_x, across_y = (start[1] - end[1]) / length * 22, (end[0] - start[0]) / length * 22
    pen.stroke([_between(start, end, NEAR), end], REACH_WIDTH, TRAIL)
    pen.stroke([(end[0] - across_x, end[1] - across_y), (end[0] + across_x, end[1] + across_y)], 10, INK)


def _beyond(start: Point, end: Point, far: float) -> Point:
    """Return the point this many px behind the end, seen from the start."""
    return _between(start, end, hypot(end[0] - start[0], end[1] - start[1]) + far)


def _between(start: Point, end: Point, far: float) -> Point:
    """Return the point this many px from the start towards the end, or beyond it."""
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    return start[0] + (end[0] - start[0]) / length * far, start[1] + (end[1] - start[1]) / length * far
