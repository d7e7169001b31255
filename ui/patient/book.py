"""Which page is shown for a view, and what of it moves."""

from collections.abc import Callable
from typing import Final, NamedTuple

from station.training.snapshot import Phase, Snapshot
from ui.patient.canvas import Canvas
from ui.patient.pages import apart, between, board, past, preparing, questions, setup, waiting, who
from ui.patient.service.pages.book import draw_service
from ui.patient.view import LIVE_PHASES, View

Draw = Callable[[Canvas, View, Snapshot], None]


class Page(NamedTuple):
    """`still` draws the page, `live` what moves on it from frame to frame."""

    still: Draw
    live: Draw | None = None


PAGES: Final[dict[Phase, Page]] = {
    "who": Page(who.who),
    "confirm": Page(who.confirm),
    "welcome": Page(waiting.welcome),
    "history": Page(past.past),
    "message": Page(preparing.message),
    "checkin": Page(questions.ask),
    "blocked": Page(waiting.blocked),
    "plan": Page(preparing.plan),
    "setup": Page(setup.setup),
    "step_on": Page(preparing.step_on),
    "weigh": Page(preparing.weigh),
    "countdown": Page(preparing.countdown),
    "hold": Page(board.hold_still, board.hold_live),
    "result": Page(between.result),
    "rest": Page(between.rest),
    "guided": Page(apart.guided),
    "pause": Page(apart.pause),
    "all_right": Page(waiting.all_right),
    "checkout": Page(questions.ask),
    "summary": Page(between.summary),
    "journal": Page(questions.ask),
    "goodnight": Page(waiting.goodnight),
}
FAULT: Final = Page(waiting.board_help)
SIGN: Final = Page(waiting.this_board)


def page_of(view: View, snapshot: Snapshot) -> Page:
    """Return the page of a view; a board without numbers, or with old ones, hides every live page.

    A hold whose picture has stopped keeps its page, greyed, so that the person sees what has happened.
    """
    if snapshot.this_board is not None:
        return SIGN
    silent = view.stale and snapshot.phase != "hold"
    if snapshot.phase in LIVE_PHASES and (snapshot.board_fault is not None or silent):
        return FAULT
    return PAGES[snapshot.phase]


def draw_still(canvas: Canvas, view: View) -> None:
    """Draw everything of the view that does not move."""
    if view.broken:
        waiting.not_to_be_shown(canvas, view)
    elif view.service is not None:
        draw_service(canvas, view, view.service)
    elif view.snapshot is None:
        waiting.away(canvas, view)
    else:
        page_of(view, view.snapshot).still(canvas, view, view.snapshot)
    canvas.finish()


def is_live(view: View) -> bool:
    """Return whether something on this page moves."""
    if view.service is not None or view.broken:
        return False
    return view.snapshot is not None and page_of(view, view.snapshot).live is not None


def draw_live(canvas: Canvas, view: View) -> None:
    """Draw what moves over the still page; nothing on most pages."""
    if view.snapshot is not None and is_live(view):
        live = page_of(view, view.snapshot).live
        if live is not None:
            live(canvas, view, view.snapshot)
