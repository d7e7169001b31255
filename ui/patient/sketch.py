"""A pen with its own origin and size, for pictures made of strokes."""

from collections.abc import Sequence

from ui.patient.pen import Pen, Point
from ui.patient.theme import Colour


class Sketch:
    """Draws in the coordinates of a picture, `size` px of the page for each, from the point `at`."""

    def __init__(self, pen: Pen, at: Point, size: float) -> None:
        self._pen = pen
        self._at = at
        self._size = size

    def place(self, x: float, y: float) -> Point:
        """Return where a point of the picture lies on the page."""
        return self._at[0] + x * self._size, self._at[1] + y * self._size

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a limb, or a tube."""
        self._pen.stroke([self.place(x, y) for x, y in points], width * self._size, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Draw a filled circle."""
        self._pen.disc(self.place(x, y), radius * self._size, colour)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """Draw a filled polygon."""
        self._pen.shape([self.place(x, y) for x, y in points], colour)
