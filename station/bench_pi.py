"""`balance-station bench-pi`: what only a real Raspberry Pi can show, one command each."""

import re
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from station import bench_screen
from station.board.clock import MonotonicClock, VirtualClock
from station.board.config import BoardConfig
from station.board.load import EMPTY, StillLoad
from station.board.pins import Pins
from station.board.realtime import ask_for_realtime
from station.board.simulated_pins import SimulatedPins, simulated_chips
from station.config import load_config
from station.errors import BoardError, StationError
from station.machine.reading import read_machine

PULSES: Final = 25_000  # 1000 reads of 25 pulses
POWER_DOWN_US: Final = 60.0  # HX711 datasheet: PD_SCK high for longer powers the chip down
EDGES_US: Final = (1, 2, 5, 10, 20, 40, 60)
RATE_S: Final = 10.0
# `all` is these; latency needs a station that runs, while pulse and rate need the pins for themselves.
BENCHES: Final = ("pulse", "rate", "boot", "power", "frames", "sound")

Document = dict[str, Any]


def bench(names: list[str], config_file: str | None, *, simulate: bool, root: Path = Path("/")) -> Document:
    """Return the figures of these benches. Raises StationError on what is no Raspberry Pi."""
    model = read_machine(root, free_bytes=lambda: 0).model or "a computer that does not say what it is"
    if not simulate and not model.startswith("Raspberry Pi"):
        raise StationError(
            f"this is {model}, no Raspberry Pi: its figures would say nothing (--simulate runs the code)"
        )
    config = load_config(config_file).board
    run: dict[str, Callable[[], Document]] = {
        "pulse": lambda: _pulse(config, simulate=simulate),
        "rate": lambda: _rate(config, simulate=simulate),
        "boot": lambda: _boot(simulate=simulate),
        "power": lambda: _power(root),
        **{name: partial(bench_screen.bench, name, simulate=simulate) for name in bench_screen.BENCHES},
    }
    return {"sim": simulate, "model": model, **{name: run[name]() for name in names}}


def _open(config: BoardConfig, *, simulate: bool) -> tuple[Pins, MonotonicClock | VirtualClock]:
    if simulate:
        clock = VirtualClock(1_000_000_000)
        return SimulatedPins(simulated_chips(StillLoad(EMPTY), now_ns=clock.now_ns()), clock), clock
    from station.board.gpio import GpioPins  # noqa: PLC0415 - its library is there on a Pi only

    try:
        return GpioPins.open(config), MonotonicClock()
    except BoardError as error:
        raise BoardError(f"{error}; stop the station first: sudo systemctl stop balance-station") from error


def _pulse(config: BoardConfig, *, simulate: bool) -> Document:
    """Time PD_SCK from before it goes high until after it has gone low: never less than the chips see."""
    pins, clock = _open(config, simulate=simulate)
    achieved = None if simulate else ask_for_realtime()
    high_us = []
    try:
        for pulse in range(PULSES):
            begun_ns = clock.now_ns()
            pins.set_clock(0b1111)
            pins.set_clock(0)
            high_us.append((clock.now_ns() - begun_ns) / 1000)
            if pulse % 25 == 24:
                clock.sleep_ns(1_000_000)
    finally:
        pins.close()
    slots = Counter(next((f"<= {edge}" for edge in EDGES_US if us <= edge), "> 60") for us in high_us)
    return {
        "pulses": PULSES,
        "median_us": round(statistics.median(high_us), 2),
        "p999_us": round(sorted(high_us)[int(0.999 * PULSES)], 2),
        "most_us": round(max(high_us), 2),
        "over_60_us": sum(us > POWER_DOWN_US for us in high_us),
        "histogram_us": dict(slots),
        "priority": None if achieved is None else achieved.priority,
    }


def _rate(config: BoardConfig, *, simulate: bool) -> Document:
    """Count conversions of each chip, and how evenly polls come that look for them."""
    from station.board.clock import poll_waits_ns  # noqa: PLC0415
    from station.board.hx711 import Hx711Bank  # noqa: PLC0415

    pins, clock = _open(config, simulate=simulate)
    bank, waits_ns = Hx711Bank(pins, clock, gain=config.gain, rate_hz=config.rate_hz), poll_waits_ns()
    if not simulate:
        ask_for_realtime()
    good: Counter[int] = Counter()
    void, late_us = 0, []
    begun_ns = clock.now_ns()
    try:
        while clock.now_ns() - begun_ns < RATE_S * 1e9:
            for reading in bank.poll():
                good[reading.cell] += not reading.fault
                void += bool(reading.fault)
            wait_ns, before_ns = next(waits_ns), clock.now_ns()
            clock.sleep_ns(wait_ns)
            late_us.append((clock.now_ns() - before_ns - wait_ns) / 1000)
    finally:
        pins.close()
    late_us.sort()
    return {
        "seconds": RATE_S,
        "sps": [round(good[cell] / RATE_S, 2) for cell in range(4)],
        "void": void,
        "wake_late_p50_us": round(late_us[len(late_us) // 2], 1),
        "wake_late_p99_us": round(late_us[int(0.99 * len(late_us))], 1),
        "wake_late_most_us": round(late_us[-1], 1),
    }


def _boot(*, simulate: bool) -> Document:
    """Say when each unit was ready, in seconds since the kernel began."""
    ready: Document = {}
    for unit in ("balance-station", "balance-uplink", "balance-ui"):
        command = ["systemctl", "show", unit, "-p", "ActiveEnterTimestampMonotonic", "--value"]
        try:
            said = (
                ""
                if simulate
                else subprocess.run(command, capture_output=True, text=True, check=False).stdout
            )
        except OSError as error:
            raise StationError(f"systemctl: {error.strerror}; boot times come from systemd") from None
        ready[unit] = round(int(said) / 1e6, 2) if re.fullmatch(r"[1-9]\d*\n?", said) else None
    return {"ready_s": ready}


def _power(root: Path) -> Document:
    machine = read_machine(root, free_bytes=lambda: 0)
    now, since = machine.power_now, machine.power_since_start
    fields = ("undervoltage", "capped", "throttled", "hot")
    return {
        "now": None if now is None else {name: getattr(now, name) for name in fields},
        "since_start": None if since is None else {name: getattr(since, name) for name in fields},
        "cpu_c": machine.cpu_c,
        "fan_rpm": machine.fan_rpm,
        "measured_at_s": round(time.monotonic()),
    }


def lines(document: Document) -> Iterator[str]:
    """Yield the figures as a person reads them."""
    if document["sim"]:
        yield "SIMULATED: these figures say nothing of any computer"
    for name, figures in document.items():
        if isinstance(figures, dict):
            yield f"{name}:"
            told = {key: value for key, value in figures.items() if key not in {"good", "why"}}
            yield from (f"  {key.replace('_', ' ')}: {value}" for key, value in told.items())
            if "good" in figures:
                yield f"  {'good' if figures['good'] else 'NOT GOOD'}: {figures['why']}"
