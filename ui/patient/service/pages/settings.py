"""Language, volume, network and restart."""

from datetime import datetime
from typing import Final

import pygame

from station.training.health import CareSide
from ui.patient.canvas import Canvas, Pick
from ui.patient.lettering import bold, plain
from ui.patient.service.network import Interface, NetworkSheet
from ui.patient.service.pages.parts import (
    GAP,
    back_button,
    begin,
    button_colours,
    mark,
    on_button,
    pick_button,
)
from ui.patient.service.preferences import NAMES, LanguageSheet, VolumeSheet
from ui.patient.service.restart import RESTART, RestartSheet
from ui.patient.service.settings import VOLUMES
from ui.patient.service.view import ServiceView
from ui.patient.theme import BODY, CALM, CARD, CONTENT, EDGE, FOOTER, HAIR, LEAD, MARGIN, QUIET, TITLE, WIDTH
from ui.patient.view import View
from ui.patient.widgets import paragraphs, tick
from ui.patient.words import _

TITLE_BOX: Final = pygame.Rect(MARGIN, 100, WIDTH - 2 * MARGIN, 76)
ROWS: Final = 4  # interfaces that have room


def languages(canvas: Canvas, view: View, service: ServiceView, sheet: LanguageSheet) -> None:
    """Draw each language in its own words; the one in force is tinted and ticked."""
    begin(canvas, view, _("Language"))
    width, height = (CONTENT.width - 24) // 2, 190
    for number, (code, name) in enumerate(NAMES.items()):
        row, column = divmod(number, 2)
        rect = pygame.Rect(CONTENT.left + column * (width + 24), 108 + row * (height + 24), width, height)
        pick_button(canvas, service, rect, name, code, chosen=code == sheet.spoken, size=60)
        if code == sheet.spoken:
            tick(canvas, (rect.left + 70, rect.centery), 30)
    back_button(canvas, service)


def volume(canvas: Canvas, view: View, service: ServiceView, sheet: VolumeSheet) -> None:
    """Draw five steps as bars that grow; the one in force is tinted and ticked."""
    begin(canvas, view, _("Volume"))
    words = pygame.Rect(MARGIN, 96, CONTENT.width, 60)
    canvas.write(_("A tone is heard with each press."), words, plain(LEAD), anchor="middle")
    width = (CONTENT.width - 4 * 24) // 5
    for place, step in enumerate(VOLUMES):
        rect = pygame.Rect(CONTENT.left + place * (width + 24), 180, width, 370)
        chosen = step == sheet.volume
        ground, edge, ink = button_colours(service, str(step), chosen=chosen)
        mark(canvas, service, rect, str(step))
        canvas.pen.block(rect, ground, edge=edge, edge_width=6 if chosen else 3)
        bar = pygame.Rect(0, 0, 84, 40 * step)
        bar.midbottom = (rect.centerx, rect.bottom - 100)
        canvas.pen.block(bar, CALM if step <= sheet.volume else EDGE, radius=10)
        number = pygame.Rect(rect.left, rect.bottom - 92, rect.width, 80)
        canvas.write(str(step), number, bold(54, ink), align="centre", anchor="middle")
        canvas.touchable(rect, Pick(str(step)))
    back_button(canvas, service)


def network(canvas: Canvas, view: View, service: ServiceView, sheet: NetworkSheet) -> None:
    """Draw a line for each interface, and whether the station answers."""
    begin(canvas, view, _("Network"))
    care = care_words(sheet.care) if sheet.station else ""
    shown = sheet.interfaces[: ROWS - 1 if care else ROWS]
    for row, interface in enumerate(shown):
        _interface(canvas, pygame.Rect(MARGIN, 92 + row * (84 + GAP), CONTENT.width, 84), interface)
    if not shown:
        canvas.write(_("There is no network interface."), TITLE_BOX, bold(LEAD), anchor="middle")
    words = (
        _("The station answers this screen.")
        if sheet.station
        else _("The station does not answer this screen.")
    )
    canvas.write(
        words, pygame.Rect(MARGIN, 462 if care else 502, CONTENT.width, 60), plain(BODY), anchor="middle"
    )
    if care:
        canvas.write(care, pygame.Rect(MARGIN, 516, CONTENT.width, 60), plain(BODY), anchor="middle")
    hint = pygame.Rect(MARGIN + 380, FOOTER.top, CONTENT.width - 380, FOOTER.height)
    canvas.write(
        _("Looks only; nothing is changed here."), hint, plain(30, QUIET), align="right", anchor="middle"
    )
    back_button(canvas, service)


def care_words(care: CareSide | None) -> str:
    """Return whether the care team's computer answers, since when it does not; nothing where nobody knows."""
    if care is None:
        return ""
    since = f"{datetime.fromisoformat(care.since).astimezone():%Y-%m-%d %H:%M}"
    return {
        "answers": _("The care team's computer answers."),
        "silent": _("The care team's computer does not answer since {since}."),
        "away": _("No connection to the care team since {since}."),
    }[care.reach].format(since=since)


def _interface(canvas: Canvas, rect: pygame.Rect, interface: Interface) -> None:
    canvas.pen.block(rect, CARD, radius=20, edge=HAIR, edge_width=2)
    light = (rect.left + 48, rect.centery)
    if interface.up:
        tick(canvas, light, 22)
    else:
        canvas.pen.disc(light, 22, EDGE)
        canvas.pen.disc(light, 18, CARD)
    name = pygame.Rect(rect.left + 92, rect.top, 300, rect.height)
    canvas.write(_("{name}:").format(name=interface.name), name, bold(BODY), anchor="middle")
    words = _("connected, no address yet") if interface.up else _("not connected")
    if interface.address is not None:
        words = (
            interface.address
            if interface.up
            else _("not connected, was {address}").format(address=interface.address)
        )
    canvas.write(
        words,
        pygame.Rect(rect.left + 400, rect.top, rect.width - 430, rect.height),
        plain(BODY),
        anchor="middle",
    )


def restart(canvas: Canvas, view: View, service: ServiceView, sheet: RestartSheet) -> None:
    """Ask once whether the screen is to be restarted; say how the whole station is."""
    begin(canvas, view, _("Restart"))
    canvas.write(_("Restart this screen?"), TITLE_BOX, bold(TITLE), anchor="middle")
    sentences = (
        _("The screen goes dark for a few seconds. The station goes on; no result is lost."),
        _(
            "For the whole station: sudo reboot on this computer. Or sudo poweroff, wait until the green "
            "light stays off, then plug the power in again."
        ),
    )
    paragraphs(canvas, pygame.Rect(MARGIN, 206, CONTENT.width, 340), sentences, LEAD, gap=30)
    back_button(canvas, service)
    on_button(canvas, service, _("Restart"), RESTART)
