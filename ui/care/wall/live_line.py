"""One look at a station in one line of a terminal; what is stale is never drawn as live. Pure."""

from typing import Final

from rich.text import Text

from station.link.client import LiveFrame, Look

PHASES: Final = {
    "who": "asks who trains", "confirm": "asks who trains", "welcome": "waits for Start",
    "history": "shows the weeks", "message": "shows a message", "checkin": "check-in",
    "blocked": "no training today", "plan": "today's plan", "setup": "set-up", "step_on": "step on",
    "weigh": "weighing", "countdown": "countdown", "hold": "hold", "result": "result", "rest": "rest",
    "guided": "beside the board", "pause": "pause", "all_right": "ALL RIGHT?", "checkout": "check-out",
    "summary": "summary", "journal": "journal", "goodnight": "goodbye",
}  # fmt: skip
BAR: Final = 10
TRACK: Final = 21  # places of the CoP from the left edge of the plate to the right one


def live_line(station: str, look: Look) -> Text:
    """Return the line: state and age first, then what the station's own screen shows."""
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{station} ", "bold")
    frame = look.frame
    if frame is None:
        return line.append(f"NO PICTURE {look.why}", "bold yellow")
    if frame.sim:
        line.append("SIMULATED ", "black on yellow")
    if look.stale:
        line.append(f"STALE {look.age_s or 0:.1f} s ", "bold white on red")
        line.append(f"last seen: {PHASES.get(frame.phase, frame.phase)}", "dim")
        return line.append(f" ({look.why})", "dim") if look.why else line
    line.append("LIVE ", "bold green")
    line.append(PHASES.get(frame.phase, frame.phase), "bold")
    for part in _parts(frame):
        line.append("  ").append_text(part)
    return line.append(f"  {look.why}", "yellow") if look.why else line


def _parts(frame: LiveFrame) -> list[Text]:
    """Return what the screen shows, what matters most first: a narrow terminal cuts off the end."""
    parts = []
    if frame.board_fault:
        parts.append(Text(frame.board_fault, "bold red"))
    if frame.phase == "hold" and frame.hold_s:
        done = round(BAR * min(1.0, frame.held_s / frame.hold_s))
        bar = "█" * done + "░" * (BAR - done)
        parts.append(Text(f"{bar} {frame.held_s:.1f} of {frame.hold_s:g} s"))
    if frame.paused_by:
        parts.append(Text(f"paused: {frame.paused_by.replace('_', ' ')}", "yellow"))
    if frame.x_mm is not None and frame.y_mm is not None:
        parts.append(_cop(frame, frame.x_mm, frame.y_mm))
    if frame.load_n is not None:
        parts.append(Text(f"{round(frame.load_n)} N"))
    if frame.support_percent is not None:
        parts.append(Text(f"hands {round(frame.support_percent)} %"))
    if frame.routine is not None:
        side = f" {frame.side}" if frame.side else ""
        parts.append(Text(f"{frame.routine}{side}, rung {frame.rung}, try {frame.attempt}"))
    return parts


def _cop(frame: LiveFrame, x_mm: float, y_mm: float) -> Text:
    """Return the CoP as a dot between left and right, with both numbers; a dot off the plate is a bracket."""
    half_mm = frame.plate_mm[0] / 2
    place = round((x_mm / half_mm + 1) / 2 * (TRACK - 1))
    track = ["·"] * TRACK
    track[TRACK // 2] = "|"
    if 0 <= place < TRACK:
        track[place] = "●"
    else:
        track[0 if place < 0 else -1] = "<" if place < 0 else ">"
    colour = "green" if frame.in_target else "yellow"
    return Text("".join(track), colour).append(f" ML {round(x_mm):+d} AP {round(y_mm):+d} mm", "default")
