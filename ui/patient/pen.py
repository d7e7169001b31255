"""A pen that draws smooth shapes in logical pixels on a surface of any scale."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, cos, pi, sin, tau

import pygame

from ui.patient.theme import Colour

Point = tuple[float, float]


class Pen:
    """Draws on `surface`; `scale` is its real pixels for one logical pixel."""

    def __init__(self, surface: pygame.Surface, scale: float) -> None:
        self._surface = surface
        self._scale = scale

    def _at(self, point: Point) -> Point:
        return point[0] * self._scale, point[1] * self._scale

    def _rect(self, rect: pygame.Rect) -> pygame.Rect:
        left, top = self._at(rect.topleft)
        right, bottom = self._at(rect.bottomright)
        return pygame.Rect(round(left), round(top), round(right) - round(left), round(bottom) - round(top))

    def wash(self, colour: Colour, rect: pygame.Rect | None = None) -> None:
        """Fill the rectangle, or everything."""
        self._surface.fill(colour, None if rect is None else self._rect(rect))

    def block(
        self,
        rect: pygame.Rect,
        fill: Colour,
        *,
        radius: float = 24,
        edge: Colour | None = None,
        edge_width: float = 3,
    ) -> None:
        """Draw a rounded rectangle, with an outline inside its border when `edge` is given."""
        box, corner = self._rect(rect), round(radius * self._scale)
        if edge is not None:
            pygame.draw.rect(self._surface, edge, box, border_radius=corner)
            width = max(1, round(edge_width * self._scale))
            box, corner = box.inflate(-2 * width, -2 * width), max(0, corner - width)
        pygame.draw.rect(self._surface, fill, box, border_radius=corner)

    def frame(self, rect: pygame.Rect, line: Colour, ground: Colour, *, radius: float, width: float) -> None:
        """Round the corners of a picture: paint its square corners like the ground, and outline the rest."""
        box, corner = self._rect(rect), round(radius * self._scale)
        self._surface.set_clip(box)
        outside = box.inflate(2 * corner, 2 * corner)
        pygame.draw.rect(self._surface, ground, outside, width=corner, border_radius=2 * corner)
        thick = max(1, round(width * self._scale))
        pygame.draw.rect(self._surface, line, box, width=thick, border_radius=corner)
        self._surface.set_clip(None)

    def disc(self, centre: Point, radius: float, fill: Colour) -> None:
        """Draw a filled circle."""
        pygame.draw.aacircle(self._surface, fill, self._at(centre), radius * self._scale)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """Draw a filled polygon with a smooth outline."""
        corners = [self._at(point) for point in points]
        pygame.draw.polygon(self._surface, fill, corners)
        pygame.draw.aalines(self._surface, fill, True, corners)  # noqa: FBT003 - pygame takes it by place

    def stroke(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a line through the points with round ends and joints."""
        half = width / 2
        for (x0, y0), (x1, y1) in pairwise(points):
            length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
            if length > 0:
                across_x, across_y = (y0 - y1) / length * half, (x1 - x0) / length * half
                corners = (
                    (x0 + across_x, y0 + across_y),
                    (x1 + across_x, y1 + across_y),
                    (x1 - across_x, y1 - across_y),
                    (x0 - across_x, y0 - across_y),
                )
                self.shape(corners, colour)
        for point in points:
            self.disc(point, half, colour)

    def ring(self, centre: Point, radius: float, width: float, colour: Colour, *, share: float = 1.0) -> None:
        """Draw a ring of mean radius `radius`, or the first `share` of it, clockwise from the top."""
        share = min(1.0, share)
        if share <= 0:
            return
        steps = max(2, ceil(share * 2 * pi * radius * self._scale / 6))
        angles = [share * tau * step / steps - pi / 2 for step in range(steps + 1)]
        outer = [self._on_circle(centre, radius + width / 2, angle) for angle in angles]
        inner = [self._on_circle(centre, radius - width / 2, angle) for angle in reversed(angles)]
        self.shape(outer + inner, colour)
        if share < 1:
            self.disc(self._on_circle(centre, radius, angles[0]), width / 2, colour)
            self.disc(self._on_circle(centre, radius, angles[-1]), width / 2, colour)

    @staticmethod
    def _on_circle(centre: Point, radius: float, angle: float) -> Point:
        return centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)

    def clip(self, rect: pygame.Rect | None) -> None:
        """Keep what follows inside the rectangle; None ends it."""
        self._surface.set_clip(None if rect is None else self._rect(rect))
