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
DOSE_WIDTH: Final = 500
PLAN: Final = pygame.Rect(MARGIN, 204, START_BUTTON.right - MARGIN, 200)
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
    below = pygame.Rect(LEFT.left, BOX.bottom + 24, LEFT.width, 190)
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
    """Ask whether the number is the person's own, with the programme in words below it."""
    paper(canvas)
    header(canvas, view)
    question = snapshot.question
    if question is None:
        return
    upper = pygame.Rect(PLAN.left, 84, PLAN.width, 112)
    canvas.write(said(question.text), upper, bold(88), align="centre", anchor="middle")
    _programme(canvas, snapshot)
    yes_no_buttons(canvas, view, question, ANSWERS_TOP)


def _programme(canvas: Canvas, snapshot: Snapshot) -> None:
    """Draw what there is to train, name left and how much of it right; nothing where all rests."""
    if not snapshot.plan and not snapshot.words:
        return
    card(canvas, PLAN)
    lines = [(title_words(one), dose_words(one)) for one in snapshot.plan]
    rows = ROWS - len(snapshot.words)
    if len(lines) > rows:
        hidden = len(lines) - rows + 1
        lines = lines[: rows - 1]
        lines.append((counted("and {count} more", "and {count} more", hidden), ""))
    lines = [(said(words), "") for words in snapshot.words] + lines
    step = (PLAN.height - 20) // ROWS
    top = PLAN.centery - step * len(lines) // 2
    for row, (name, dose) in enumerate(lines):
        line = pygame.Rect(PLAN.left + 24, top + row * step, PLAN.width - 48, step)
        right = pygame.Rect(line.right - DOSE_WIDTH, line.top, DOSE_WIDTH, step)
        left = line if not dose else pygame.Rect(line.left, line.top, line.width - DOSE_WIDTH - 16, step)
        canvas.write(name, left, plain(32), anchor="middle")
        if dose:
            canvas.write(dose, right, plain(30, QUIET), align="right", anchor="middle")
