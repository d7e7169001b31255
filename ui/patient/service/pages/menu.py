"""The menu of the service area."""

from typing import Final

import pygame

from ui.patient.canvas import Canvas
from ui.patient.service.pages.parts import GAP, back_button, begin, pick_button
from ui.patient.service.view import MenuSheet, ServiceView
from ui.patient.theme import BUTTON_HEIGHT, CONTENT
from ui.patient.view import View

COLUMNS: Final = 2
TOP: Final = 92
WIDTH: Final = (CONTENT.width - (COLUMNS - 1) * 24) // COLUMNS


def menu(canvas: Canvas, view: View, service: ServiceView, sheet: MenuSheet) -> None:
    """Draw one button for each entry, in two columns."""
    begin(canvas, view, "")
    for number, (name, title) in enumerate(sheet.entries):
        row, column = divmod(number, COLUMNS)
        left, top = CONTENT.left + column * (WIDTH + 24), TOP + row * (BUTTON_HEIGHT + GAP)
        pick_button(canvas, service, pygame.Rect(left, top, WIDTH, BUTTON_HEIGHT), title, name, size=42)
    back_button(canvas, service)
