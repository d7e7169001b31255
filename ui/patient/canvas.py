"""What pages draw on: shapes, text that knows its box, and buttons pressed where they were drawn."""

from math import ceil
from typing import Final, Literal, NamedTuple

import pygame

from station.session.protocol import Answer, Mark, Press
from ui.patient.lettering import LINE_PITCH, Face, Lettering, Setting
from ui.patient.pen import Pen
from ui.patient.theme import Colour

# Still shapes are drawn this much larger and smoothed down. Even, since smoothscale darkens flat colours
# at odd ratios; more than 2 is not seen on a real screen and costs four times the time.
FINE: Final = 2

Align = Literal["left", "centre", "right"]
Anchor = Literal["top", "middle", "bottom"]


class Choose(NamedTuple):
    """Mark an answer on the screen without sending it yet."""

    value: int


class Turn(NamedTuple):
    """Turn to another leaf of a page that has more to say than fits at once; counted from 0."""

    leaf: int


class Pick(NamedTuple):
    """Choose this on a page of the service area."""

    choice: str


Action = Press | Answer | Mark | Choose | Turn | Pick


class Button(NamedTuple):
    """Where a press does what, in logical px."""

    rect: pygame.Rect
    action: Action


class PlacedText(NamedTuple):
    """Text as it was set: for tests that nothing is cut off, too small or too faint."""

    text: str
    rect: pygame.Rect
    box: pygame.Rect
    setting: Setting
    colour: Colour


class _Line(NamedTuple):
    picture: pygame.Surface
    at: tuple[int, int]


def large_sheet(size_px: tuple[int, int]) -> pygame.Surface:
    """Return what a still page of this size is drawn on: 15 MB for 1280 x 720."""
    width, height = size_px
    return pygame.Surface((width * FINE, height * FINE), depth=32)


class Canvas:
    """One drawing of 1280 x 720 logical px onto `surface`, `scale` real px for each.

    A still canvas draws its shapes larger, on a sheet, and smooths them down when it is finished, then sets
    the text; a live one (`still=False`) draws at once, over what is there, cheap enough for every frame. A
    sheet that is given (`large_sheet`) is used, with whatever is on it: a page begins by washing it.
    """

    def __init__(
        self,
        surface: pygame.Surface,
        scale: float,
        lettering: Lettering,
        *,
        still: bool = True,
        sheet: pygame.Surface | None = None,
    ) -> None:
        self._surface = surface
        self.scale = scale
        self._lettering = lettering
        self._still = still
        self._lines: list[_Line] = []
        self.buttons: list[Button] = []
        self.texts: list[PlacedText] = []
        self._sheet = (sheet or large_sheet(surface.get_size())) if still else surface
        self.pen = Pen(self._sheet, scale * FINE if still else scale)

    def write(
        self,
        text: str,
        box: pygame.Rect,
        face: Face,
        *,
        align: Align = "left",
        anchor: Anchor = "top",
        balanced: bool = False,
    ) -> pygame.Rect:
        """Set the text in the box, smaller when it must be, and return the rectangle it fills."""
        setting = self._lettering.fit(text, box.size, face, balanced=balanced)
        weight, colour = face.weight, face.colour
        pitch = setting.size * LINE_PITCH
        height = pitch * len(setting.lines)
        top = (
            box.top + {"top": 0.0, "middle": (box.height - height) / 2, "bottom": box.height - height}[anchor]
        )
        rise = self._lettering.rise(setting.size, weight)
        left, right = float(box.right), float(box.left)
        for number, line in enumerate(setting.lines):
            width = self._lettering.width(line, setting.size, weight)
            x = box.left + {"left": 0.0, "centre": (box.width - width) / 2, "right": box.width - width}[align]
            y = top + pitch * (number + 0.5) - rise
            picture = self._lettering.picture(line, setting.size, weight, colour)
            self._put(picture, (round(x * self.scale), round(y * self.scale)))
            left, right = min(left, x), max(right, x + width)
        filled = pygame.Rect(round(left), round(top), max(0, round(right - left)), round(height))
        self.texts.append(PlacedText(text, filled, box.copy(), setting, colour))
        return filled

    def _put(self, picture: pygame.Surface, at: tuple[int, int]) -> None:
        if self._still:
            self._lines.append(_Line(picture, at))
        else:
            self._surface.blit(picture, at)

    def touchable(self, rect: pygame.Rect, action: Action) -> None:
        """Let a press inside the rectangle do this."""
        self.buttons.append(Button(rect.copy(), action))

    def finish(self) -> None:
        """Bring a still drawing onto its surface."""
        if self._still:
            pygame.transform.smoothscale(self._sheet, self._surface.get_size(), self._surface)
            for line in self._lines:
                self._surface.blit(line.picture, line.at)

    def overlay(self, picture: pygame.Surface, at: tuple[float, float]) -> None:
        """Put a ready picture in real px over a live page; `at` is its top left in logical px."""
        self._surface.blit(picture, (round(at[0] * self.scale), round(at[1] * self.scale)))

    def height(self, text: str, width: int, size: int) -> int:
        """Return the height of the text set at this size in lines of this width, in logical px."""
        lines = self._lettering.wrap(text, width, size, "regular")
        return ceil(len(lines) * size * LINE_PITCH)
