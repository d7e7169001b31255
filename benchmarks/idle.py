"""A station that nobody uses: processor and memory (PSS) of each of its processes, and its first screen."""

import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.stage import cpu_s
from benchmarks.table import show
from station.board.clock import VirtualClock
from station.board.hx711 import Hx711Bank
from station.board.load import EMPTY, StillLoad
from station.board.simulated_pins import SimulatedPins, simulated_chips
from station.session.client import SessionClient

SECONDS_FULL: Final = 60.0
SECONDS: Final = 10.0
SETTLE_S: Final = 8.0
REST_S: Final = 0.012  # as long as a simulated board with nobody on it
PIECES: Final = 250
MESSAGES: Final = 40
POLL_NS: Final = 1_000_000
# The panel on gpiozero's mock pins: the real pins of a Pi are not here.
PANEL: Final = """
import sys
from pathlib import Path
import station.__main__, station.config
from gpiozero.pins.mock import MockFactory, MockPWMPin
from station.session.panel import Panel
from station.session.panel_config import PanelConfig
from station.session.panel_gpio import GpioHardware
panel = Panel(Path(sys.argv[1]), GpioHardware(PanelConfig(), MockFactory(pin_class=MockPWMPin)))
while True:
    panel.step(0.25)
"""


class Row(NamedTuple):
    """One process: percent of one core, an estimate of it on a core that is never at rest, wake-ups a second.

    The estimate takes each process to be slowed by rests as a simulated board's work is. Then MB of memory
    with its share of what is shared, and open files.
    """

    process: str
    core_percent: float
    busy_percent: float
    wakes_s: float
    pss_mb: float
    files: int


def pss_mb(pid: int) -> float:
    """Return the memory of a process, with its share of what several share."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def run(seconds: float) -> Iterator[Row]:
    """Start everything as a home has it, with the broker away, let it settle and look."""
    with tempfile.TemporaryDirectory(prefix="balance-idle-") as folder:
        config = Path(folder) / "station.toml"
        config.write_text(f'[station]\nstate = "{folder}"\n[care]\nport = 9\n')
        begun_s = time.monotonic()
        session = _start([sys.executable, "-m", "station", "run", "--config", str(config)])
        started = [session]
        try:
            at = Path(folder) / "session.sock"
            environ = {**os.environ, "BALANCE_SOCKET": str(at), "SDL_VIDEODRIVER": "dummy"}
            kiosk = [sys.executable, "-m", "ui.patient", "--offscreen", "--screenshot-every", "0.05"]
            shots = Path(folder) / "shots"
            started.append(_start([*kiosk, "--screenshot-to", str(shots)], environ))
            _await(lambda: any(shots.glob("*")))
            first_s = time.monotonic() - begun_s
            started.pop().terminate()
            plain = [sys.executable, "-m", "ui.patient", "--offscreen"]
            started.append(_start(plain, environ))
            uplink = [sys.executable, "-m", "station", "uplink", "--config", str(config)]
            started.append(_start(uplink))
            started.append(_start([sys.executable, "-c", PANEL, str(at)]))
            _await(lambda: _answers(at))
            time.sleep(SETTLE_S)
            names = ("run", "kiosk", "uplink", "panel")
            pids = dict(zip(names, (process.pid for process in started), strict=True))
            pids["acquire"] = _children(session.pid)[0]
            before = rested_longer()
            percent, wakes_s = _looked_at(pids, seconds)
            longer = (before + rested_longer()) / 2
            rows = [
                Row(name, percent[name], percent[name] / longer, wakes_s[name], pss_mb(pid), _files(pid))
                for name, pid in pids.items()
            ]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()
    yield from rows
    together = Row(
        "all",
        sum(row.core_percent for row in rows),
        sum(row.busy_percent for row in rows),
        sum(row.wakes_s for row in rows),
        sum(row.pss_mb for row in rows),
        sum(row.files for row in rows),
    )
    yield together
    print(f"\nA piece of work takes {longer:.1f} times as long here after a rest of {REST_S * 1000:.0f} ms;")
    rests = (f"{message_ms(rest_s):.2f} ms after one of {1000 * rest_s:.0f} ms" for rest_s in (0.001, 0.2))
    print(f"a message is taken in within {', '.join(rests)}.")
    print(f"From the start of station and kiosk to the first screen: {first_s:.2f} s")


def rested_longer() -> float:
    """Return how many times as long this computer takes over the same work when it rests in between.

    The work is a simulated board read for as long as the rest. A processor that is mostly at rest is slower
    than a busy one; on a virtual machine how much depends on its neighbours, so that the same idle station
    takes 8 % of a core in one hour and 30 % in another.
    """
    clock = VirtualClock(1_000_000_000)
    pins = SimulatedPins(simulated_chips(StillLoad(EMPTY), now_ns=clock.now_ns()), clock)
    took_s = {}
    with Hx711Bank(pins, clock) as bank:
        for rest_s in (0.0, REST_S):
            begun_s = time.process_time()
            for _ in range(PIECES):
                until_ns = clock.now_ns() + round(REST_S * 1e9)
                while clock.now_ns() < until_ns:
                    bank.poll()
                    clock.sleep_ns(POLL_NS)
                if rest_s:
                    time.sleep(rest_s)
            took_s[rest_s] = time.process_time() - begun_s
    return took_s[REST_S] / took_s[0.0]


def message_ms(rest_s: float) -> float:
    """Return how long it takes to be told 300 bytes and to take them in after such a rest, wall time."""
    one, other = socket.socketpair()
    with one, other:
        took_s = 0.0
        for _ in range(MESSAGES):
            time.sleep(rest_s)
            begun_s = time.perf_counter()
            one.send(b" " * 300)
            select.select([other], [], [])
            other.recv(300)
            took_s += time.perf_counter() - begun_s
    return 1000 * took_s / MESSAGES


def _looked_at(pids: dict[str, int], seconds: float) -> tuple[dict[str, float], dict[str, float]]:
    """Return of each process the percent of a core it takes in this time, and its wake-ups a second."""
    cpus_s = {name: cpu_s(pid) for name, pid in pids.items()}
    wakes = {name: _wakes(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    percent = {name: 100 * (cpu_s(pid) - cpus_s[name]) / seconds for name, pid in pids.items()}
    return percent, {name: (_wakes(pid) - wakes[name]) / seconds for name, pid in pids.items()}


def _wakes(pid: int) -> int:
    """Return how often its threads have waited for something."""
    statuses = (thread / "status" for thread in Path(f"/proc/{pid}/task").iterdir())
    lines = (line for status in statuses for line in status.read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


def _start(command: list[str], environ: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _answers(socket: Path) -> bool:
    try:
        SessionClient(socket, name="idle", snapshots=False).close()
    except ConnectionError:
        return False
    return True


def _await(done: Callable[[], bool]) -> None:
    until_s = time.monotonic() + 30
    while not done():
        if time.monotonic() > until_s:
            raise TimeoutError("the station did not come up within 30 s")
        time.sleep(0.02)


def main(*, full: bool) -> None:
    """Print the table."""
    show("A station that nobody uses", run(SECONDS_FULL if full else SECONDS))
