"""Pages outside training: welcome, no training today, the station is away, the board needs help."""

import re
from typing import Final

import pygame

from station.training.snapshot import CareTold, ExerciseView, Snapshot
from station.training.words import FALL_TOLD, TEAM_KNOWS
from ui.patient.canvas import Canvas
from ui.patient.figures import stance_picture
from ui.patient.lettering import bold, plain
from ui.patient.theme import (
    BODY,
    CALM,
    CALM_SOFT,
    CARD,
    CONTENT,
    FOOTER,
    LEAD,
    MARGIN,
    PAPER,
    QUIET,
    SMALLEST,
    START_BUTTON,
    WIDTH,
)
from ui.patient.view import TRAINING_PHASES, View
from ui.patient.widgets import (
    START,
    STOP,
    board_notice,
    button,
    card,
    header,
    paper,
    paragraphs,
    start_button,
    stop_button,
)
from ui.patient.words import _, said

BEGIN: Final = pygame.Rect(MARGIN, 444, 560, 120)
WEEKS: Final = pygame.Rect(WIDTH - MARGIN - 420, FOOTER.top, 420, FOOTER.height)
ID_LINE: Final = 24
PLATE: Final = pygame.Rect(MARGIN + 120, 214, WIDTH - 2 * MARGIN - 240, 268)
GREETER: Final = ExerciseView(
    routine="greeting", title="", rung=1, stance="both", side=None, support="two-hands", vision="open",
    surface="firm", hold_s=1, support_limit_percent=40, attempts=1, cues=(), why="",
)  # fmt: skip


