"""A pen with its own origin and size, for pictures made of strokes."""

from collections.abc import Sequence
from math import hypot

from ui.patient.pen import Pen, Point
from ui.patient.theme import Colour


class Sketch:
    """Draws in the coordinates of a picture, `size` px of the page for each, from the point `at`."""

    def __init__(self, pen: Pen, at: Point, size: float) -> None:
        self.pen = pen
        self._at = at
        self.size = size

    def place(self, x: float, y: float) -> Point:
        """Return where a point of the picture lies on the page."""
        return self._at[0] + x * self.size, self._at[1] + y * self.size

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a limb, or a tube."""
        self.pen.stroke([self.place(x, y) for x, y in points], width * self.size, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Draw a filled circle."""
        self.pen.disc(self.place(x, y), radius * self.size, colour)

    def arrow(self, start: Point, end: Point, width: float, colour: Colour) -> None:
        """Draw an arrow; its head is three times as wide as its shaft."""
        (x0, y0), (x1, y1) = start, end
        length = hypot(x1 - x0, y1 - y0) or 1.0
        along_x, along_y = (x1 - x0) / length, (y1 - y0) / length
        neck = x1 - 2.2 * width * along_x, y1 - 2.2 * width * along_y
        self.line([start, neck], width, colour)
        across_x, across_y = -along_y * 1.6 * width, along_x * 1.6 * width
        head = [end, (neck[0] + across_x, neck[1] + across_y), (neck[0] - across_x, neck[1] - across_y)]
        self.shape(head, colour)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """Draw a filled polygon."""
        self.pen.shape([self.place(x, y) for x, y in points], colour)
