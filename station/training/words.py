"""Sentences for the patient: short, plain, encouraging and true; English is the source of translations.

A sentence with numbers is a template here and reaches a screen filled in; a screen in another language finds
the template again by its words (`TEMPLATES`) and fills in its own.
"""

from typing import Final

from station.training.outcome import AttemptOutcome

BOARD_FAULT: Final = "The board needs a moment. You can step off and rest; you did nothing wrong."
GETTING_READY: Final = "Please leave the board empty for a moment. It is getting ready."

HELD_ALL: Final = "Well done. You held for the full {seconds} seconds."
HELD_LONGER: Final = "{seconds} seconds: longer than the time before."
HELD_SOME: Final = "You held for {seconds} seconds. Every second counts."
HELD_ONE: Final = "You held for one second. Every second counts."
HELD_NONE: Final = "That was a start. Take your time and try again when you are ready."
BROKEN_OFF: Final = "The board stopped measuring. That was not you. We will do this one again."
BROKEN_OFF_LAST: Final = "The board stopped measuring. That was not you. We leave this one out today."
STOPPED: Final = "You stopped when you wanted to. That is always right."

NO_TRAINING: Final = "No training today."
REST_IS_RIGHT: Final = "Resting today is the right thing to do."
WAIT_FOR_TEAM: Final = "Please wait until your care team has spoken with you."
PAIN_OVER: Final = "Your pain is {pain} of 10. Training is for days when it is {limit} or less."
PAIN_TOLD: Final = "A message is on its way to your care team. Call them if it does not get better."

FINISHED_SOME: Final = "You finished {done} of {tried} holds."
FINISHED_ONE: Final = "You finished your hold."
STOOD: Final = "You stood steadily for {seconds} seconds in all."
STOOD_ONE: Final = "You stood steadily for one second."
SEEN_BY: Final = "Your physiotherapist will see how it went."

FINISHED_COUNT: Final = "You finished {done} of {tried} exercises."
BEST: Final = "{seconds} seconds in one hold: your longest yet."
WEEK: Final = "You trained on {days} of the last seven days."
WEEK_ONE: Final = "You trained today. That is a start."
PAIN_ROSE: Final = "Your pain went up, so stopping was right. A message is on its way to your care team."
MINUTES_DONE: Final = "Those were all the minutes for today. Resting now is part of training."

COUNTED_ALL: Final = "Well done. You did all {goal}."
COUNTED_SOME: Final = "You did {count} of {goal}. Every one counts."
COUNTED_NONE: Final = "Not today, then. That is all right."

PAUSE: Final = "Take the time you need."
PAUSE_GO_ON: Final = "Go on when you are ready. What you have done is kept."
PAUSE_LEFT: Final = "Nobody has been on the board for a while, so this waits for you."
RESUME: Final = "Your training was broken off. What you have done is kept."
RESUME_GO_ON: Final = "Would you like to go on where you were? You may also stop for today."
PAUSE_WORDS: Final = (PAUSE, PAUSE_GO_ON)
LEFT_WORDS: Final = (PAUSE_LEFT, PAUSE_GO_ON)
RESUME_WORDS: Final = (RESUME, RESUME_GO_ON)
WEIGH_AGAIN: Final = (
    "Lighter than last time. If you can do so safely, take your hands off your support for a moment."
)

ENOUGH: Final = "That is enough for now."
ENOUGH_ONCE: Final = "You have trained today. Your body grows stronger while it rests."
ENOUGH_SESSIONS: Final = "You have trained {count} times today. Your body grows stronger while it rests."
ENOUGH_MINUTES: Final = (
    "You have trained for {minutes} minutes today. Your body grows stronger while it rests."
)
TOO_SOON: Final = "Your last training was only a short while ago. Your body needs a rest first."
REST_DAY: Final = "You trained on {days} of the last six days. Today is a day to rest."
AGAIN_TOMORROW: Final = "You can train again tomorrow."
AGAIN_DAYS: Final = "You can train again in {days} days."
AGAIN_HOUR: Final = "You can train again in about one hour."
AGAIN_HOURS: Final = "You can train again in about {hours} hours."
AGAIN_MINUTES: Final = "You can train again in about {minutes} minutes."

NUMBER_UNKNOWN: Final = "We do not know this number here. That is no problem."
TYPE_AGAIN: Final = "Please type it again, or ask your physiotherapist."
STILL_THERE: Final = "This training has been waiting for a while."
YOUR_NUMBER: Final = "Is {number} your number?"

