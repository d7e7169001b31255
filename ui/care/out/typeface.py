"""The typeface of printed pages: Atkinson Hyperlegible, with the few signs it lacks and we print."""

import atexit
import shutil
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from station.errors import ConfigError

FILES: Final = {"": "AtkinsonHyperlegible-Regular.ttf", "B": "AtkinsonHyperlegible-Bold.ttf"}
DOTTED_I: Final = 0x130  # a letter of Turkish
ARROW: Final = 0x2192


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="balance-care-type-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def font_file(style: str) -> Path:
    """Return the file of a style ("" or "B") with İ and → added. Raises ConfigError without its package."""
    spec = find_spec("fontpkg_atkinson_hyperlegible")
    if spec is None or spec.origin is None:
        raise ConfigError("the font of reports is missing: install the package fontpkg-atkinson-hyperlegible")
    font = TTFont(Path(spec.origin).parent / "files" / FILES[style])
    _add(font, DOTTED_I, _dotted_i(font), as_wide_as="I")
    _add(font, ARROW, _arrow(font), as_wide_as="plus")
    file = _folder() / FILES[style]
    font.save(file)
    return file


@cache
def letters() -> frozenset[int]:
    """Return the characters that can be printed."""
    return frozenset(TTFont(font_file("")).getBestCmap())


def printable(text: str) -> bool:
    """Return whether every letter of a text can be printed."""
    return all(ord(letter) in letters() for letter in text)


def _add(font: TTFont, code: int, pen: TTGlyphPen, *, as_wide_as: str) -> None:
    if code in font.getBestCmap():
        return
    name = f"uni{code:04X}"
    font["glyf"][name] = pen.glyph()
    width, _ = font["hmtx"][as_wide_as]
    font["glyf"][name].recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, font["glyf"][name].xMin)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[code] = name


def _dotted_i(font: TTFont) -> TTGlyphPen:
    glyphs = font["glyf"]
    stem, dot = glyphs["I"], glyphs["dotaccent"]
    pen = TTGlyphPen(font.getGlyphSet())
    pen.addComponent("I", (1, 0, 0, 1, 0, 0))
    across = (stem.xMin + stem.xMax - dot.xMin - dot.xMax) / 2
    # As far above the letter as the dot of Ż stands.
    up = glyphs["Zdotaccent"].yMax - dot.yMax
    pen.addComponent("dotaccent", (1, 0, 0, 1, round(across), round(up)))
    return pen


def _arrow(font: TTFont) -> TTGlyphPen:
    plus, minus = font["glyf"]["plus"], font["glyf"]["minus"]
    left, right, middle = plus.xMin, plus.xMax, (minus.yMin + minus.yMax) / 2
    half, head = (minus.yMax - minus.yMin) / 2, (right - left) * 0.36
    pen = TTGlyphPen(font.getGlyphSet())
    corners = (
        *((left, middle - half), (left, middle + half), (right - head, middle + half)),
        *((right - head, middle + head), (right, middle), (right - head, middle - head)),
        (right - head, middle - half),
    )
    pen.moveTo(_whole(corners[0]))
    for corner in corners[1:]:
        pen.lineTo(_whole(corner))
    pen.closePath()
    return pen


def _whole(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0]), round(point[1])
