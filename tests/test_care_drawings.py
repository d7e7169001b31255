"""Stabilogram and trends: what is drawn is what was measured."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from station.errors import StationError
from station.sway.measures import Piece, prediction_ellipse
from ui.care.models import Trial
from ui.care.recording.examples import ExampleStation, new_id, raw_trace
from ui.care.recording.intake import store
from ui.care.results.course import TrialRow, trial_rows
from ui.care.results.stabilogram import SIDE_PX, draw, read_pieces, round_step
from ui.care.results.trend import trends
from ui.care.trust.enrolment import enrol


def points(line: str) -> np.ndarray:
    return np.array([[float(number) for number in pair.split(",")] for pair in line.split()])


def test_right_is_right_and_forward_is_up() -> None:
    drawing = draw([Piece(np.array([0.0, 10.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 20.0]))])
    assert drawing
    start, right, _, forward = points(drawing.lines[0])
    assert right[0] > start[0]
    assert right[1] == start[1]
    assert forward[1] < start[1]
    assert forward[0] == start[0]


def test_both_axes_have_one_scale() -> None:
    drawing = draw([Piece(np.array([-30.0, 30.0, 30.0, -30.0]), np.array([-3.0, -3.0, 3.0, 3.0]))])
    assert drawing
    corners = points(drawing.lines[0])
    width_px, height_px = np.ptp(corners[:, 0]), np.ptp(corners[:, 1])
    assert width_px / 60 == pytest.approx(height_px / 6, rel=0.02)
    step_px = {round(b.x_px - a.x_px, 6) for a, b in zip(drawing.ticks, drawing.ticks[1:], strict=False)}
    assert len(step_px) == 1


def test_the_ellipse_is_the_one_of_the_report() -> None:
    rng = np.random.default_rng(1)
    x_mm, y_mm = rng.normal(5, 4, 500), rng.normal(-3, 9, 500)
    drawing = draw([Piece(x_mm, y_mm)])
    assert drawing
    px_a_mm = SIDE_PX / 2 / drawing.half_mm
    ellipse = prediction_ellipse(x_mm, y_mm)
    assert drawing.ellipse.major_px == pytest.approx(ellipse.major_mm * px_a_mm)
    assert drawing.ellipse.minor_px == pytest.approx(ellipse.minor_mm * px_a_mm)
    assert drawing.ellipse.major_px < SIDE_PX / 2


def test_the_whole_path_is_inside_the_drawing() -> None:
    drawing = draw([Piece(np.array([0.0, 80.0, -3.0]), np.array([1.0, -40.0, 2.0]))])
    assert drawing
    assert all(0 <= number <= SIDE_PX for number in points(drawing.lines[0]).ravel())


def test_a_gap_is_not_drawn_over() -> None:
    piece = Piece(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0]))
    drawing = draw([piece, piece])
    assert drawing
    assert len(drawing.lines) == 2


def test_a_minute_of_path_is_thinned_for_the_page() -> None:
    x_mm = np.linspace(-1, 1, 6000)
    drawing = draw([Piece(x_mm, x_mm**2)])
    assert drawing
    assert len(points(drawing.lines[0])) <= 1500


def test_too_short_a_path_is_not_drawn() -> None:
    assert draw([]) is None
    assert draw([Piece(np.zeros(2), np.zeros(2))]) is None


def test_the_scale_has_round_steps() -> None:
    assert [round_step(number) for number in (0.3, 1.0, 1.1, 2.0, 4.9, 7.0)] == [
        0.5,
        1.0,
        2.0,
        2.0,
        5.0,
        10.0,
    ]


def test_the_raw_trace_becomes_the_path_of_the_hold() -> None:
    payload = ExampleStation("home-1", None).raw(new_id()).payload
    (piece,) = read_pieces(payload)
    assert len(piece.x_mm) == pytest.approx(2000, abs=2)
    assert np.ptp(piece.x_mm) == pytest.approx(15.5, abs=1.5)
    assert np.ptp(piece.y_mm) == pytest.approx(21.5, abs=2)


def test_a_damaged_trace_says_so() -> None:
    trace = raw_trace(new_id())
    home = ExampleStation("home-1", None)
    broken = type(trace)(
        trial=trace.trial, encoding="trace-1", data=trace.data[:100], hold_ns=trace.hold_ns, plate=trace.plate
    )
    with pytest.raises(StationError, match="trace"):
        read_pieces(home.message(broken, "raw").payload)


@pytest.fixture
def trials(db: None) -> list[TrialRow]:
    """Four like trials, one of them ended early, and others that differ in one thing each."""
    home = ExampleStation("home-1", enrol("home-1", "Anna").patient.pseudonym)  # type: ignore[union-attr]
    start = datetime(2026, 5, 1, 9, tzinfo=UTC)
    different: list[dict[str, Any]] = [
        {},
        {},
        {"outcome": "lost", "hold_s": 8.0},
        {},
        {"rung": 2},
        {"side": "left"},
        {"vision": "closed"},
        {"surface": "foam"},
        {"target_hold_s": 30.0},
        {"support_kind": "one-hand"},
        {"alg": "cop-2"},
        {"sim": False},
    ]
    for day, changes in enumerate(different):
        started = (start + timedelta(days=day)).isoformat()
        store([home.trial(new_id(), started=started, **changes)])
    assert Trial.objects.count() == len(different)
    return trial_rows(Trial.objects.all())


def test_only_like_trials_are_in_one_line(trials: list[TrialRow]) -> None:
    (trend,) = trends(trials)
    assert [trial.hold_s for trial in trend.trials] == [20.0, 20.0, 8.0, 20.0]
    reached, early, target = trend.hold.series
    assert reached.values == [20.0, 20.0, None, 20.0]
    assert early.values == [None, None, 8.0, None]
    assert target.values == [20.0] * 4


def test_velocity_is_compared_over_full_holds_only(trials: list[TrialRow]) -> None:
    (trend,) = trends(trials)
    assert trend.velocity
    assert len(trend.velocity.times) == 3
    assert list(trend.velocity.times) == sorted(trend.velocity.times)


def test_nothing_is_said_of_a_change_before_six_full_holds(trials: list[TrialRow]) -> None:
    (trend,) = trends(trials)
    assert trend.verdict.startswith("Six full holds are needed")
    assert not trend.changed
    assert trend.velocity
    assert trend.velocity.band is None


@pytest.mark.parametrize(
    ("last_mm_s", "changed", "words"),
    [(11.0, False, "No change can be told: 8 %"), (3.0, True, "Changed: 75 % less sway"),
     (24.0, True, "Changed: 100 % more sway")],
)  # fmt: skip
def test_a_change_is_told_only_beyond_the_minimal_detectable_one(
    db: None, last_mm_s: float, changed: bool, words: str
) -> None:
    home = ExampleStation("home-1", enrol("home-1", "Anna").patient.pseudonym)  # type: ignore[union-attr]
    start = datetime(2026, 5, 1, 9, tzinfo=UTC)
    for day, velocity in enumerate((12.0, 12.0, 12.0, last_mm_s, last_mm_s, last_mm_s)):
        measures = {"velocity_mm_s": velocity}
        started = (start + timedelta(days=day)).isoformat()
        store([home.trial(new_id(), started=started, measures=measures)])
    (trend,) = trends(trial_rows(Trial.objects.all()))
    assert trend.changed is changed
    assert trend.verdict.startswith(words)
    assert trend.velocity
    assert trend.velocity.band
    band = trend.velocity.band
    assert (band.low < last_mm_s < band.high) is not changed
