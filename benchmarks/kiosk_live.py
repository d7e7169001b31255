"""A real kiosk at a real station in a hold: first screen, frames, processor time, age of what is shown."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import msgspec

from benchmarks.kiosk_probe import Frame
from benchmarks.stage import Stage, cpu_s
from benchmarks.table import show
from station.training.prescription import Exercise

STARTS: Final = 5
HOLD: Final = Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=60)
SECONDS_FULL: Final = 50.0
SECONDS: Final = 10.0


class FirstScreen(NamedTuple):
    """From the start of the process to the end of its first flip, warm file cache: 1.5 s at most."""

    display: str
    starts: int
    median_s: float
    most_s: float


class Live(NamedTuple):
    """One hold: the kiosk may take a quarter of a core; a sample may be 20 ms old when it is seen (p95).

    `sample` is from the sample's own time to the end of the flip, `inside` from the kiosk's reading it.
    """

    display: str
    seconds: float
    frames_a_second: float
    core_percent: float
    station_percent: float
    sample_p50_ms: float
    sample_p95_ms: float
    inside_p50_ms: float
    inside_p95_ms: float


@contextmanager
def displays() -> Iterator[dict[str, tuple[tuple[str, ...], dict[str, str]]]]:
    """Give what kiosks are started with: off-screen, and in a window of an X server where there is one."""
    shown: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {"off-screen": (("--offscreen",), {})}
    if shutil.which("Xvfb") is None:
        yield shown
        return
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x720x24", "-ac", "-noreset"],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as numbers:
        number = numbers.readline().strip()
    shown["Xvfb"] = (("--fullscreen", "--driver", "x11"), {"DISPLAY": f":{number}"})
    yield shown
    server.terminate()
    server.wait()


def first_screens() -> Iterator[FirstScreen]:
    """Start a kiosk again and again, without a station: the page that says so is the first screen."""
    with displays() as shown:
        for name, (options, environ) in shown.items():
            times_s = []
            for _ in range(STARTS + 1):
                with Stage(HOLD, (sys.executable, "-m", "ui.patient", *options), environ) as stage:
                    begun_ns = stage.start_kiosk()
                    stage.wait(lambda: stage.told("READY=1") is not None)
                    times_s.append(((stage.told("READY=1") or 0) - begun_ns) / 1e9)
            warm_s = times_s[1:]
            yield FirstScreen(name, len(warm_s), statistics.median(warm_s), max(warm_s))


def holds(seconds: float) -> Iterator[Live]:
    """Watch the kiosk for so long in a hold, on each display."""
    with displays() as shown:
        for name, (options, environ) in shown.items():
            yield _hold(name, options, environ, seconds)


def _hold(name: str, options: tuple[str, ...], environ: dict[str, str], seconds: float) -> Live:
    with Stage(HOLD, (), environ) as stage:
        file = stage.folder / "frames.json"
        stage.kiosk_is((sys.executable, "-m", "benchmarks.kiosk_probe", str(file), *options))
        stage.start_station()
        stage.start_kiosk()
        stage.train()
        stage.wait(lambda: stage.snapshot is not None and stage.snapshot.held_s > 1)
        begun_ns = time.monotonic_ns()
        begun_s = [cpu_s(stage.pid(each)) for each in ("kiosk", "station")]
        stage.wait(lambda: time.monotonic_ns() - begun_ns > seconds * 1e9)
        ended_ns = time.monotonic_ns()
        used_s = [cpu_s(stage.pid(each)) for each in ("kiosk", "station")]
        stage.supervisor.close()
        frames = msgspec.json.decode(file.read_bytes(), type=list[Frame])
    took_s = (ended_ns - begun_ns) / 1e9
    within = [frame for frame in frames if begun_ns <= frame.shown_ns <= ended_ns]
    sample = _quantiles([(frame.shown_ns - frame.sampled_ns) / 1e6 for frame in within])
    inside = _quantiles([(frame.shown_ns - frame.arrived_ns) / 1e6 for frame in within])
    kiosk, station = (100 * (used - begun) / took_s for used, begun in zip(used_s, begun_s, strict=True))
    return Live(name, took_s, len(within) / took_s, kiosk, station, *sample, *inside)


def _quantiles(times_ms: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times_ms, n=20)
    return cuts[9], cuts[18]


def main(*, full: bool) -> None:
    """Print the tables."""
    show("First screen of the kiosk", first_screens())
    show("A hold on the kiosk", holds(SECONDS_FULL if full else SECONDS))


if __name__ == "__main__":
    main(full=False)
