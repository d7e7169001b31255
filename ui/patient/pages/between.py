"""After a hold: what was held, a rest, and at the end the small wins of today."""

from typing import Final

import pygame

from station.training.snapshot import ResultView, Snapshot
from ui.patient.canvas import Canvas
from ui.patient.lettering import bold, plain
from ui.patient.phrases import day_names, title_words
from ui.patient.theme import (
    BODY,
    CALM,
    CALM_SOFT,
    CARD,
    CONTENT,
    EDGE,
    FOOTER,
    HAIR,
    LEAD,
    MARGIN,
    QUIET,
    SMALLEST,
    START_BUTTON,
    STOP_BUTTON,
    TITLE,
    WIDTH,
)
from ui.patient.view import View, whole_seconds
from ui.patient.widgets import (
    STOP,
    board_notice,
    button,
    header,
    paper,
    pause_button,
    start_button,
    stop_button,
    tick,
)
from ui.patient.words import _, counted, said

WEEK_TOP: Final = 428
DAY_STEP: Final = 78
TIP: Final = pygame.Rect(MARGIN + 8 * DAY_STEP - 20, WEEK_TOP, WIDTH - 2 * MARGIN - 8 * DAY_STEP + 20, 138)
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
    done, goal = (newest.count or 0, newest.goal) if newest.goal else (newest.held_s, newest.hold_s)
    canvas.pen.ring(centre, RING_RADIUS, 26, CALM, share=min(1.0, done / max(1e-6, goal)))
    number = pygame.Rect(centre[0] - 150, centre[1] - 120, 300, 180)
    canvas.write(str(int(done + 1e-6)), number, bold(150), align="centre", anchor="middle")
    below = pygame.Rect(centre[0] - 130, centre[1] + 52, 260, 48)
    of = counted("of {count} second", "of {count} seconds", round(newest.hold_s))
    if newest.goal:
        of = _("of {goal}").format(goal=newest.goal)
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
    pause_button(canvas, view)
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
    """Thank the person, name today's small wins, and show the week and the tip of the day."""
    paper(canvas)
    header(canvas, view)
    canvas.write(_("Thank you. That was today."), pygame.Rect(MARGIN, 96, 1000, 84), bold(64))
    below = bool(snapshot.week or snapshot.tip)
    room = pygame.Rect(MARGIN, 196, WIDTH - 2 * MARGIN, (WEEK_TOP if below else CONTENT.bottom) - 208)
    sentences = tuple(said(words) for words in snapshot.words)
    slot = min(92, room.height // max(1, len(sentences)))
    for number, sentence in enumerate(sentences):
        row = pygame.Rect(room.left + 92, room.top + number * slot, room.width - 92, slot)
        tick(canvas, (MARGIN + 34, row.centery), min(26, slot // 2 - 4))
        canvas.write(sentence, row, plain(LEAD), anchor="middle")
    if snapshot.week:
        _week(canvas, snapshot)
    if snapshot.tip:
        _tip(canvas, said(snapshot.tip))
    button(canvas, view, STOP_BUTTON, _("Finish"), STOP)
    start_button(canvas, view, _("My day"))


def _week(canvas: Canvas, snapshot: Snapshot) -> None:
    """Draw the last seven days, ticked where there was training; today is the last."""
    names = day_names()
    for place, trained in enumerate(snapshot.week):
        ago = len(snapshot.week) - 1 - place
        centre = (MARGIN + 40 + place * DAY_STEP, WEEK_TOP + 42)
        if trained:
            tick(canvas, centre, 28)
        else:
            canvas.pen.disc(centre, 28, EDGE)
            canvas.pen.disc(centre, 25, CARD)
        name = pygame.Rect(centre[0] - DAY_STEP // 2, WEEK_TOP + 84, DAY_STEP, 40)
        words = names[(snapshot.weekday - ago) % len(names)]
        canvas.write(words, name, plain(SMALLEST, QUIET), align="centre", anchor="middle")


def _tip(canvas: Canvas, tip: str) -> None:
    canvas.pen.block(TIP, CALM_SOFT, radius=22)
    canvas.write(tip, TIP.inflate(-44, -16), plain(BODY), anchor="middle", balanced=True)
