"""Counted raises: a very large count with a ring that fills, and a foot that is up or down."""

from typing import Final

import pygame

from station.training.snapshot import Snapshot
from ui.patient.canvas import Canvas
from ui.patient.insets import rising_foot
from ui.patient.lettering import bold
from ui.patient.place import CORNER
from ui.patient.ring import RING_WIDTH, filling_ring
from ui.patient.sketch import Sketch
from ui.patient.theme import CARD, EDGE, HAIR, INK, QUIET
from ui.patient.words import _

RING_RADIUS: Final = 244
FOOT_SIZE: Final = 1.9
NUMBER_PX: Final = 260
GOAL_PX: Final = 84


def count_still(canvas: Canvas, room: pygame.Rect) -> None:
    """Draw the ground of the count and the track of its ring."""
    canvas.pen.block(room, CARD, radius=CORNER, edge=EDGE, edge_width=4)
    canvas.pen.ring(room.center, RING_RADIUS, RING_WIDTH, HAIR)


def count_live(canvas: Canvas, snapshot: Snapshot, room: pygame.Rect) -> None:
    """Write how many of how many; nothing where the count is not known."""
    count, goal = snapshot.live.count, snapshot.live.goal
    if count is None or not goal:
        return
    filling_ring(canvas, room.center, RING_RADIUS, count / goal)
    number = pygame.Rect(room.centerx - 200, room.centery - 190, 400, 260)
    face = bold(NUMBER_PX, INK if snapshot.counting else QUIET)
    canvas.write(str(count), number, face, align="centre", anchor="middle")
    below = pygame.Rect(room.centerx - 170, number.bottom, 340, 110)
    words = _("of {goal}").format(goal=goal)
    canvas.write(words, below, bold(GOAL_PX, QUIET), align="centre", anchor="middle")


def raise_live(canvas: Canvas, snapshot: Snapshot, room: pygame.Rect) -> None:
    """Draw a foot on its toes or flat, and say which, as the board has seen it."""
    up = snapshot.live.up
    if up is None:
        return
    sketch = Sketch(canvas.pen, (room.left + 84, room.centery + 16), 1.0)
    rising_foot(sketch, (0, 0), FOOT_SIZE, up=up)
    words = _("Heels up") if up else _("Heels down")
    box = pygame.Rect(room.left + 216, room.top, room.width - 216, room.height)
    canvas.write(words, box, bold(56), anchor="middle", balanced=True)
