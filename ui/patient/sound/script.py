"""What is said of each page: its main instruction, in the words of the screen."""

from collections.abc import Callable, Iterator
from typing import Final, Literal, NamedTuple, get_args

from station.training.questions import EVERY
from station.training.saying import NEWS
from station.training.snapshot import ExerciseView, PausedBy, Phase, Question, Snapshot
from station.training.words import (
    FALL_WORDS,
    LEFT_WORDS,
    PAUSE_WORDS,
    RESUME_WORDS,
    TEAM_HOLD_WORDS,
    WAIT_FOR_TEAM,
)
from ui.patient.dialogue import page_key
from ui.patient.phrases import (
    device_words,
    goal_words,
    manner_words,
    paused_words,
    support_words,
    title_words,
)
from ui.patient.view import LIVE_PHASES, View
from ui.patient.words import _, counted, said

ENDS: Final = ".!?:"
Place = tuple[object, ...]
Manner = Literal["page", "greeting", "hold", "urgent"]
MANNERS: Final[dict[Phase, Manner]] = {"welcome": "greeting", "hold": "hold", "all_right": "urgent"}


class Line(NamedTuple):
    """What is to be said: again in another place, or when the words change. No words: nothing.

    A `greeting` is said once, a line of a `hold` not too often, an `urgent` one always and loud. `closed`:
    the eyes of the person are closed here.
    """

    place: Place
    words: str
    manner: Manner = "page"
    closed: bool = False


def line_of(view: View) -> Line:
    """Return what a page says; nothing of what moves in a hold, only what a pause asks for."""
    snapshot = view.snapshot
    if view.service is not None:
        return Line(("service",), "")
    if snapshot is None:
        return Line(("away", view.interrupted), _away() if view.interrupted else "")
    page = page_key(snapshot)
    if snapshot.this_board is not None:
        return Line(page, _this_board())
    if snapshot.phase in LIVE_PHASES and snapshot.board_fault is not None:
        return Line(("fault", *page), _fault(snapshot))
    if snapshot.phase in LIVE_PHASES and view.stale:
        still = snapshot.phase == "hold"
        return Line(
            ("stale", *page), _("One moment. Hold on to your support.") if still else _fault(snapshot)
        )
    closed = snapshot.phase in {"countdown", "hold"} and _is_done_blind(snapshot.exercise)
    return Line((view.leaf, *page), _words(view, snapshot), MANNERS.get(snapshot.phase, "page"), closed)


def _is_done_blind(exercise: ExerciseView | None) -> bool:
    return exercise is not None and exercise.vision == "closed"


def eyes_open_words(words: str) -> str:
    """Return what is said after closed eyes, before anything else."""
    return sentences(_("Open your eyes."), words)


def answer_words(question: Question, chosen: int) -> str:
    """Return the answer that is marked and not yet taken."""
    if question.kind == "yes_no":
        return _("Yes") if chosen else _("No")
    return said(question.choices[chosen]) if question.kind == "choice" else str(chosen)


def sample_words() -> str:
    """Return what the service area says to let the voice be heard."""
    return sentences(_("Good to see you."), _("This is how the station speaks."))


def plan_phrases(snapshot: Snapshot) -> Iterator[str]:
    """Yield what today's exercises will need."""
    for exercise in snapshot.plan:
        yield _guided(exercise) if exercise.kind == "guided" else _set_up(exercise, snapshot)


def urgent_phrases() -> Iterator[str]:
    """Yield what is said whatever was chosen."""
    yield sentences(_("Are you all right?"), _("Press any button if you are."))
    yield sentences(_("Are you all right?"), *map(said, FALL_WORDS))


def usual_phrases() -> Iterator[str]:
    """Yield what may be wanted in every session."""
    yield from (paused_words(reason) for reason in get_args(PausedBy))
    yield _greeting()
    yield from (_question(asked.text, asked.kind, asked.low, asked.high) for asked in EVERY)
    yield from (_("Yes"), _("No"), *map(str, range(11)))
    yield from (_step_on(()), _weigh(()), _away(), _this_board(), _("Close your eyes now."), sample_words())
    yield from (_pause(words) for words in (PAUSE_WORDS, LEFT_WORDS, RESUME_WORDS))


def sentences(*parts: str) -> str:
    """Return the parts as sentences, each with its end."""
    return " ".join(part if part[-1] in ENDS else f"{part}." for part in parts if part)


def _words(view: View, snapshot: Snapshot) -> str:
    if snapshot.question is not None:
        asked = snapshot.question
        return _question(asked.text, asked.kind, asked.low, asked.high)
    make = SAID.get(snapshot.phase)
    if view.leaf and snapshot.phase == "setup":
        return _("Press Start when you are ready.")
    return "" if make is None else make(snapshot)


def _away() -> str:
    return sentences(
        _("One moment, please"),
        _("Hold on to your support, or sit down."),
        _("The station is starting again. Nothing you did is lost."),
    )


def _this_board() -> str:
    return sentences(_("This board"), _("Your care team wanted to see which board this is."))


