"""The report path against recordings of people, through simulated chips; and what the measures cost."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import signal

from station.board.clock import VirtualClock
from station.board.config import BoardConfig
from station.board.hx711 import Hx711Bank
from station.board.recording import read_recording
from station.board.source import simulate
from station.board.standing import RecordedPerson, Standing
from station.sway.live import LiveCop
from station.sway.measures import Floats, Piece, sway_measures
from station.sway.plate import Four, Plate
from station.sway.reading import Fault, Reading
from station.sway.report import report, report_path

RECORDINGS = Path("../shared/data/hbedb")
POLL_NS = 1_000_000
EMPTY_NS = 3_000_000_000  # the board is tared before the person steps on
FROM_S, TO_S = 2.0, 58.0  # of the recording; the person has stepped on by then
LOST = 0.01
SPIKES = 0.001
NAMES = ("velocity_mm_s", "pea95_mm2", "rms_ml_mm", "rms_ap_mm")


class Accuracy(NamedTuple):
    """Relative errors in % of one recording, without and with spikes."""

    recording: str
    velocity_mm_s: float  # the recording's own, filtered at 10 Hz
    errors: dict[str, float]
    with_spikes: dict[str, float]


def through_the_board(file: Path, *, seed: int) -> tuple[list[Reading], Plate, int]:
    """Return readings of a recorded person, the tared plate, and the instant of the recording's t_s = 0."""
    config = BoardConfig()
    clock = VirtualClock()
    person = RecordedPerson(read_recording(file, config.plate))
    source = simulate("replay", Standing(person), clock, seed=seed)
    bank = Hx711Bank(source.pins, clock)
    empty = list(_poll(bank, clock, EMPTY_NS))
    assert source.standing is not None
    source.standing.step_on(clock.now_ns())
    readings = list(_poll(bank, clock, EMPTY_NS + round((TO_S + 1.5) * 1e9)))
    tare = [np.mean([r.counts for r in empty if r.cell == c and r.fault is Fault.NONE]) for c in range(4)]
    four: Four = (float(tare[0]), float(tare[1]), float(tare[2]), float(tare[3]))
    return readings, Plate((2000.0,) * 4, four, config.width_mm, config.length_mm), person.start_ns


def _poll(bank: Hx711Bank, clock: VirtualClock, until_ns: int) -> Iterator[Reading]:
    while clock.now_ns() < until_ns:
        yield from bank.poll()
        clock.sleep_ns(POLL_NS)


def known(file: Path) -> dict[str, float]:
    """Return the recording's own measures, low-passed at 10 Hz without delay (order 2)."""
    data = np.loadtxt(file, delimiter=",", skiprows=1)
    sections = signal.butter(2, 10, fs=100, output="sos")
    smooth = signal.sosfiltfilt(sections, data[:, 2:4], axis=0)
    inside = (data[:, 0] >= FROM_S) & (data[:, 0] <= TO_S)
    return sway_measures([Piece(smooth[inside, 0], smooth[inside, 1])], rate_hz=100)


def spoiled(readings: list[Reading], *, seed: int, spikes: float) -> list[Reading]:
    """Lose one reading in a hundred, and replace some by a spike anywhere in the converter's range."""
    rng = random.Random(seed)
    kept = [r for r in readings if rng.random() >= LOST]
    return [r._replace(counts=rng.randrange(-(2**23), 2**23)) if rng.random() < spikes else r for r in kept]


def accuracy(file: Path, *, seed: int = 1) -> Accuracy:
    """Return how far the report path is from the recording's own values."""
    readings, plate, start_ns = through_the_board(file, seed=seed)
    span = [(start_ns + round(FROM_S * 1e9), start_ns + round(TO_S * 1e9))]
    truth = known(file)

    def errors(share: float) -> dict[str, float]:
        got = report(spoiled(readings, seed=seed, spikes=share), plate, span).measures
        return {name: 100 * (got[name] / truth[name] - 1) for name in NAMES}

    return Accuracy(file.stem, truth["velocity_mm_s"], errors(0), errors(SPIKES))


def _wander(n: int, seed: int = 1) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    x, y = signal.lfilter([0.05], [1, -0.995], rng.normal(0, 5, (2, n)), axis=1)
    return np.arange(n) / 100, x, y


def cost_of_all_measures_ms(repeats: int = 20) -> float:
    """Return the least time for all measures of a 60 s trial at 100 Hz."""
    t_s, x, y = _wander(6000)
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        report_path(t_s, x, y, low_pass=True)
        times.append(time.process_time() - begun)
    return min(times) * 1e3


def cost_of_a_live_sample_us(seconds: int = 20) -> float:
    """Return the cost of one live sample, all its readings included."""
    live = LiveCop(Plate((2000.0,) * 4, (0.0,) * 4, 400, 400))
    stream = [
        Reading(n * 12_000_000 + cell * 3_000_000, cell, 300_000, Fault.NONE)
        for n in range(seconds * 83)
        for cell in range(4)
    ]
    begun = time.process_time()
    samples = sum(len(live.push(reading)) for reading in stream)
    return (time.process_time() - begun) / samples * 1e6


def run(*, full: bool = False) -> Iterator[str]:
    """Yield the lines of the tables in docs/sway.md; without the recordings only the costs."""
    yield f"all measures of a 60 s trial at 100 Hz: {cost_of_all_measures_ms():.1f} ms"
    yield f"one live sample: {cost_of_a_live_sample_us():.1f} us"
    files = sorted(RECORDINGS.glob("BDS*.csv"))
    if not files:
        yield f"the recordings are not at {RECORDINGS}: no accuracy table"
        return
    yield "| recording | its velocity, mm/s | velocity | PEA95 | RMS ML | RMS AP |"
    for file in files if full else files[:2]:
        row = accuracy(file)
        cells = " | ".join(f"{row.errors[name]:+.1f} / {row.with_spikes[name]:+.1f} %" for name in NAMES)
        yield f"| {row.recording} | {row.velocity_mm_s:.1f} | {cells} |"


def main(*, full: bool) -> None:
    """Print the tables."""
    for line in run(full=full):
        print(line, flush=True)
