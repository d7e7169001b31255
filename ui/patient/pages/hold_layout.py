"""Where things lie on the page of a hold: at home, and where a second person looks on from further away."""

from typing import Final, NamedTuple

import pygame

from station.training.snapshot import Snapshot
from ui.patient.place import LARGE_PICTURE, PICTURE
from ui.patient.theme import HEADER, MARGIN, STOP_BUTTON
from ui.patient.widgets import SIGN_BOX


class HoldLayout(NamedTuple):
    """Rectangles in logical px, and how large what the hands carry is written."""

    picture: pygame.Rect
    place: pygame.Rect  # which exercise; as many lines as it needs
    sign: pygame.Rect  # that the board is a simulated one
    mark: pygame.Rect | None  # what whoever looks on presses
    words: pygame.Rect
    seconds: pygame.Rect
    calm_seconds: pygame.Rect  # where nothing but them is shown
    hands: pygame.Rect
    bar: pygame.Rect
    load: pygame.Rect
    large: bool


def _home() -> HoldLayout:
    panel = pygame.Rect(MARGIN, 92, PICTURE.left - MARGIN - 44, STOP_BUTTON.top - 92 - 20)
    words = pygame.Rect(panel.left, panel.top + 4, panel.width, 104)
    seconds = pygame.Rect(panel.left, words.bottom + 4, panel.width, 214)
    hands = pygame.Rect(panel.left, seconds.bottom + 2, panel.width, 46)
    load = pygame.Rect(PICTURE.left + 34, HEADER.top, 330, HEADER.height)
    return HoldLayout(
        picture=PICTURE,
        place=pygame.Rect(HEADER.left, 10, load.left - HEADER.left - 16, 80),
        sign=SIGN_BOX,
        mark=None,
        words=words,
        seconds=seconds,
        calm_seconds=pygame.Rect(panel.left, words.bottom + 4, panel.width, panel.bottom - words.bottom - 4),
        hands=hands,
        bar=pygame.Rect(panel.left, hands.bottom + 10, panel.width, 36),
        load=load,
        large=False,
    )


def _clinic() -> HoldLayout:
    left, width = MARGIN, LARGE_PICTURE.left - MARGIN - 20
    sign = SIGN_BOX.copy()
    sign.bottomright = (LARGE_PICTURE.right - 14, LARGE_PICTURE.bottom - 12)
    mark = pygame.Rect(left, 18, 148, 100)
    words = pygame.Rect(left, 126, width, 102)
    seconds = pygame.Rect(left, words.bottom, width, 198)
    hands = pygame.Rect(left, seconds.bottom, 372, 76)
    return HoldLayout(
        picture=LARGE_PICTURE,
        place=pygame.Rect(mark.right + 14, 8, left + width - mark.right - 14, 114),
        sign=sign,
        mark=mark,
        words=words,
        seconds=seconds,
        calm_seconds=pygame.Rect(left, words.bottom, width, STOP_BUTTON.top - 24 - words.bottom),
        hands=hands,
        bar=pygame.Rect(left, hands.bottom, width, 34),
        load=pygame.Rect(hands.right + 8, hands.top, left + width - hands.right - 8, hands.height),
        large=True,
    )


HOME: Final = _home()
CLINIC: Final = _clinic()


def layout_of(snapshot: Snapshot) -> HoldLayout:
    """Return the layout for this station."""
    return CLINIC if snapshot.clinic else HOME