def welcome(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Greet, and offer one large button; none while somebody calibrates or checks the board."""
    paper(canvas)
    header(canvas, view)
    if snapshot.service:
        looked_after(canvas)
        return
    picture = pygame.Rect(WIDTH - MARGIN - 420, 112, 420, 452)
    card(canvas, picture)
    stance_picture(canvas.pen, (picture.left + 26, picture.top + 10), 0.92, GREETER, snapshot.device)
    left = pygame.Rect(MARGIN, 128, 700, 84)
    canvas.write(_("Good to see you."), left, bold(68))
    if snapshot.ready:
        sentences: tuple[str, ...] = (
            _("Put your support right next to the board."),
            _("Press Start when you are ready."),
        )
        button(canvas, view, BEGIN, _("Start"), START, main=True)
    else:
        fault = said(snapshot.board_fault or "") or _("The board is getting ready.")
        sentences = (fault, *_told(snapshot))
        _not_yet(canvas)
    paragraphs(canvas, pygame.Rect(MARGIN, 232, 700, 190), sentences, LEAD)
    button(canvas, view, WEEKS, _("My weeks"), STOP)
    quiet = pygame.Rect(MARGIN, FOOTER.top + 16, WEEKS.left - MARGIN - 40, FOOTER.height - 16)
    words = _("Training guided by your care team. It does not replace a doctor's advice.")
    canvas.write(words, quiet, plain(SMALLEST, QUIET), anchor="middle")
    if snapshot.ready:
        board_notice(canvas, view)


def _not_yet(canvas: Canvas) -> None:
    """Draw the place of the Start button as what it is while the board gets ready: no button."""
    canvas.pen.block(BEGIN, CALM_SOFT, radius=26)
    for step in (-1, 0, 1):
        canvas.pen.disc((BEGIN.left + 76 + 30 * step, BEGIN.centery), 9, CALM)
    words = pygame.Rect(BEGIN.left + 150, BEGIN.top + 8, BEGIN.width - 174, BEGIN.height - 16)
    canvas.write(_("Start comes by itself"), words, plain(BODY), anchor="middle")


def blocked(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Say that there is no training today, what to do, and whom to call."""
    paper(canvas)
    header(canvas, view)
    first, *rest = snapshot.words or (_("No training today."),)
    canvas.write(said(first), pygame.Rect(MARGIN, 128, WIDTH - 2 * MARGIN, 90), bold(68))
    box = pygame.Rect(MARGIN, 246, 1060, CONTENT.bottom - 246)
    paragraphs(canvas, box, tuple(said(words) for words in rest), 50, gap=32)
    start_button(canvas, view, _("I have read this"))


def goodnight(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Say goodbye, and when the next training may begin."""
    paper(canvas)
    header(canvas, view)
    x, y = MARGIN + 170, CONTENT.centery
    canvas.pen.disc((x, y), 150, CALM)
    canvas.pen.disc((x + 66, y - 50), 128, PAPER)  # what is left is a moon
    beside = pygame.Rect(MARGIN + 400, CONTENT.top + 40, WIDTH - 2 * MARGIN - 400, 190)
    title = canvas.write(_("Goodbye, and rest well."), beside, bold(84), anchor="middle", balanced=True)
    sentences = (*(said(words) for words in snapshot.words), _("This page closes by itself."))
    room = pygame.Rect(beside.left, title.bottom + 30, beside.width, CONTENT.bottom - title.bottom - 30)
    paragraphs(canvas, room, sentences, LEAD, gap=22)
    start_button(canvas, view, _("Close"))


def all_right(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Ask whether somebody who left the board at once is all right, with one very large button."""
    paper(canvas)
    header(canvas, view)
    canvas.write(_("Are you all right?"), pygame.Rect(MARGIN, 120, WIDTH - 2 * MARGIN, 120), bold(96))
    sentences = tuple(said(words) for words in snapshot.words) or (_("Press any button if you are."),)
    paragraphs(canvas, pygame.Rect(MARGIN, 260, WIDTH - 2 * MARGIN, 160), sentences, 50, gap=24)
    answer = pygame.Rect(MARGIN, 450, WIDTH - 2 * MARGIN, 200)
    button(canvas, view, answer, _("Yes, I am all right"), START, main=True)


def this_board(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Say to whoever looks for it across a room that this is the board."""
    paper(canvas)
    header(canvas, view)
    canvas.write(
        _("This board"),
        pygame.Rect(MARGIN, 92, WIDTH - 2 * MARGIN, 110),
        bold(96),
        align="centre",
        anchor="middle",
    )
    canvas.pen.block(PLATE, CARD, radius=40, edge=CALM, edge_width=10)
    for x in (PLATE.left + 46, PLATE.right - 46):
        for y in (PLATE.top + 46, PLATE.bottom - 46):
            canvas.pen.disc((x, y), 16, CALM)
    room, lines = PLATE.inflate(-160, -48), id_lines(snapshot.this_board or "")
    size = 150 if len(lines) == 1 else 46
    for number, line in enumerate(lines):
        height = room.height // len(lines)
        rect = pygame.Rect(room.left, room.top + number * height, room.width, height)
        canvas.write(line, rect, bold(size), align="centre", anchor="middle")
    below = pygame.Rect(MARGIN, PLATE.bottom + 14, WIDTH - 2 * MARGIN, 56)
    words = _("Your care team wanted to see which board this is.")
    canvas.write(words, below, plain(BODY), align="centre", anchor="middle")
    start_button(canvas, view, _("Close"))
    if snapshot.session is not None and snapshot.phase in TRAINING_PHASES:
        stop_button(canvas, view)


def id_lines(station: str) -> list[str]:
    """Break a station's id, which has up to 63 letters and no spaces, behind its own signs."""
    lines = [""]
    for part in re.findall(rf"[^-._]{{1,{ID_LINE - 1}}}[-._]?|[-._]{{1,{ID_LINE}}}", station):
        if len(lines[-1]) + len(part) > ID_LINE:
            lines.append("")
        lines[-1] += part
    return [line for line in lines if line]


def away(canvas: Canvas, view: View) -> None:
    """Say calmly that the station is not there yet, or not any more."""
    paper(canvas)
    sentences = [_("The station is starting. This page goes on by itself.")]
    if view.interrupted:
        sentences = [
            _("Hold on to your support, or sit down."),
            _("The station is starting again. Nothing you did is lost."),
        ]
    _centred(canvas, _("One moment, please"), tuple(sentences))


def board_help(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Say that the board gives no numbers, in place of everything that would show them."""
    paper(canvas)
    header(canvas, view)
    fault = said(snapshot.board_fault or "") or _("The board does not answer at this moment.")
    sentences = (fault, _("Hold on to your support, or sit down."), *_told(snapshot))
    _centred(canvas, _("A short break"), sentences)
    stop_button(canvas, view)


def looked_after(canvas: Canvas) -> None:
    """Say that somebody calibrates or checks the board."""
    wait = _("You can train again as soon as this is done.")
    _centred(canvas, _("The board is being looked after"), (wait,))


def _told(snapshot: Snapshot) -> tuple[str, ...]:
    """Return what the care team has been told of the board, and no more than that."""
    sentences: dict[CareTold, tuple[str, ...]] = {
        "": (),
        "on_its_way": (said(FALL_TOLD),),
        "known": (said(TEAM_KNOWS),),
    }
    return sentences[snapshot.care_told]


def not_to_be_shown(canvas: Canvas, view: View) -> None:
    """Stand in for a page that cannot be drawn: calm, with the way out that this page would have had."""
    paper(canvas)
    header(canvas, view)
    sentences = [
        _("This page cannot be shown just now."),
        _("Please tell your care team if it stays like this."),
    ]
    if view.snapshot is not None and view.service is None and view.snapshot.phase in TRAINING_PHASES:
        sentences.insert(0, _("Hold on to your support, or sit down."))
        stop_button(canvas, view)
    _centred(canvas, _("A short break"), tuple(sentences))


def _centred(canvas: Canvas, title: str, sentences: tuple[str, ...]) -> None:
    box = pygame.Rect(140, 180, WIDTH - 280, 90)
    canvas.write(title, box, bold(68), align="centre", anchor="middle")
    for step in (-1, 0, 1):
        canvas.pen.disc((WIDTH / 2 + 44 * step, 150), 9, CALM)
    room = pygame.Rect(180, 300, WIDTH - 360, START_BUTTON.top - 320)
    paragraphs(canvas, room, sentences, LEAD, gap=22, align="centre")
