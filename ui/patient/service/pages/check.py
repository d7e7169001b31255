"""The check of the board: how far it is, then a light and words for each cell, and the first thing to do."""

from typing import Final

import pygame

from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.service.check import A_PAGE, AGAIN, ALL, EXPECTED_S, NEXT, CheckSheet, FoundSheet
from ui.patient.service.check_report import CORNERS, CellReport, CheckReport, Light
from ui.patient.service.check_words import corner_words, finding_words, first_words
from ui.patient.service.pages.parts import back_button, begin, lamp, on_button, pick_button
from ui.patient.service.view import ServiceView
from ui.patient.theme import (
    BODY,
    CALM,
    CARD,
    CONTENT,
    EDGE,
    HAIR,
    LEAD,
    MARGIN,
    QUIET,
    START_BUTTON,
    STOP_BUTTON,
    TITLE,
)
from ui.patient.view import View
from ui.patient.widgets import paragraphs, strip
from ui.patient.words import _, counted, decimal

VERDICT: Final = pygame.Rect(MARGIN, 84, CONTENT.width, 58)
FIRST: Final = pygame.Rect(MARGIN, 146, CONTENT.width, 84)
CELL: Final = pygame.Rect(0, 0, (CONTENT.width - 24) // 2, 152)
TOP: Final = 236
MIDDLE: Final = pygame.Rect(
    STOP_BUTTON.right + 20, STOP_BUTTON.top, START_BUTTON.left - STOP_BUTTON.right - 40, STOP_BUTTON.height
)
ROW: Final = pygame.Rect(MARGIN, 92, CONTENT.width, 148)


def check(canvas: Canvas, view: View, service: ServiceView, sheet: CheckSheet) -> None:
    """Draw the check in the state it is in."""
    begin(canvas, view, _("Check the board"))
    back_button(canvas, service)
    if sheet.report is not None:
        _found(canvas, sheet.report)
    elif sheet.failed is not None:
        _failed(canvas, sheet.failed)
    else:
        _running(canvas, sheet.seconds)
    if sheet.main is not None:
        on_button(canvas, service, _("Check again"), AGAIN)
    if sheet.report is not None and ALL in sheet.choices:
        count = len(sheet.report.findings)
        words = counted("{count} finding", "All {count} findings", count)
        pick_button(canvas, service, MIDDLE, words, ALL)


def found(canvas: Canvas, view: View, service: ServiceView, sheet: FoundSheet) -> None:
    """Draw a page of what the check found, the first thing to do first."""
    begin(canvas, view, _("Check the board"))
    back_button(canvas, service)
    first = sheet.page * A_PAGE
    for row, finding in enumerate(sheet.report.findings[first : first + A_PAGE]):
        rect = ROW.move(0, row * (ROW.height + 10))
        canvas.pen.block(rect, CARD, radius=24, edge=HAIR, edge_width=2)
        lamp(canvas, (rect.left + 54, rect.centery), "bad" if finding.fatal else "look", 30)
        words = pygame.Rect(rect.left + 108, rect.top + 8, rect.width - 136, rect.height - 16)
        canvas.write(finding_words(finding, sheet.report), words, plain(32), anchor="middle")
    if sheet.main is not None:
        words_on = _("More ({page} of {pages})").format(page=sheet.page + 1, pages=sheet.pages)
        on_button(canvas, service, words_on, NEXT)


def _running(canvas: Canvas, seconds: int) -> None:
    title = pygame.Rect(MARGIN, 130, CONTENT.width, 90)
    canvas.write(_("Listening to the board …"), title, bold(TITLE), anchor="middle")
    bar = pygame.Rect(MARGIN, 250, CONTENT.width, 44)
    canvas.pen.block(bar, CARD, radius=22, edge=EDGE)
    filled = bar.inflate(-12, -12)
    filled.width = max(filled.height, round(filled.width * seconds / EXPECTED_S))
    canvas.pen.block(filled, CALM, radius=16)
    sentences = (_("Leave the board empty and do not touch it."), _("It takes about a quarter of a minute."))
    paragraphs(canvas, pygame.Rect(MARGIN, 330, CONTENT.width, 220), sentences, LEAD)


def _failed(canvas: Canvas, reason: str) -> None:
    title = pygame.Rect(MARGIN, 110, CONTENT.width, 90)
    canvas.write(_("The check could not be made."), title, bold(TITLE), anchor="middle")
    strip(canvas, pygame.Rect(MARGIN, 230, CONTENT.width, 180), reason)
    words = _("See that the board is connected, then check again.")
    canvas.write(words, pygame.Rect(MARGIN, 440, CONTENT.width, 110), plain(LEAD))


def _found(canvas: Canvas, report: CheckReport) -> None:
    light: Light = "good" if report.fit else "bad"
    lamp(canvas, (VERDICT.left + 28, VERDICT.centery), light, 26)
    words = _("Fit for use") if report.fit else _("Not fit for use")
    box = pygame.Rect(VERDICT.left + 72, VERDICT.top, VERDICT.width - 72, VERDICT.height)
    canvas.write(words, box, bold(46), anchor="middle")
    first = first_words(report)
    if first and not report.fit:
        strip(canvas, FIRST, first, size=32)
    else:
        canvas.write(first or _("Nothing needs to be done."), FIRST, plain(32, QUIET), anchor="middle")
    for number, name in enumerate(CORNERS):
        row, column = divmod(number, 2)
        left, top = CONTENT.left + column * (CELL.width + 24), TOP + row * (CELL.height + 10)
        _cell(canvas, CELL.move(left, top), name, report)


def _cell(canvas: Canvas, rect: pygame.Rect, name: str, report: CheckReport) -> None:
    """Draw one cell where it is on the plate."""
    light, cell = report.light(name), report.cell(name)
    canvas.pen.block(rect, CARD, radius=24, edge=HAIR, edge_width=2)
    lamp(canvas, (rect.left + 54, rect.centery), light, 34)
    column = pygame.Rect(rect.left + 108, rect.top + 10, rect.width - 124, 42)
    where = corner_words(name)
    title = f"{where[:1].upper()}{where[1:]} ({name})"
    canvas.write(title, column, bold(BODY), anchor="middle")
    line = column.move(0, 36)
    if cell is None or cell.good == 0:
        canvas.write(_("not found"), line, plain(30), anchor="middle")
        return
    state = {"good": _("works"), "look": _("needs a look"), "bad": _("does not work")}[light]
    rate = _("{sps} SPS").format(sps="?" if cell.sps is None else round(cell.sps))
    canvas.write(f"{state}, {rate}", line, plain(30), anchor="middle")
    below = pygame.Rect(line.left, line.bottom - 4, line.width, 70)
    canvas.write(f"{_noise_words(cell)}, {_load_words(cell)}", below, plain(30))


def _noise_words(cell: CellReport) -> str:
    if cell.noise_g is None:
        return _("noise not known")
    return _("{grams} g of noise").format(grams=round(cell.noise_g))


def _load_words(cell: CellReport) -> str:
    if cell.load_kg is None:
        return _("load not known")
    return _("carries {load} kg").format(load=decimal(cell.load_kg, 1))