FALL_TOLD: Final = "A message is on its way to your care team."
TEAM_KNOWS: Final = "Your care team knows about it."
FALL_HELP: Final = "If you need help now, call the emergency number."
# What a message reaches, and when, is not known here: the way to help comes first.
FALL_WORDS: Final = (FALL_HELP, FALL_TOLD)
HELD: Final = "No training for now."
HELD_WHY: Final = "You left the board suddenly. We asked if you were all right, and no answer came."
HELD_CALL: Final = "Please call your care team. They send you a new plan before you train again."
HELD_WORDS: Final = (HELD, HELD_WHY, HELD_CALL)
PAUSED_BY_TEAM: Final = "Your care team has paused your training. You did nothing wrong."
TEAM_CALLS: Final = "If you have a question, call them."
TEAM_HOLD_WORDS: Final = (HELD, PAUSED_BY_TEAM, TEAM_CALLS)

TEMPLATES: Final = (
    HELD_ALL, HELD_LONGER, HELD_SOME, PAIN_OVER, FINISHED_SOME, FINISHED_COUNT, STOOD, BEST, WEEK,
    COUNTED_ALL, COUNTED_SOME, ENOUGH_SESSIONS, ENOUGH_MINUTES, REST_DAY, AGAIN_DAYS, AGAIN_HOURS,
    AGAIN_MINUTES, YOUR_NUMBER,
)  # fmt: skip
SENTENCES: Final = (
    BOARD_FAULT, GETTING_READY, HELD_ONE, HELD_NONE, BROKEN_OFF, BROKEN_OFF_LAST,
    STOPPED, NO_TRAINING, REST_IS_RIGHT,
    WAIT_FOR_TEAM, PAIN_TOLD, FINISHED_ONE, STOOD_ONE, SEEN_BY, FALL_TOLD, TEAM_KNOWS, FALL_HELP,
    *HELD_WORDS, PAUSED_BY_TEAM, TEAM_CALLS, WEEK_ONE, PAIN_ROSE, MINUTES_DONE, COUNTED_NONE,
    *PAUSE_WORDS, PAUSE_LEFT,
    *RESUME_WORDS, WEIGH_AGAIN,
    ENOUGH, ENOUGH_ONCE, TOO_SOON, AGAIN_TOMORROW, AGAIN_HOUR,
    NUMBER_UNKNOWN, TYPE_AGAIN, STILL_THERE, *TEMPLATES,
)  # fmt: skip


def result_sentence(outcome: AttemptOutcome, *, held_s: float, hold_s: float, best_s: float) -> str:
    """Return one true sentence about an attempt; `best_s` is this session's longest hold before it."""
    if outcome == "done":
        return HELD_ALL.format(seconds=f"{hold_s:g}")
    if outcome == "fault":
        return BROKEN_OFF
    if outcome == "stopped":
        return STOPPED
    seconds = int(held_s + 1e-6)  # never more than was held
    if held_s > best_s > 0 and seconds > 1:
        return HELD_LONGER.format(seconds=seconds)
    if held_s >= 1:
        return HELD_SOME.format(seconds=seconds) if seconds > 1 else HELD_ONE
    return HELD_NONE


def blocked_words(advice: str) -> tuple[str, ...]:
    """Return what a person reads who should not train today."""
    return (NO_TRAINING, advice, REST_IS_RIGHT)


def pain_words(pain: int, limit: int) -> tuple[str, ...]:
    """Return what a person reads whose pain is above the prescribed limit."""
    return (NO_TRAINING, PAIN_OVER.format(pain=pain, limit=limit), PAIN_TOLD)


def counted_sentence(count: int, goal: int) -> str:
    """Return one true sentence about an exercise that was counted."""
    if count >= goal:
        return COUNTED_ALL.format(goal=goal)
    return COUNTED_SOME.format(count=count, goal=goal) if count else COUNTED_NONE


def summary_words(
    *,
    done: int,
    tried: int,
    held_s: float,
    stopped: bool,
    best_s: float | None = None,
    holds_only: bool = True,
) -> tuple[str, ...]:
    """Return today's small wins; `best_s` is a hold longer than any before it, when there was one."""
    words = []
    if done:
        several = FINISHED_SOME if holds_only else FINISHED_COUNT
        words.append(several.format(done=done, tried=tried) if tried > 1 or not holds_only else FINISHED_ONE)
    if held_s >= 1:
        seconds = int(held_s + 1e-6)  # never more than was held
        words.append(STOOD.format(seconds=seconds) if seconds > 1 else STOOD_ONE)
    if best_s is not None and best_s >= 2:
        words.append(BEST.format(seconds=int(best_s + 1e-6)))
    if stopped:
        words.append(STOPPED)
    words.append(SEEN_BY)
    return tuple(words)


def week_words(days: int) -> str:
    """Return on how many of the last seven days was trained, today with them."""
    return WEEK.format(days=days) if days > 1 else WEEK_ONE
