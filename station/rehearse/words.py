"""Events, results and decisions in the words of a therapist."""

from typing import Final

from station.training.result import TrialResult

HAPPENED: Final = {
    "step_on": "steps on",
    "step_off": "steps off",
    "weighed": "is weighed: {body_weight_n} N",
    "not_weighed": "could not be weighed: hand support stays unknown",
    "hold_started": "the exercise begins",
    "hold_resumed": "the count goes on after {paused_s} s ({after})",
    "hold_done": "done: {held_s} s counted",
    "hold_lost": "lost after {held_s} s",
    "hold_stopped": "stopped by the person after {held_s} s",
    "hold_fault": "broken off by the board after {held_s} s",
    "support_over": "the hands carry more than this rung allows: the count pauses",
    "edge": "the CoP is at the edge: the count pauses",
    "fault": "the board gives no numbers: the count pauses",
    "touch_down": "the other foot comes down",
    "out_of_line": "steps out of line",
    "repetition": "raise {count}",
    "target_reached": "reaches target {target}, {direction}",
    "reached": "leans {reach_mm} mm {direction}",
    "all_right_asked": "the load was gone at once and nobody came back: asked 'Are you all right?'",
    "all_right_answered": "answers: all right",
    "possible_fall": "no answer: a possible fall is told to the care team, and training waits for them",
    "not_trained": "has not trained for {days} days",
    "red_flag": "a warning sign at the check-in ({question}): no training today",
    "pain_stop": "pain {answer} of 10 at the check-in is above the limit: no training today",
    "stumble": "stumbles and catches the balance",
    "overdone": "says the last training was too much: more pain, swelling or stiffness",
    "weight_doubtful": "weighs much less than last time: the hands may have been on the support",
    "minutes_reached": "has trained as long as a day allows",
    "pain_up": "pain is up by {rise} after training",
}
OUTCOMES: Final = {
    "done": "done",
    "lost": "lost",
    "stopped": "stopped by the person",
    "fault": "broken off by the board",
    "interrupted": "interrupted",
}
# What ended an attempt, the gravest first.
ENDS: Final = {
    "possible_fall": "a possible fall",
    "stumble": "stumbled",
    "touch_down": "the other foot came down",
    "out_of_line": "stepped out of line",
    "step_off": "stepped off",
    "edge": "the CoP at the edge",
    "support_over": "hands over the limit",
    "fault": "the board gave no numbers",
}
SHOWN: Final = ("velocity_mm_s", "pea95_mm2")


def happened(kind: str, detail: dict[str, str | float | int | bool | None]) -> str:
    """Return what happened as a clause."""
    template = HAPPENED.get(kind)
    if template is None:
        said = ", ".join(f"{key} {value}" for key, value in detail.items())
        words = kind.replace("_", " ")
        return f"{words} ({said})" if said else words
    try:
        return template.format(**detail)
    except KeyError:
        return template.partition(" (")[0].partition(" {")[0]


def exercise(result: TrialResult) -> str:
    """Return which exercise this was, at which rung."""
    side = f" {result.side}" if result.side else ""
    return f"{result.routine.replace('-', ' ')}{side}, rung {result.rung}"


def outcome(result: TrialResult) -> str:
    """Return what came of it."""
    words = OUTCOMES[result.outcome]
    if result.target_hold_s:
        words += f", {result.hold_s:.1f} of {result.target_hold_s:g} s"
    if result.support.mean_percent is not None:
        words += (
            f"; hands carried {result.support.mean_percent:.0f} % (limit {result.support.limit_percent:g} %)"
        )
    return words


def measures(result: TrialResult) -> str:
    """Return the measures a therapist looks at first, where the trial carries them."""
    told = (f"{name} {result.measures[name]:.4g}" for name in SHOWN if name in result.measures)
    return ", ".join(told)
