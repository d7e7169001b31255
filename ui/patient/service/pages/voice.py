"""Voice: when the pages are read out, and a button to hear it."""

from typing import Final

import pygame

from ui.patient.canvas import Canvas, Pick
from ui.patient.lettering import bold, plain
from ui.patient.service.pages.parts import back_button, begin, button_colours, mark, on_button
from ui.patient.service.view import ServiceView
from ui.patient.service.voice import TRY, VoiceSheet
from ui.patient.sound.night import NIGHT_FROM, NIGHT_TO, VoiceMode
from ui.patient.theme import BODY, CONTENT, LEAD, MARGIN, WARM_SOFT
from ui.patient.view import View
from ui.patient.widgets import tick
from ui.patient.words import _

HEIGHT: Final = 116
STEP: Final = HEIGHT + 20
TOP: Final = 160


def voice(canvas: Canvas, view: View, service: ServiceView, sheet: VoiceSheet) -> None:
    """Draw a row for each mode; the one in force is tinted and ticked."""
    begin(canvas, view, _("Voice"))
    words = pygame.Rect(MARGIN, 84, CONTENT.width, 64)
    if sheet.there:
        canvas.write(_("The station reads each page out."), words, plain(LEAD), anchor="middle")
        on_button(canvas, service, _("Try it"), TRY)
    else:
        canvas.pen.block(words, WARM_SOFT, radius=18)
        text = _("There is no voice here yet: sudo apt install espeak-ng")
        canvas.write(text, words.inflate(-40, -8), plain(BODY), anchor="middle")
    for row, (mode, (title, when)) in enumerate(_rows().items()):
        rect = pygame.Rect(MARGIN, TOP + row * STEP, CONTENT.width, HEIGHT)
        _row(canvas, service, rect, mode, (title, when), chosen=mode == sheet.mode)
    back_button(canvas, service)


def _rows() -> dict[VoiceMode, tuple[str, str]]:
    hours = _("from {day} to {night}").format(day=f"{NIGHT_TO:%H:%M}", night=f"{NIGHT_FROM:%H:%M}")
    return {
        "by-day": (_("By day"), hours),
        "on": (_("Always"), _("softer at night")),
        "off": (_("Off"), _("tones only")),
    }


def _row(
    canvas: Canvas,
    service: ServiceView,
    rect: pygame.Rect,
    mode: VoiceMode,
    words: tuple[str, str],
    *,
    chosen: bool,
) -> None:
    ground, edge, ink = button_colours(service, mode, chosen=chosen)
    mark(canvas, service, rect, mode)
    canvas.pen.block(rect, ground, radius=26, edge=edge, edge_width=6 if chosen else 3)
    if chosen:
        tick(canvas, (rect.left + 70, rect.centery), 30)
    title, when = words
    left = pygame.Rect(rect.left + 130, rect.top, 400, rect.height)
    canvas.write(title, left, bold(54, ink), anchor="middle")
    right = pygame.Rect(left.right + 20, rect.top, rect.right - left.right - 60, rect.height)
    canvas.write(when, right, plain(BODY, ink), anchor="middle")
    canvas.touchable(rect, Pick(mode))
