"""On a station that several people share: who trains now, by number, and whether it is really they."""

from typing import Final

import pygame

from station.training.snapshot import Snapshot
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.number_pad import LENGTH, NumberSheet
from ui.patient.pages.questions import yes_no_buttons
from ui.patient.pages.waiting import looked_after
from ui.patient.phrases import dose_words, title_words
from ui.patient.service.pages.keypad import draw_keys
from ui.patient.service.view import ServiceView
from ui.patient.theme import (
    CALM,
    CALM_SOFT,
    CARD,
    CONTENT,
    EDGE,
    FOOTER,
    LEAD,
    MARGIN,
    QUIET,
    SMALLEST,
    START_BUTTON,
)
from ui.patient.view import View
from ui.patient.widgets import board_notice, card, header, paper, paragraphs, strip
from ui.patient.words import _, counted, said

LEFT: Final = pygame.Rect(MARGIN, 104, START_BUTTON.left - MARGIN - 72, CONTENT.height)
BOX: Final = pygame.Rect(LEFT.left, 206, 118, 140)
BOX_STEP: Final = 142
ROWS: Final = 4
NUMBER: Final = pygame.Rect(MARGIN, 196, 320, 208)
PLAN: Final = pygame.Rect(
    NUMBER.right + 44, NUMBER.top, START_BUTTON.right - NUMBER.right - 44, NUMBER.height
)
ANSWERS_TOP: Final = 428


def who(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Ask for the number, with a pad to type it."""
    paper(canvas)
    header(canvas, view)
    if snapshot.service:
        looked_after(canvas)
        return
    canvas.write(_("Who trains now?"), pygame.Rect(LEFT.left, LEFT.top, LEFT.width, 84), bold(64))
    pad = view.pad or ServiceView(NumberSheet())
    typed = pad.sheet.typed if isinstance(pad.sheet, NumberSheet) else ""
    for place in range(LENGTH):
        rect = BOX.move(place * BOX_STEP, 0)
        now = place == len(typed)
        canvas.pen.block(rect, CARD, radius=24, edge=CALM if now else EDGE, edge_width=6 if now else 3)
        if place < len(typed):
            canvas.write(typed[place], rect.inflate(-10, -10), bold(96), align="centre", anchor="middle")
    below = pygame.Rect(LEFT.left, BOX.bottom + 36, LEFT.width, 150)
    if snapshot.words and not typed:
        strip(canvas, below, " ".join(said(words) for words in snapshot.words))
    else:
        paragraphs(canvas, below, (_("Please type your number."),), LEAD)
    draw_keys(canvas, pad, pad.sheet.choices)
    quiet = pygame.Rect(MARGIN, FOOTER.top + 24, START_BUTTON.left - 2 * MARGIN, FOOTER.height - 24)
    words = _("Training guided by your care team. It does not replace a doctor's advice.")
    canvas.write(words, quiet, plain(SMALLEST, QUIET), anchor="middle")
    board_notice(canvas, view)


def confirm(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Show the number, very large, and the programme; ask whether it is the person's own."""
    paper(canvas)
    header(canvas, view)
    question = snapshot.question
    if question is None:
        return
    upper = pygame.Rect(MARGIN, 96, START_BUTTON.right - MARGIN, 90)
    canvas.write(said(question.text), upper, bold(64), anchor="middle")
    canvas.pen.block(NUMBER, CALM_SOFT, radius=28, edge=CALM)
    number = NUMBER.inflate(-30, -16)
    canvas.write(snapshot.number or "", number, bold(116), align="centre", anchor="middle")
    _programme(canvas, snapshot)
    yes_no_buttons(canvas, view, question, ANSWERS_TOP)


def _programme(canvas: Canvas, snapshot: Snapshot) -> None:
    card(canvas, PLAN)
    lines = [f"{title_words(one)} · {dose_words(one)}" for one in snapshot.plan]
    hidden = len(lines) - ROWS
    if hidden > 0:
        lines = lines[: ROWS - 1]
        lines.append(counted("and {count} more", "and {count} more", hidden + 1))
    if snapshot.words:
        lines = [said(words) for words in snapshot.words] + lines[: ROWS - 1]
    step = (PLAN.height - 28) // ROWS
    for row, line in enumerate(lines):
        top = PLAN.top + row * step + (PLAN.height - step * len(lines)) // 2
        box = pygame.Rect(PLAN.left + 28, top, PLAN.width - 56, step)
        canvas.write(line, box, plain(32), anchor="middle")
