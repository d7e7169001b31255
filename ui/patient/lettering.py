"""Typography: fonts, wrapping, and type that is set smaller before it is ever cut off."""

import re
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, NamedTuple

import pygame

from ui.patient.theme import INK, SMALLEST, Colour

Weight = Literal["regular", "bold"]

LINE_PITCH: Final = 1.24  # distance of two baselines, in sizes
FILES: Final = {"regular": "AtkinsonHyperlegible-Regular.ttf", "bold": "AtkinsonHyperlegible-Bold.ttf"}
CACHED: Final = 256  # texts whose lines are known
KEPT_BYTES: Final = 5_000_000  # of lines as pictures: those of the fullest page, twice over
# A line ends neither between a number and what it counts nor at a no-break space that a translator wrote.
HELD: Final = re.compile(r"(?<=\d) (?=[^\W\d_]|[%°])")
BREAK: Final = re.compile(r"[ \t\n]+")
NO_BREAK: Final = "\N{NO-BREAK SPACE}"


class Face(NamedTuple):
    """How text looks: size in logical px, weight, colour."""

    size: int
    weight: Weight
    colour: Colour


def plain(size: int, colour: Colour = INK) -> Face:
    """Return the regular face."""
    return Face(size, "regular", colour)


def bold(size: int, colour: Colour = INK) -> Face:
    """Return the bold face."""
    return Face(size, "bold", colour)


class Setting(NamedTuple):
    """Text broken into lines at a size (px) that fits its box, or `fits` False at the smallest size."""

    lines: tuple[str, ...]
    size: int
    fits: bool


def font_file(weight: Weight) -> Path:
    """Return the file of Atkinson Hyperlegible, a typeface drawn for readers with low vision.

    Raises FileNotFoundError when its package is not installed.
    """
    spec = find_spec("fontpkg_atkinson_hyperlegible")
    if spec is None or spec.origin is None:
        message = "the font is missing: install the package fontpkg-atkinson-hyperlegible"
        raise FileNotFoundError(message)
    return Path(spec.origin).parent / "files" / FILES[weight]


class Lettering:
    """Sets type for a screen that shows `scale` real pixels for one logical pixel."""

    def __init__(self, scale: float) -> None:
        pygame.font.init()
        self._scale = scale
        self._fonts: dict[tuple[int, Weight], pygame.font.Font] = {}
        self._settings: dict[tuple[str, tuple[float, float], Face, bool], Setting] = {}
        self._pictures: OrderedDict[tuple[str, int, Weight, Colour], pygame.Surface] = OrderedDict()
        self._pictures_bytes = 0

    def font(self, size: int, weight: Weight) -> pygame.font.Font:
        """Return the font of this logical size."""
        font = self._fonts.get((size, weight))
        if font is None:
            font = pygame.font.Font(font_file(weight), max(1, round(size * self._scale)))
            self._fonts[size, weight] = font
        return font

    def width(self, text: str, size: int, weight: Weight) -> float:
        """Return the width of one line, in logical px."""
        return self.font(size, weight).size(text)[0] / self._scale

    def rise(self, size: int, weight: Weight) -> float:
        """Return how far the middle of the capitals lies below the top of a line's picture, in logical px."""
        font = self.font(size, weight)
        metrics = font.metrics("H")[0]
        cap_height = metrics[3] if metrics is not None else font.get_ascent()
        return (font.get_ascent() - cap_height / 2) / self._scale

    def wrap(self, text: str, width: float, size: int, weight: Weight) -> tuple[str, ...]:
        """Break at spaces; a word wider than the line stays whole, as does a number with what it counts."""
        lines: list[str] = []
        for word in BREAK.split(HELD.sub(NO_BREAK, text.strip())):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, size, weight) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return tuple(lines)

    def balance(self, text: str, width: float, size: int, weight: Weight) -> tuple[str, ...]:
        """Wrap into as few lines as `wrap`, of nearly equal length: no single word is left over."""
        lines = self.wrap(text, width, size, weight)
        narrow, wide = width / 2, width
        while wide - narrow > 4:
            middle = (narrow + wide) / 2
            if len(self.wrap(text, middle, size, weight)) > len(lines):
                narrow = middle
            else:
                wide = middle
        balanced = self.wrap(text, wide, size, weight)
        return balanced if self._widest(balanced, size, weight) <= width else lines

    def fit(self, text: str, box: tuple[float, float], face: Face, *, balanced: bool = False) -> Setting:
        """Return the text at the size of its face, or the largest smaller one that fits the box."""
        key = (text, box, face, balanced)
        setting = self._settings.get(key)
        if setting is None:
            if len(self._settings) >= CACHED:
                self._settings.clear()
            setting = self._settings[key] = self._fitted(text, box, face, balanced=balanced)
        return setting

    def _fitted(self, text: str, box: tuple[float, float], face: Face, *, balanced: bool) -> Setting:
        width, height = box
        weight = face.weight
        wrap = self.balance if balanced else self.wrap
        for tried in range(face.size, SMALLEST - 1, -2):
            lines = wrap(text, width, tried, weight)
            if self._widest(lines, tried, weight) <= width and len(lines) * tried * LINE_PITCH <= height:
                return Setting(lines, tried, fits=True)
        return Setting(wrap(text, width, SMALLEST, weight), SMALLEST, fits=False)

    def _widest(self, lines: tuple[str, ...], size: int, weight: Weight) -> float:
        return max((self.width(line, size, weight) for line in lines), default=0.0)

    def picture(self, text: str, size: int, weight: Weight, colour: Colour) -> pygame.Surface:
        """Return one line as a picture in real pixels; the newest are kept, up to `KEPT_BYTES`."""
        key = (text, size, weight, colour)
        picture = self._pictures.get(key)
        if picture is None:
            picture = self.font(size, weight).render(text, True, colour)  # noqa: FBT003 - pygame takes it by place
            self._pictures[key] = picture
            self._pictures_bytes += _size_bytes(picture)
            while self._pictures_bytes > KEPT_BYTES and len(self._pictures) > 1:
                self._pictures_bytes -= _size_bytes(self._pictures.popitem(last=False)[1])
        else:
            self._pictures.move_to_end(key)
        return picture


def _size_bytes(picture: pygame.Surface) -> int:
    return picture.get_pitch() * picture.get_height()
