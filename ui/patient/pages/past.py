"""The weeks behind and own bests: what was, day by day, without praise or blame and next to nobody else."""

from datetime import date
from typing import Final

import msgspec
import pygame

from station.training.snapshot import BestView, ExerciseView, PastView, Snapshot, WeekView
from ui.patient.canvas import Canvas, Turn
from ui.patient.lettering import bold, plain
from ui.patient.phrases import day_names, goal_words, manner_words, title_words
from ui.patient.theme import (
    BODY,
    CALM,
    CARD,
    EDGE,
    LEAD,
    MARGIN,
    QUIET,
    START_BUTTON,
    STOP_BUTTON,
    TITLE,
    WIDTH,
)
from ui.patient.view import View
from ui.patient.widgets import STOP, button, card, header, paper, paragraphs, start_button, tick
from ui.patient.words import _, counted

WEEKS: Final = 4
TOP: Final = 132
DAY_NAMES: Final = 36
ROW: Final = 84
LABEL: Final = 236  # widths of the columns
DAY_STEP: Final = 76
DISC: Final = 19
DAYS_WIDTH: Final = 150
BAR_LEFT: Final = MARGIN + LABEL + 7 * DAY_STEP + 24 + DAYS_WIDTH
BAR: Final = pygame.Rect(BAR_LEFT, 0, WIDTH - MARGIN - BAR_LEFT, 34)
FULL_BAR_MINUTES: Final = 60.0  # the bars of all weeks are to one scale, and no shorter than this
BESTS: Final = 3  # on one leaf
BEST_ROW: Final = 140


def past(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Draw the weeks, and on the leaves after it the bests where there are any."""
    paper(canvas)
    header(canvas, view)
    behind = snapshot.past or PastView()
    leaves = 1 + -(-len(behind.bests) // BESTS)
    leaf = min(view.leaf, leaves - 1)
    title = _("My best so far") if leaf else _("My weeks")
    canvas.write(title, pygame.Rect(MARGIN, 40, 900, 76), bold(TITLE))
    if leaf:
        _bests(canvas, behind.bests[(leaf - 1) * BESTS : leaf * BESTS])
        button(canvas, view, STOP_BUTTON, _("Back"), Turn(leaf - 1))
    else:
        _weeks(canvas, behind)
    if leaf + 1 < leaves:
        words = _("Read on") if leaf else _("My best so far")
        button(canvas, view, START_BUTTON, words, Turn(leaf + 1), main=True)
    else:
        start_button(canvas, view, _("Close"))
    if not leaf and leaves > 1:
        button(canvas, view, STOP_BUTTON, _("Close"), STOP)


def _weeks(canvas: Canvas, behind: PastView) -> None:
    if not any(day is not None for week in behind.weeks for day in week.days):
        room = pygame.Rect(MARGIN, TOP + 60, WIDTH - 2 * MARGIN, 300)
        paragraphs(canvas, room, (_("Here you will see on which days you trained, and for how long."),), LEAD)
        return
    for number, name in enumerate(day_names()):
        box = pygame.Rect(_day_x(number) - DAY_STEP // 2, TOP - 4, DAY_STEP, DAY_NAMES)
        canvas.write(name, box, plain(30, QUIET), align="centre", anchor="middle")
    longest = max(FULL_BAR_MINUTES, *(week.minutes for week in behind.weeks))
    for back, week in enumerate(reversed(behind.weeks[-WEEKS:])):
        top = TOP + DAY_NAMES + back * ROW
        _week(canvas, week, top, back, longest)
    top = TOP + DAY_NAMES + len(behind.weeks) * ROW + 8
    most = behind.most_days_a_week
    words = counted("Planned: up to {count} day a week.", "Planned: up to {count} days a week.", most)
    canvas.write(words, pygame.Rect(MARGIN, top, WIDTH - 2 * MARGIN, 48), plain(BODY, QUIET))


def _day_x(number: int) -> int:
    return MARGIN + LABEL + number * DAY_STEP + DAY_STEP // 2


def _week(canvas: Canvas, week: WeekView, top: int, back: int, longest: float) -> None:
    label = pygame.Rect(MARGIN, top, LABEL - 12, ROW)
    canvas.write(_week_name(back), label, bold(BODY), anchor="middle")
    middle = top + ROW // 2
    for number, trained in enumerate(week.days):
        centre = (_day_x(number), middle)
        if trained:
            tick(canvas, centre, DISC + 2)
        elif trained is not None:
            canvas.pen.disc(centre, DISC, EDGE)
            canvas.pen.disc(centre, DISC - 3, CARD)
    days = pygame.Rect(MARGIN + LABEL + 7 * DAY_STEP + 12, top, DAYS_WIDTH, ROW)
    count = sum(trained is True for trained in week.days)
    canvas.write(counted("{count} day", "{count} days", count), days, plain(BODY), anchor="middle")
    minutes = round(week.minutes)
    words = pygame.Rect(BAR.left, top + 4, BAR.width, ROW // 2 - 2)
    canvas.write(counted("{count} minute", "{count} minutes", minutes), words, plain(BODY), anchor="bottom")
    if minutes:
        bar = pygame.Rect(BAR.left, middle + 8, max(8, round(BAR.width * week.minutes / longest)), 24)
        canvas.pen.block(bar, CALM, radius=6)


def _week_name(back: int) -> str:
    if back < 2:
        return _("Last week") if back else _("This week")
    return counted("{count} week ago", "{count} weeks ago", back)


def _bests(canvas: Canvas, bests: tuple[BestView, ...]) -> None:
    for number, best in enumerate(bests):
        _best(
            canvas,
            pygame.Rect(MARGIN, TOP - 4 + number * (BEST_ROW + 10), WIDTH - 2 * MARGIN, BEST_ROW),
            best,
        )


def _best(canvas: Canvas, rect: pygame.Rect, best: BestView) -> None:
    card(canvas, rect)
    title = pygame.Rect(rect.left + 28, rect.top + 8, 780, 54)
    canvas.write(title_words(best.exercise), title, bold(40), anchor="middle")
    how = _("Beside the board") if best.exercise.stance == "off" else manner_words(best.exercise)
    line = pygame.Rect(title.left, title.bottom, title.width, rect.bottom - title.bottom - 6)
    canvas.write(how, line, plain(32, QUIET), balanced=True)
    side = pygame.Rect(rect.right - 338, rect.top + 8, 310, 54)
    canvas.write(goal_words(_reached(best)), side, bold(40, CALM), align="right", anchor="middle")
    below = pygame.Rect(side.left, side.bottom, side.width, 44)
    canvas.write(_day(best.day), below, plain(32, QUIET), align="right")


def _reached(best: BestView) -> ExerciseView:
    """Return the exercise as if it asked for what was reached."""
    exercise, count = best.exercise, best.count
    for key in ("targets", "repetitions", "steps", "minutes"):
        if getattr(exercise, key) is not None:
            return msgspec.structs.replace(exercise, **{key: count or 0})
    return msgspec.structs.replace(exercise, hold_s=int(best.held_s + 1e-6))  # never more than was held


def _day(day: str) -> str:
    """Return a date in words, without the year."""
    when = date.fromisoformat(day)
    months = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
        _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    return _("{day} {month}").format(day=when.day, month=months[when.month - 1])