def _fault(snapshot: Snapshot) -> str:
    fault = said(snapshot.board_fault or "") or _("The board does not answer at this moment.")
    return sentences(_("A short break"), fault, _("Hold on to your support, or sit down."))


def _question(text: str, kind: str, low: str, high: str) -> str:
    if kind != "scale":
        return said(text)
    ends = _("0 is {low}, 10 is {high}.").format(low=said(low), high=said(high))
    return sentences(said(text), ends)


def _greeting() -> str:
    return sentences(
        _("Good to see you."),
        _("Put your support right next to the board."),
        _("Press Start when you are ready."),
    )


def _welcome(snapshot: Snapshot) -> str:
    return _greeting() if snapshot.ready and not snapshot.service else ""


def _message(snapshot: Snapshot) -> str:
    """Return the station's own news; what a therapist has written is for the person's eyes."""
    lines = snapshot.note.split("\n")
    if lines[0] in NEWS:
        return sentences(_("New for you"), *map(said, lines))
    return _("There is a message from your therapist. Please read it.")


def _blocked(snapshot: Snapshot) -> str:
    words = snapshot.words
    if words[: len(TEAM_HOLD_WORDS)] == TEAM_HOLD_WORDS:  # the note stays for the person to read
        words = (*TEAM_HOLD_WORDS, WAIT_FOR_TEAM)
    return sentences(*(said(line) for line in words)) or _("No training today.")


def _plan(snapshot: Snapshot) -> str:
    if not snapshot.plan:
        return ""
    today = counted("Today: {count} exercise.", "Today: {count} exercises.", len(snapshot.plan))
    return sentences(today, _("Press Start to go on."))


def _set_up_now(snapshot: Snapshot) -> str:
    return "" if snapshot.exercise is None else _set_up(snapshot.exercise, snapshot)


def _set_up(exercise: ExerciseView, snapshot: Snapshot) -> str:
    return sentences(
        title_words(exercise),
        manner_words(exercise),
        device_words(snapshot.device),
        *(said(cue) for cue in exercise.cues),
        _("Press Start when you are ready."),
    )


def _step_on(words: tuple[str, ...]) -> str:
    more = said(words[0]) if words else _("Face forward and hold your support.")
    return sentences(_("Step onto the board"), more)


def _weigh(words: tuple[str, ...]) -> str:
    more = said(words[0]) if words else _("If you can do so safely, let go of your support.")
    return sentences(_("Stand still for a moment"), more)


def _countdown(snapshot: Snapshot) -> str:
    """Return what closed eyes need; open ones see the numbers, and the tones count."""
    exercise = snapshot.exercise
    if exercise is None or exercise.vision == "open":
        return ""
    return sentences(support_words(exercise.support), _("Close your eyes now."))


def _hold(snapshot: Snapshot) -> str:
    return "" if snapshot.paused_by is None else paused_words(snapshot.paused_by)


def _result(snapshot: Snapshot) -> str:
    return said(snapshot.results[-1].sentence) if snapshot.results else ""


def _rest(snapshot: Snapshot) -> str:
    exercise = snapshot.exercise
    words = _("Sit down if you like.")
    if exercise is not None and snapshot.attempt > 1:
        words = _("Sit down if you like. Then the same once more.")
    elif exercise is not None:
        words = _("Sit down if you like. Next: {title}.").format(title=title_words(exercise))
    return sentences(_("Rest"), words)


def _guided_now(snapshot: Snapshot) -> str:
    return "" if snapshot.exercise is None else _guided(snapshot.exercise)


def _guided(exercise: ExerciseView) -> str:
    return sentences(
        title_words(exercise),
        goal_words(exercise),
        *(said(cue) for cue in exercise.cues),
        _("Press Start when you have done it."),
    )


def _pause(words: tuple[str, ...]) -> str:
    return sentences(_("A pause"), *(said(one) for one in words), _("Press Start to go on."))


def _all_right(snapshot: Snapshot) -> str:
    words = tuple(said(words) for words in snapshot.words) or (_("Press any button if you are."),)
    return sentences(_("Are you all right?"), *words)


def _summary(snapshot: Snapshot) -> str:
    return sentences(_("Thank you. That was today."), *(said(words) for words in snapshot.words))


def _goodnight(snapshot: Snapshot) -> str:
    return sentences(_("Goodbye, and rest well."), *(said(words) for words in snapshot.words))


def _who(snapshot: Snapshot) -> str:
    return sentences(_("Who trains now?"), *(said(words) for words in snapshot.words))


SAID: Final[dict[Phase, Callable[[Snapshot], str]]] = {
    "who": _who,
    "welcome": _welcome,
    "message": _message,
    "blocked": _blocked,
    "plan": _plan,
    "setup": _set_up_now,
    "step_on": lambda snapshot: _step_on(snapshot.words),
    "weigh": lambda snapshot: _weigh(snapshot.words),
    "countdown": _countdown,
    "hold": _hold,
    "result": _result,
    "rest": _rest,
    "guided": _guided_now,
    "pause": lambda snapshot: _pause(snapshot.words),
    "all_right": _all_right,
    "summary": _summary,
    "goodnight": _goodnight,
}
