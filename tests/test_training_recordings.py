"""Twelve people recorded standing still: nothing but a hold is seen in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.board.load import Plate
from station.board.recording import Recording, read_recording
from station.sway.filter import LowPass
from station.sway.live import CUTOFF_HZ, PERIOD_NS, RATE_HZ
from station.sway.reading import Sample
from tests.attempts import PLATE_MM, attempt_at

RECORDED = Path(__file__).parents[2] / "shared/data/hbedb"
PLATE = Plate(*PLATE_MM)


def samples_of(recording: Recording) -> Iterator[Sample]:
    """Yield the samples the live path makes of a recording."""
    low_pass = LowPass(cutoff_hz=CUTOFF_HZ, rate_hz=RATE_HZ, channels=4)
    for t_ns in range(0, recording.duration_ns, PERIOD_NS):
        fl, fr, rl, rr = low_pass.step(list(recording.forces_n(t_ns)))
        load_n = fl + fr + rl + rr
        x_mm = PLATE.width_mm / 2 * (fr + rr - fl - rl) / load_n
        y_mm = PLATE.length_mm / 2 * (fl + fr - rl - rr) / load_n
        yield Sample(t_ns, (fl, fr, rl, rr), load_n, x_mm, y_mm)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the published recordings are not beside the repository")
@pytest.mark.parametrize("file", sorted(RECORDED.glob("BDS*.csv")), ids=lambda file: file.stem)
def test_somebody_recorded_standing_still_only_holds(file: Path) -> None:
    recording = read_recording(file, PLATE)
    attempt = attempt_at(hold_s=45)
    kinds = {h.kind for sample in samples_of(recording) for h in attempt.step(sample)}
    # One of them stands on foam with closed eyes, and is not still enough to be weighed for a while.
    assert {"step_on", "hold_started"} <= kinds <= {"step_on", "weighed", "hold_started", "hold_done"}
    assert attempt.gone_ns is None
