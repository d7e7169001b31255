"""Gentle tones: which one tells of a change, and its samples. They are enough to train with closed eyes."""

import math
from array import array
from typing import Final, Literal

from station.training.snapshot import ExerciseView, Snapshot

Tone = Literal["count", "begin", "pause", "resume", "outside", "inside", "almost", "done", "call"]

ALMOST_S: Final = 3.0  # before the end of a hold with closed eyes
RATE_HZ: Final = 44_100
LOUDNESS: Final = 0.35
# Amplitudes of the five steps of volume: about 6 dB from one to the next below the middle, 4 dB above it.
LOUDNESS_OF_STEP: Final = {1: 0.09, 2: 0.18, 3: LOUDNESS, 4: 0.55, 5: 0.9}
LOUDEST: Final = LOUDNESS_OF_STEP[5]
# Notes of a tone: (frequency in Hz, length in s). Low and soft; going up means go, going down means wait.
NOTES: Final[dict[Tone, tuple[tuple[float, float], ...]]] = {
    "count": ((392.0, 0.16),),
    "begin": ((523.25, 0.22), (659.25, 0.42)),
    "pause": ((392.0, 0.2), (329.63, 0.36)),
    "resume": ((440.0, 0.16), (523.25, 0.3)),
    "outside": ((349.23, 0.3),),
    "inside": ((440.0, 0.22),),
    "almost": ((523.25, 0.12), (523.25, 0.12)),
    "call": ((440.0, 0.3), (440.0, 0.3)),
    "done": ((523.25, 0.24), (659.25, 0.24), (783.99, 0.7)),
}


def tone_between(old: Snapshot | None, new: Snapshot) -> Tone | None:
    """Return the tone that tells what has changed from one snapshot to the next."""
    if old is None:
        return None
    if len(new.results) > len(old.results):
        return "done" if new.results[-1].outcome == "done" else "pause"
    if new.phase == "countdown" and new.countdown_s != old.countdown_s:
        return "count"
    if new.phase == "all_right":
        return "call" if old.phase != "all_right" or new.words != old.words else None
    looked_for = new.this_board is not None and old.this_board is None
    if looked_for or (old.phase == "rest" and new.phase in {"setup", "step_on"}):
        return "call"
    return _tone_of_hold(old, new) if new.phase == "hold" else None


def _tone_of_hold(old: Snapshot, new: Snapshot) -> Tone | None:
    if old.phase != "hold":
        return "begin"
    if new.paused_by != old.paused_by:
        return "resume" if new.paused_by is None else "pause"
    if new.exercise is None or new.paused_by is not None:
        return None
    if new.exercise.kind in {"targets", "repetitions"} and _one_more(old, new):
        return "inside"
    if new.exercise.vision == "open":
        return None
    return _tone_for_closed_eyes(old, new, new.exercise)


def _one_more(old: Snapshot, new: Snapshot) -> bool:
    """Return whether a target or a raise has just been counted."""
    before, now = old.live.count, new.live.count
    return before is not None and now is not None and now > before


def _tone_for_closed_eyes(old: Snapshot, new: Snapshot, exercise: ExerciseView) -> Tone | None:
    """Return what open eyes would see: the circle left or reached again, and that it is almost done."""
    hold_s = exercise.hold_s
    if exercise.feedback and exercise.kind == "hold" and new.live.in_target != old.live.in_target:
        return "inside" if new.live.in_target else "outside"
    return "almost" if old.held_s < hold_s - ALMOST_S <= new.held_s else None


def waveform(tone: Tone, loudness: float = LOUDNESS) -> bytes:
    """Return a tone as 16-bit mono samples with soft edges: each note swells and fades, nothing clicks.

    `loudness` is the amplitude as a share of full scale.
    """
    samples = array("h")
    for frequency_hz, length_s in NOTES[tone]:
        count = round(length_s * RATE_HZ)
        for k in range(count):
            swell = math.sin(math.pi * k / count) ** 0.6
            wave = math.sin(2 * math.pi * frequency_hz * k / RATE_HZ)
            samples.append(round(32767 * loudness * swell * wave))
    return samples.tobytes()
