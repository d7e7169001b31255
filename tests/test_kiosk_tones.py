"""Tones tell a hold to closed eyes."""

from itertools import pairwise
from typing import Literal

import msgspec
import pytest

from station.training.snapshot import Snapshot
from ui.patient.examples import LIVE, exercise, snapshot
from ui.patient.sound.tones import NOTES, Tone, tone_between, waveform

LIVE_HOLD = snapshot("hold", live=LIVE, held_s=3.0, counting=True)


def test_a_kiosk_that_joins_a_running_hold_plays_nothing() -> None:
    assert tone_between(None, LIVE_HOLD) is None


@pytest.mark.parametrize("tone", NOTES)
def test_a_tone_begins_and_ends_in_silence(tone: Tone) -> None:
    wave = memoryview(waveform(tone)).cast("h")
    assert abs(wave[0]) < 400
    assert abs(wave[-1]) < 400
    assert 5_000 < max(wave) < 16_000


CLOSED = exercise("single-leg", 5, side="left", vision="closed")
INSIDE = snapshot("hold", exercise=CLOSED, live=LIVE, held_s=3.0, counting=True)
OUTSIDE = msgspec.structs.replace(INSIDE, live=msgspec.structs.replace(LIVE, in_target=False))


def open_eyes(shown: Snapshot) -> Snapshot:
    return msgspec.structs.replace(shown, exercise=exercise("single-leg", 5, side="left"))


def test_closed_eyes_hear_that_the_circle_was_left_and_reached_again() -> None:
    assert tone_between(INSIDE, OUTSIDE) == "outside"
    assert tone_between(OUTSIDE, INSIDE) == "inside"
    assert tone_between(INSIDE, INSIDE) is None


def test_closed_eyes_hear_once_that_it_is_almost_done() -> None:
    times = (6.8, 6.98, 7.0, 7.02, 9.9)
    shown = [msgspec.structs.replace(INSIDE, held_s=held_s) for held_s in times]
    tones = [tone_between(old, new) for old, new in pairwise(shown)]
    assert tones == [None, "almost", None, None]


def test_open_eyes_are_not_disturbed_by_tones_for_what_they_see() -> None:
    assert tone_between(open_eyes(INSIDE), open_eyes(OUTSIDE)) is None
    assert tone_between(open_eyes(INSIDE), open_eyes(msgspec.structs.replace(INSIDE, held_s=9.0))) is None


def test_a_pause_is_heard_before_the_circle_is() -> None:
    paused = msgspec.structs.replace(OUTSIDE, paused_by="support_over", counting=False)
    assert tone_between(INSIDE, paused) == "pause"
    assert tone_between(paused, paused) is None


@pytest.mark.parametrize("phase", ["setup", "step_on"])
def test_the_end_of_a_rest_calls_somebody_who_sat_down(phase: Literal["setup", "step_on"]) -> None:
    assert tone_between(snapshot("rest", rest_s=0.1), snapshot(phase)) == "call"


def test_an_assessment_with_closed_eyes_gives_no_tone_that_tells_of_the_sway() -> None:
    still = exercise("quiet-standing", 2)
    inside, outside = (msgspec.structs.replace(shown, exercise=still) for shown in (INSIDE, OUTSIDE))
    assert tone_between(inside, outside) is None
    assert tone_between(outside, inside) is None


@pytest.mark.parametrize("name", ["weight-shift", "calf-raises"])
def test_a_target_reached_and_a_raise_counted_are_heard(name: str) -> None:
    before, after, unknown = (
        snapshot("hold", exercise=exercise(name, 1), live=msgspec.structs.replace(LIVE, count=count))
        for count in (3, 4, None)
    )
    assert tone_between(before, after) == "inside"
    assert tone_between(after, after) is None
    assert tone_between(unknown, after) is None
