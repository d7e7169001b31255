"""Eight hours of use, or eight parts of 240 s without `--full`: memory, threads, files and disk after each.

The day of the station runs faster than the clock (`day_station`): its loop, recorder, database and backups
live through every second of it. Kiosk (off-screen), uplink, broker and recorder are the real programs in real
time. The broker goes away for a quarter of each hour. Not in it: the acquisition process (its own day is the
benchmark `memory`) and the panel.
"""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.day_station import public_key
from benchmarks.idle import pss_mb
from benchmarks.soak import STATION, Soak, Victim, temporary_folder
from benchmarks.table import show

HOURS: Final = 8
PARTS: Final = 4  # of an hour; in one of them there is no broker
HOUR_S_FULL: Final = 3600
HOUR_S: Final = 240
SPEED: Final = 100.0  # the most; a busy machine is slower
DRAIN_S: Final = 60.0
SUBJ: Final = "p-day"
CONFIG: Final = """
[station]
id = "{station}"
subj = "{subj}"
state = "{folder}"
[source]
source = "simulate"
rested = true
clock = "trust"
[care]
port = {port}
keys = ["{key}"]
[limits]
longest_validity_days = 36500
"""


class Row(NamedTuple):
    """After so many hours. MB are PSS; `files` and `threads` of station, kiosk and uplink together."""

    hour: int
    sessions: int
    trials: int
    station_mb: float
    kiosk_mb: float
    uplink_mb: float
    files: int
    threads: int
    database_mb: float
    wal_mb: float
    ledger_mb: float
    backups: int
    beside: int
    unsent: int
    care_trials: int
    minutes: float


class Day:
    """All that runs, in one folder."""

    def __init__(self, folder: Path, open_now: ExitStack) -> None:
        self.folder = folder
        self.soak = Soak(folder, durable=True, results=0)
        port = self.soak._port  # noqa: SLF001
        key = base64.b64encode(public_key()).decode()
        config = folder / "station.toml"
        config.write_text(CONFIG.format(station=STATION, subj=SUBJ, folder=folder, port=port, key=key))
        self.victims = self.soak.victims()
        del self.victims["session"]
        environ = {**os.environ, "SDL_VIDEODRIVER": "dummy", "XDG_STATE_HOME": str(folder / "kiosk")}
        # It draws every picture of a quick day that it can: what is left of the processor.
        kiosk = ("nice", "-n", "19", sys.executable, "-m", "ui.patient", "--offscreen", "--socket")
        socket = str(folder / "session.sock")
        self.victims["kiosk"] = Victim((*kiosk, socket), folder / "kiosk.log", environ)
        for victim in self.victims.values():
            open_now.callback(victim.close)
        command = (sys.executable, "-m", "benchmarks.day_station", str(folder), str(config), str(SPEED))
        self.station = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        open_now.callback(self._end)

    def _end(self) -> None:
        self.station.kill()
        self.station.wait()

    def look_after(self, *, broker: bool) -> None:
        """Start what is down; let the broker go where there is to be none."""
        for name, victim in self.victims.items():
            if name == "broker" and not broker:
                victim.kill()
            else:
                victim.look()

    def live(self, seconds: int) -> tuple[int, int]:
        """Let the station live so long; return its sessions and trials so far."""
        assert self.station.stdin is not None
        assert self.station.stdout is not None
        self.station.stdin.write(f"{seconds}\n")
        self.station.stdin.flush()
        sessions, trials = self.station.stdout.readline().split()
        return int(sessions), int(trials)

    def drain(self) -> None:
        """Wait until the care side has everything, or not any longer."""
        end_s = time.monotonic() + DRAIN_S
        while self.soak.station.waiting() and time.monotonic() < end_s:
            self.look_after(broker=True)
            time.sleep(0.2)

    def row(self, hour: int, kept: tuple[int, int], begun_s: float) -> Row:
        """Return how it stands."""
        pids = [self.station.pid, self.victims["kiosk"].pid, self.victims["uplink"].pid]
        station_mb, kiosk_mb, uplink_mb = (pss_mb(pid) for pid in pids)
        return Row(
            hour, *kept, station_mb, kiosk_mb, uplink_mb,
            sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids),
            sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids),
            self._mb("station.sqlite3"), self._mb("station.sqlite3-wal"), self._mb("ledger-*"),
            len(list((self.folder / "backups").glob("*"))),
            len([*self.folder.glob("trial-*"), *self.folder.glob("station.sqlite3.*")]),
            self.soak.station.waiting(),
            self.soak.care.number("SELECT COUNT(*) FROM care_message WHERE type = 'result/trial'"),
            (time.monotonic() - begun_s) / 60,
        )  # fmt: skip

    def _mb(self, pattern: str) -> float:
        return sum(path.stat().st_size for path in self.folder.glob(pattern)) / 1e6


def run(hour_s: int) -> Iterator[Row]:
    """Yield the state once all have begun, and after each hour."""
    begun_s = time.monotonic()
    with ExitStack() as open_now:
        day = Day(open_now.enter_context(temporary_folder()), open_now)
        kept = day.live(1)
        for hour in range(HOURS + 1):
            for part in range(PARTS if hour else 0):
                day.look_after(broker=part != 1)
                kept = day.live(hour_s // PARTS)
            day.look_after(broker=True)
            if not hour:
                time.sleep(5.0)
            day.drain()
            row = day.row(hour, kept, begun_s)
            print(row, file=sys.stderr, flush=True)
            yield row


def main(*, full: bool) -> None:
    """Print the table; its rows are whole hours only when `full`."""
    hour_s = HOUR_S_FULL if full else HOUR_S
    show(f"{HOURS} parts of a day of use, {hour_s} s each", run(hour_s))
