"""Sentences for the patient: short, plain, encouraging and true; English is the source of translations."""

from station.training.outcome import AttemptOutcome

BOARD_FAULT = "The board needs a moment. You can step off and rest; you did nothing wrong."

GETTING_READY = "Please leave the board empty for a moment. It is getting ready."


def result_sentence(outcome: AttemptOutcome, *, held_s: float, hold_s: float, best_s: float) -> str:
    """Return one true sentence about an attempt; `best_s` is this session's longest hold before it."""
    if outcome == "done":
        return f"Well done. You held for the full {hold_s:g} seconds."
    if outcome == "fault":
        return "The board stopped measuring. That was not you. We will do this one again."
    if outcome == "stopped":
        return "You stopped when you wanted to. That is always right."
    if held_s > best_s > 0:
        return f"{held_s:.0f} seconds: longer than the time before."
    if held_s >= 1:
        return f"You held for {held_s:.0f} seconds. Every second counts."
    return "That was a start. Take your time and try again when you are ready."


def blocked_words(advice: str) -> tuple[str, ...]:
    """Return what a person reads who should not train today."""
    return ("No training today.", advice, "Resting today is the right thing to do.")


def pain_words(pain: int, limit: int) -> tuple[str, ...]:
    """Return what a person reads whose pain is above the prescribed limit."""
    return (
        "No training today.",
        f"Your pain is {pain} of 10. Training is for days when it is {limit} or less.",
        "Your care team has been told. Call them if it does not get better.",
    )


def summary_words(*, done: int, tried: int, held_s: float, stopped: bool) -> tuple[str, ...]:
    """Return today's small wins."""
    words = []
    if done:
        words.append(f"You finished {done} of {tried} holds." if tried > 1 else "You finished your hold.")
    if held_s >= 1:
        words.append(f"You stood steadily for {held_s:.0f} seconds in all.")
    if stopped:
        words.append("You stopped when you wanted to. That is always right.")
    words.append("Your physiotherapist will see how it went.")
    return tuple(words)
