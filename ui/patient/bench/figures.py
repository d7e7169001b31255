"""Figures out of times (CLOCK_MONOTONIC, ns), and what they mean."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

NS: Final = 1_000_000_000
KIOSK_HZ: Final = 60.0  # the kiosk draws no more
# What is wanted. A picture left out now and then is seen as a jump. A load whose light comes within a tenth
# of a second feels like one's own movement.
MOST_DROPPED_PERCENT: Final = 1.0
MOST_LATENCY_MS: Final = 50.0  # to the flip: screens take 10 to 40 ms more until there is light
MOST_SOUND_MS: Final = 100.0

Document = dict[str, Any]


class Frame(NamedTuple):
    """One picture: when its drawing began, and when its flip returned."""

    begun_ns: int
    shown_ns: int


class Step(NamedTuple):
    """One load that came onto the board: its sample's time, when the kiosk had it, when its flip returned."""

    sampled_ns: int
    arrived_ns: int
    shown_ns: int


def frames_document(frames: Sequence[Frame], refresh_hz: float) -> Document:
    """Return what came of a hold that moves all the time; `refresh_hz` 0 is a screen that does not say."""
    wanted_hz = min(KIOSK_HZ, refresh_hz) if refresh_hz > 0 else KIOSK_HZ
    shown = [frame.shown_ns for frame in frames]
    gaps_ms = [(later - sooner) / 1e6 for sooner, later in pairwise(shown)]
    if not gaps_ms:
        return {"frames": len(frames), **_verdict(good=False, why="fewer than two pictures were drawn")}
    dropped = sum(max(0, round(gap * wanted_hz / 1000) - 1) for gap in gaps_ms)
    seconds = (shown[-1] - shown[0]) / NS
    share = 100 * dropped / (len(gaps_ms) + dropped)
    drawn_ms = [(frame.shown_ns - frame.begun_ns) / 1e6 for frame in frames]
    why = (
        f"{dropped} of {len(gaps_ms) + dropped} pictures left out; wanted: at most {MOST_DROPPED_PERCENT:g} %"
    )
    return {
        "frames": len(frames),
        "seconds": round(seconds, 2),
        "frames_a_second": round(len(gaps_ms) / seconds, 2),
        "screen_hz": refresh_hz or None,
        "gap_p50_ms": quantile(gaps_ms, 0.5),
        "gap_p99_ms": quantile(gaps_ms, 0.99),
        "gap_most_ms": quantile(gaps_ms, 1),
        "draw_and_flip_p50_ms": quantile(drawn_ms, 0.5),
        "draw_and_flip_p99_ms": quantile(drawn_ms, 0.99),
        "dropped": dropped,
        "dropped_percent": round(share, 2),
        **_verdict(good=share <= MOST_DROPPED_PERCENT, why=why),
    }


def latency_document(steps: Sequence[Step]) -> Document:
    """Return how old a load is when its picture has been handed to the screen."""
    if not steps:
        return {"steps": 0, **_verdict(good=False, why="no load came onto the board: press it with a fist")}
    ages_ms = [(step.shown_ns - step.sampled_ns) / 1e6 for step in steps]
    inside_ms = [(step.shown_ns - step.arrived_ns) / 1e6 for step in steps]
    p95 = quantile(ages_ms, 0.95)
    why = f"19 of 20 loads on the screen within {p95:g} ms; wanted: {MOST_LATENCY_MS:g} ms"
    return {
        "steps": len(steps),
        "sample_to_flip_p50_ms": quantile(ages_ms, 0.5),
        "sample_to_flip_p95_ms": p95,
        "sample_to_flip_most_ms": quantile(ages_ms, 1),
        "of_it_in_the_kiosk_p50_ms": quantile(inside_ms, 0.5),
        **_verdict(good=p95 <= MOST_LATENCY_MS, why=why),
    }


def sound_document(
    beeps_ms: Sequence[float], voice_made_ms: float | None, voice_kept_ms: float | None, buffer_ms: float
) -> Document:
    """Return from the request to the beginning; None is a phrase that was not said within its time."""
    if not beeps_ms:
        return {"beeps": 0, **_verdict(good=False, why="the mixer played no tone to its end")}
    p95 = quantile(beeps_ms, 0.95)
    why = f"19 of 20 tones began within {p95:g} ms; wanted: {MOST_SOUND_MS:g} ms"
    good = p95 <= MOST_SOUND_MS
    if voice_kept_ms is None:
        why += "; no phrase was spoken"
    elif voice_kept_ms > MOST_SOUND_MS:
        good, why = False, f"a kept phrase began after {voice_kept_ms:g} ms; wanted: {MOST_SOUND_MS:g} ms"
    return {
        "beeps": len(beeps_ms),
        "beep_p50_ms": quantile(beeps_ms, 0.5),
        "beep_p95_ms": p95,
        "voice_made_now_ms": voice_made_ms,
        "voice_kept_ms": voice_kept_ms,
        "mixer_buffer_ms": round(buffer_ms, 1),
        **_verdict(good=good, why=why),
    }


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of them lies (the nearest one), in the same unit."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


def _verdict(*, good: bool, why: str) -> Document:
    return {"good": good, "why": why}
