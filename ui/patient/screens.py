"""Draw every screen into PNG files: `python -m ui.patient.screens FOLDER` (needs no display).

The pictures of the README: `make images`.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import pygame

from ui.patient.book import draw_live, draw_still
from ui.patient.canvas import Button, Canvas, PlacedText
from ui.patient.examples import every_screen
from ui.patient.lettering import Lettering
from ui.patient.theme import HEIGHT, INK, WIDTH
from ui.patient.view import View, still_part
from ui.patient.words import LANGUAGES, speak

SHEET_COLUMNS: Final = 4
SHEET_GAP: Final = 12


class Drawing:
    """One view drawn off screen: its picture, its buttons and its texts."""

    def __init__(self, view: View, *, scale: float = 1.0) -> None:
        self.picture = pygame.Surface((round(WIDTH * scale), round(HEIGHT * scale)), depth=32)
        lettering = _lettering(scale)
        still = Canvas(self.picture, scale, lettering)
        draw_still(still, still_part(view))
        live = Canvas(self.picture, scale, lettering, still=False)
        draw_live(live, view)
        self.buttons: list[Button] = still.buttons
        self.texts: list[PlacedText] = still.texts + live.texts


@cache
def _lettering(scale: float) -> Lettering:
    """Return the letters for all drawings of one size: fonts are opened once."""
    return Lettering(scale)


def contact_sheet(pictures: Sequence[pygame.Surface]) -> pygame.Surface:
    """Return all pictures, small, on one."""
    width, height = WIDTH * 3 // 8, HEIGHT * 3 // 8
    rows = -(-len(pictures) // SHEET_COLUMNS)
    size = (SHEET_COLUMNS * (width + SHEET_GAP) + SHEET_GAP, rows * (height + SHEET_GAP) + SHEET_GAP)
    sheet = pygame.Surface(size, depth=32)
    sheet.fill(INK)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, SHEET_COLUMNS)
        at = (SHEET_GAP + column * (width + SHEET_GAP), SHEET_GAP + row * (height + SHEET_GAP))
        sheet.blit(pygame.transform.smoothscale(picture, (width, height)), at)
    return sheet


def write_screens(folder: Path, languages: Sequence[str] = LANGUAGES) -> int:
    """Write `<language>/<screen>.png` and `<language>.png`, the contact sheet; return how many screens."""
    count = 0
    for language in languages:
        speak(language)
        target = folder / language
        target.mkdir(parents=True, exist_ok=True)
        pictures = []
        for name, view in every_screen().items():
            picture = Drawing(view).picture
            pygame.image.save(picture, str(target / f"{name}.png"))
            pictures.append(picture)
        pygame.image.save(contact_sheet(pictures), str(folder / f"{language}.png"))
        count += len(pictures)
    return count


def write_pictures(folder: Path, names: Sequence[str]) -> int:
    """Write `<screen>.png` of these screens only, in English; return how many."""
    speak(LANGUAGES[0])
    folder.mkdir(parents=True, exist_ok=True)
    screens = every_screen()
    for name in names:
        pygame.image.save(Drawing(screens[name]).picture, str(folder / f"{name}.png"))
    return len(names)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the screens; exit 0, or 1 when the folder cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m ui.patient.screens", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--language", action="append", choices=LANGUAGES, help="only this one; may be given again"
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=every_screen(),
        metavar="SCREEN",
        help="only this screen, in English; may be given again",
    )
    options = parser.parse_args(argv)
    folder: Path = options.folder
    try:
        if options.only:
            count = write_pictures(folder, options.only)
        else:
            count = write_screens(folder, options.language or LANGUAGES)
    except OSError as error:
        print(f"cannot write screens to {folder}: {error.strerror}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    print(f"{count} screens in {folder}")  # noqa: T201 - a command speaks
    return 0


if __name__ == "__main__":
    sys.exit(main())
