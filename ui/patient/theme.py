"""Colours, sizes and places: the whole look of the kiosk, in logical pixels of a 1280 x 720 screen.

Every text is at least `SMALLEST` high and stands at 7:1 or better on its ground (WCAG 2.2, criterion 1.4.6);
every shape that carries meaning has 3:1 or better (1.4.11). Meaning is never carried by colour alone: blue
and amber stay apart for every common kind of colour blindness, and each comes with words or a shape.
"""

from typing import Final

from pygame import Rect

Colour = tuple[int, int, int]

WIDTH: Final = 1280
HEIGHT: Final = 720

PAPER: Final[Colour] = (250, 248, 243)
CARD: Final[Colour] = (255, 255, 255)
INK: Final[Colour] = (18, 32, 43)
QUIET: Final[Colour] = (66, 80, 91)
EDGE: Final[Colour] = (120, 132, 142)  # outlines of buttons, plate and bars
HAIR: Final[Colour] = (219, 221, 220)  # decoration only: carries no meaning
CALM: Final[Colour] = (9, 84, 104)
CALM_SOFT: Final[Colour] = (214, 233, 236)
WARM: Final[Colour] = (116, 58, 0)
WARM_SOFT: Final[Colour] = (252, 234, 205)
FOOT: Final[Colour] = (228, 231, 231)
TRAIL: Final[Colour] = (92, 142, 156)  # where the CoP has just been
ASLEEP: Final[Colour] = (226, 227, 226)  # the ground of a live view that is not live
SIGN: Final[Colour] = (255, 213, 74)  # the ground of the word SIMULATED
GOOD: Final[Colour] = (0, 98, 58)  # lights of the service area: each has a shape and words beside it
BAD: Final[Colour] = (158, 22, 34)

# What may stand on what: checked by a test.
TEXT_PAIRS: Final = (
    (INK, PAPER),
    (INK, CARD),
    (INK, SIGN),
    (INK, ASLEEP),
    (QUIET, PAPER),
    (QUIET, CARD),
    (CALM, PAPER),
    (CALM, CARD),
    (CARD, CALM),
    (INK, CALM_SOFT),
    (WARM, WARM_SOFT),
    (WARM, PAPER),
)
SHAPE_PAIRS: Final = (
    (EDGE, PAPER),
    (EDGE, CARD),
    (CALM, CARD),
    (CALM, CALM_SOFT),
    (INK, CALM_SOFT),
    (WARM, WARM_SOFT),
    (WARM, CARD),
    (INK, CARD),
    (GOOD, CARD),
    (GOOD, PAPER),
    (BAD, CARD),
    (BAD, PAPER),
)

SMALLEST: Final = 28
BODY: Final = 34
LEAD: Final = 42
TITLE: Final = 58
GIANT: Final = 210

MARGIN: Final = 48
BUTTON_HEIGHT: Final = 104  # never below 96
HEADER: Final = Rect(MARGIN, 26, WIDTH - 2 * MARGIN, 48)
FOOTER: Final = Rect(MARGIN, HEIGHT - 32 - BUTTON_HEIGHT, WIDTH - 2 * MARGIN, BUTTON_HEIGHT)
CONTENT: Final = Rect(MARGIN, 96, WIDTH - 2 * MARGIN, FOOTER.top - 96 - 24)
STOP_BUTTON: Final = Rect(FOOTER.left, FOOTER.top, 340, BUTTON_HEIGHT)
PAUSE_BUTTON: Final = Rect(STOP_BUTTON.right + 20, FOOTER.top, 184, BUTTON_HEIGHT)
START_BUTTON: Final = Rect(FOOTER.right - 440, FOOTER.top, 440, BUTTON_HEIGHT)


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(colour: Colour) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour `share` (0 to 1) of the way from `one` to `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
