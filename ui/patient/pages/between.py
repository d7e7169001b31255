"""After a hold: what was held, a rest, and at the end the small wins of today."""

from typing import Final

import pygame

from station.training.snapshot import ResultView, Snapshot
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.phrases import title_words
from ui.patient.theme import (
    BODY,
    CALM,
    CALM_SOFT,
    CONTENT,
    FOOTER,
    HAIR,
    LEAD,
    MARGIN,
    QUIET,
    START_BUTTON,
    TITLE,
    WIDTH,
)
from ui.patient.view import View, whole_seconds
from ui.patient.widgets import (
    board_notice,
    header,
    paper,
    start_button,
    stop_button,
    tick,
)
from ui.patient.words import _, counted, said

RING_CENTRE: Final = (MARGIN + 224, CONTENT.top + 218)
RING_RADIUS: Final = 196


def result(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Show the time held as part of a ring, and one true sentence."""
    paper(canvas)
    newest = snapshot.results[-1] if snapshot.results else None
    header(canvas, view, "" if newest is None else said(newest.title))
    stop_button(canvas, view)
    start_button(canvas, view, _("Go on"))
    if newest is None:
        return
    _held_ring(canvas, RING_CENTRE, newest)
    beside = pygame.Rect(MARGIN + 500, CONTENT.top, WIDTH - 2 * MARGIN - 500, CONTENT.height)
    words = pygame.Rect(beside.left, beside.top + 60, beside.width, 240)
    filled = canvas.write(said(newest.sentence), words, bold(TITLE), anchor="middle", balanced=True)
    if newest.in_target_percent is not None and newest.outcome == "done":
        share = _("In the circle for {percent} % of the time").format(percent=round(newest.in_target_percent))
        canvas.write(
            share, pygame.Rect(beside.left, filled.bottom + 22, beside.width, 90), plain(BODY, QUIET)
        )


def _held_ring(canvas: Canvas, centre: tuple[int, int], newest: ResultView) -> None:
    canvas.pen.disc(centre, RING_RADIUS, CALM_SOFT)
    canvas.pen.ring(centre, RING_RADIUS, 26, HAIR)
    canvas.pen.ring(centre, RING_RADIUS, 26, CALM, share=newest.held_s / newest.hold_s)
    number = pygame.Rect(centre[0] - 150, centre[1] - 120, 300, 180)
    held = int(newest.held_s + 1e-6)
    canvas.write(str(held), number, bold(150), align="centre", anchor="middle")
    below = pygame.Rect(centre[0] - 130, centre[1] + 52, 260, 48)
    of = counted("of {count} second", "of {count} seconds", round(newest.hold_s))
    canvas.write(of, below, plain(BODY), align="centre", anchor="middle")
    if newest.outcome == "done":
        tick(canvas, (centre[0] + 146, centre[1] - 146), 44)


def rest(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Count the rest down and name what comes next."""
    paper(canvas)
    header(canvas, view)
    left = whole_seconds(snapshot.rest_s or 0.0)
    _rest_ring(canvas, RING_CENTRE, left, snapshot.rest_total_s)
    beside = pygame.Rect(MARGIN + 500, CONTENT.top + 60, WIDTH - 2 * MARGIN - 500, 120)
    title = canvas.write(_("Rest"), beside, bold(84), anchor="middle")
    below = pygame.Rect(beside.left, title.bottom + 24, beside.width, 190)
    words = _("Sit down if you like.")
    if snapshot.exercise is not None and snapshot.attempt > 1:
        words = _("Sit down if you like. Then the same once more.")
    elif snapshot.exercise is not None:
        words = _("Sit down if you like. Next: {title}.").format(title=title_words(snapshot.exercise))
    canvas.write(words, below, plain(LEAD), balanced=True)
    stop_button(canvas, view)
    board_notice(canvas, view)
    aside = pygame.Rect(START_BUTTON.left - 60, FOOTER.top, START_BUTTON.width + 60, FOOTER.height)
    canvas.write(_("It goes on by itself"), aside, plain(BODY, QUIET), align="right", anchor="middle")


def _rest_ring(canvas: Canvas, centre: tuple[int, int], left: int, total_s: float | None) -> None:
    """Draw the seconds left, in a ring that runs empty."""
    canvas.pen.disc(centre, RING_RADIUS, CALM_SOFT)
    canvas.pen.ring(centre, RING_RADIUS, 26, HAIR)
    if total_s:
        canvas.pen.ring(centre, RING_RADIUS, 26, CALM, share=left / total_s)
    number = pygame.Rect(centre[0] - 150, centre[1] - 120, 300, 180)
    canvas.write(str(left), number, bold(150), align="centre", anchor="middle")
    below = pygame.Rect(centre[0] - 130, centre[1] + 52, 260, 48)
    canvas.write(counted("second", "seconds", left), below, plain(BODY), align="centre", anchor="middle")


def summary(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Thank the person and name today's small wins."""
    paper(canvas)
    header(canvas, view)
    canvas.write(_("Thank you. That was today."), pygame.Rect(MARGIN, 108, 1000, 90), bold(68))
    top = 224
    room = CONTENT.bottom - top
    sentences = tuple(said(words) for words in snapshot.words)
    slot = min(92, room // max(1, len(sentences)))
    for number, sentence in enumerate(sentences):
        row = pygame.Rect(MARGIN + 92, top + number * slot, WIDTH - 2 * MARGIN - 92, slot)
        tick(canvas, (MARGIN + 34, row.centery), 26)
        canvas.write(sentence, row, plain(LEAD), anchor="middle")
    start_button(canvas, view, _("Finish"))
