"""A board in words that are read from across a room, and as what the page's script draws. Pure."""

import math
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from station.link.client import NOT_CONNECTED, LiveFrame
from station.training.words import GETTING_READY
from ui.care.wall.hub import Board, Mark
from ui.care.words.clinical import EVENT, routine_words
from ui.care.words.station import fault_words as of_cell
from ui.care.words.station import station_words

Words = str | Promise

PHASES: Final[dict[str, Words]] = {
    "who": _("Who trains?"), "confirm": _("Who trains?"), "welcome": _("Ready"),
    "history": _("Looks at the weeks"), "message": _("Reads a message"), "checkin": _("Check-in"),
    "blocked": _("No training today"), "plan": _("Today's plan"), "setup": _("Setting up"),
    "step_on": _("Step on"), "weigh": _("Weighing: stand still"), "countdown": _("Countdown"),
    "hold": _("Hold"), "result": _("Result"), "rest": _("Resting"), "guided": _("Beside the board"),
    "pause": _("Pause"), "all_right": _("Fall question"), "checkout": _("Check-out"),
    "summary": _("Summary"), "journal": _("Journal"), "goodnight": _("Goodbye"),
}  # fmt: skip
PAUSED: Final[dict[str, Words]] = {
    "step_off": _("step off"),
    "support_over": _("too much weight on the hands"),
    "edge": _("at the edge"),
    "fault": _("board fault"),
    "touch_down": _("foot came down"),
    "out_of_line": _("out of line"),
}
# What makes a tile ask for attention until somebody has seen it.
ALARMS: Final = frozenset(
    {"possible_fall", "red_flag", "pain_stop", "sensor_fault", "hold_fault", "hold_stopped"}
)
WARNINGS: Final = frozenset(
    {"step_off", "stumble", "touch_down", "out_of_line", "pain_up", "weight_doubtful"}
)
TOLD: Final = frozenset({"mark", "all_right_answered", "stepped", "eased", "minutes_reached"})


class State(NamedTuple):
    """What a board does: tone (good, calm, warn, alarm), few words, a line more, what asks for attention."""

    tone: str
    head: str
    info: str
    alarm: str = ""


def state_of(frame: LiveFrame, marks: tuple[Mark, ...] = ()) -> State:
    """Return what a board is doing."""
    doing = exercise_line(frame)
    if frame.phase == "all_right":
        return State(
            "alarm", gettext("Fall question"), gettext("“Are you all right?” is not answered"), "fall"
        )
    if frame.board_fault and frame.board_fault != GETTING_READY:
        what = next((fault for mark in reversed(marks) if (fault := fault_words(mark))), "")
        head = gettext("Fault: %(what)s") % {"what": what} if what else gettext("Board fault")
        return State("alarm", head, gettext("The board gives no numbers"), "fault")
    if frame.board_fault:
        return State("calm", gettext("Getting ready"), gettext("The board takes its zero: leave it empty"))
    if frame.paused_by and frame.phase in {"hold", "pause"}:
        why = PAUSED.get(frame.paused_by, frame.paused_by.replace("_", " "))
        return State("warn", gettext("Paused: %(why)s") % {"why": why}, doing)
    if frame.phase == "hold":
        return State("good" if frame.counting else "calm", _hold_words(frame), doing)
    return State("warn" if frame.phase in {"pause", "blocked"} else "calm", _phase_words(frame), doing)


def _hold_words(frame: LiveFrame) -> str:
    if frame.counting:
        return gettext("Holding")
    return gettext("Not counting yet")


def _phase_words(frame: LiveFrame) -> str:
    if frame.phase == "rest" and frame.rest_s is not None:
        return gettext("Resting %(seconds)d s") % {"seconds": math.ceil(frame.rest_s)}
    if frame.phase == "countdown" and frame.countdown_s is not None:
        return gettext("Starts in %(seconds)d") % {"seconds": frame.countdown_s}
    return str(PHASES.get(frame.phase, frame.phase.replace("_", " ")))


def exercise_line(frame: LiveFrame) -> str:
    """Return exercise, rung and attempt, "" for none."""
    if frame.routine is None or frame.rung is None:
        return ""
    parts = [routine_words(frame.routine, frame.side or ""), gettext("rung %(rung)d") % {"rung": frame.rung}]
    if frame.attempt:
        parts.append(gettext("try %(attempt)d") % {"attempt": frame.attempt})
    return " · ".join(parts)


def fault_words(mark: Mark) -> str:
    """Return which cell does what ("FR silent"), "" for what is no fault of the board."""
    if mark.kind != "sensor_fault":
        return ""
    cell, fault = mark.detail.get("cell"), mark.detail.get("fault")
    parts = (str(cell or ""), of_cell(str(fault)) if fault else "")  # few words: a tile is narrow
    return " ".join(part for part in parts if part)


def mark_words(mark: Mark) -> dict[str, Any] | None:
    """Return an event as it stands on a tile, None for one that need not."""
    if mark.kind in ALARMS:
        tone = "alarm"
    elif mark.kind in WARNINGS:
        tone = "warn"
    elif mark.kind in TOLD:
        tone = "calm"
    else:
        return None
    words = str(EVENT.get(mark.kind, mark.kind.replace("_", " ")))
    if fault := fault_words(mark):
        words = f"{words}: {fault}"
    return {"id": mark.id, "at": mark.at, "words": words, "tone": tone, "sim": mark.sim}


def link_words(why: str) -> str:
    """Return why no board can be seen; a reason that is not known here as it came."""
    words = station_words(why)
    return f"{words[:1].upper()}{words[1:]}"


def board_payload(board: Board, now_s: float) -> dict[str, Any]:
    """Return what the page is told of a board; `age` is that of the sample at this moment, s."""
    marks = tuple(board.marks)
    said: dict[str, Any] = {
        "s": board.station,
        "age": None,
        "offline": board.offline,
        "absent": board.why == NOT_CONNECTED,
        "why": link_words(board.why),
        "marks": [words for mark in reversed(marks) if (words := mark_words(mark))],
    }
    frame, age_s = board.frame, board.age_s(now_s)
    if frame is None or age_s is None:
        return said
    state = state_of(frame, marks)
    said |= {"age": round(age_s, 3), "sim": board.sim, "number": frame.number, **state._asdict()}
    return said | _picture(frame)


def _picture(frame: LiveFrame) -> dict[str, Any]:
    target = (frame.target_x_mm, frame.target_y_mm, frame.target_radius_mm)
    return {
        "plate": frame.plate_mm,
        "xy": None if frame.x_mm is None or frame.y_mm is None else (frame.x_mm, frame.y_mm),
        "target": None if None in target else target,
        "in": frame.in_target,
        "ring": _ring(frame),
        "counting": frame.counting,
        "support": frame.support_percent,
        "limit": frame.support_limit_percent,
        "load": frame.load_n,
    }


def _ring(frame: LiveFrame) -> tuple[str, float, float] | None:
    """Return what the ring shows: which time, how far, of how much (s)."""
    if frame.phase == "rest" and frame.rest_s is not None:
        return "rest", frame.rest_s, max(frame.rest_s, 60.0)
    if frame.phase == "countdown" and frame.countdown_s is not None:
        return "countdown", float(frame.countdown_s), 3.0
    if frame.hold_s and (frame.phase == "hold" or frame.paused_by):
        return "hold", frame.held_s, frame.hold_s
    return None
