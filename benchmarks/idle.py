"""A station that nobody uses: processor and memory (PSS) of each of its processes, and its first screen."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.stage import cpu_s
from benchmarks.table import show
from station.session.client import SessionClient

SECONDS_FULL: Final = 60.0
SECONDS: Final = 10.0
SETTLE_S: Final = 8.0
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


# Takes what nobody else wants of a core, so that it never halts: a virtual machine that halts is woken by its
# host, which is charged to whoever was woken and differs from minute to minute.
AWAKE: Final = """
import os
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
while True:
    pass
"""


class Row(NamedTuple):
    """One process: percent of one core, the same with the cores kept from halting, wake-ups a second.

    Then MB of memory with its share of what is shared, and open files.
    """

    process: str
    core_percent: float
    awake_percent: float
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
            socket = Path(folder) / "session.sock"
            environ = {**os.environ, "BALANCE_SOCKET": str(socket), "SDL_VIDEODRIVER": "dummy"}
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
            started.append(_start([sys.executable, "-c", PANEL, str(socket)]))
            _await(lambda: _answers(socket))
            time.sleep(SETTLE_S)
            names = ("run", "kiosk", "uplink", "panel")
            pids = dict(zip(names, (process.pid for process in started), strict=True))
            pids["acquire"] = _children(session.pid)[0]
            halting, _ = _looked_at(pids, seconds)
            loops = [_start([sys.executable, "-c", AWAKE]) for _ in range(os.cpu_count() or 1)]
            started += loops
            awake, wakes_s = _looked_at(pids, seconds)
            rows = [
                Row(name, halting[name], awake[name], wakes_s[name], pss_mb(pid), _files(pid))
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
        sum(row.awake_percent for row in rows),
        sum(row.wakes_s for row in rows),
        sum(row.pss_mb for row in rows),
        sum(row.files for row in rows),
    )
    yield together
    print(f"\nFrom the start of station and kiosk to the first screen: {first_s:.2f} s")


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
