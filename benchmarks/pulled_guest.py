"""What runs inside a machine that is pulled: process number one, the station, its uplink, and who trains.

The station is that of the tests: the real one, but for its clock and its board, for which an emulated
processor is too slow. The uplink is as installed. Process number one loads the program, says `warm`, waits
to be told to go; the machine's state may be saved then and taken up as often as one likes, since nothing of
the data disk is in it: that is plugged in later. What it has to say goes out on the second serial line, one
JSON object a line, the moment it is so.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time
import traceback
import tty
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import station.link.uplink  # noqa: F401 - loaded before the machine is saved
from station.__main__ import main as station_main
from station.config import load_config
from station.session.bad_files import BAD
from station.session.protocol import Prescribe
from station.session.restore import DAMAGE_NOTE
from station.training.snapshot import Snapshot
from tests.virtual_station import VirtualStation

LINE: Final = "/dev/ttyS1"
DISK: Final = "/dev/vdc"  # after root and program
DATA: Final = Path("/data")
CONFIG: Final = DATA / "station.toml"
PRESCRIPTION: Final = DATA / "prescription.json"
STATE: Final = DATA / "station"  # as [station] state says
DATABASE: Final = STATE / "station.sqlite3"
LOG: Final = Path("/tmp/log")  # noqa: S108
LOOK_S: Final = 5.0  # between two looks into the outbox
PLUG_S: Final = 30.0
AGAIN_S: Final = 0.5  # as [Service] RestartSec says
TURNS_A_LOOK: Final = 2
RESEED: Final = 0x5207  # RNDRESEEDCRNG of random(4)
SET_STATUS: Final = 0x10  # ADJ_STATUS of adjtimex(2)
TIMEX_BYTES: Final = 208


class Line:
    """The serial line to whoever holds the plug."""

    def __init__(self) -> None:
        self._descriptor = os.open(LINE, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._descriptor)

    def say(self, kind: str, **what: object) -> None:
        """Say one thing."""
        left = json.dumps({"kind": kind, "up_s": round(time.monotonic(), 2), **what}).encode() + b"\n"
        while left:
            left = left[os.write(self._descriptor, left) :]

    def heard(self) -> dict[str, str]:
        """Wait for a line and return it."""
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(self._descriptor, 4096)
        told: dict[str, str] = json.loads(line)
        return told


class Program:
    """A process made of this one, which has everything loaded; started again when it dies."""

    def __init__(self, line: Line, name: str, work: Callable[[], object]) -> None:
        self._line, self._name, self._work = line, name, work
        self._pid = 0
        self._start_s = 0.0

    def look(self) -> None:
        """Start it when it is due."""
        if self._pid:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if not pid:
                return
            words = (LOG / self._name).read_text()[-1500:]
            self._line.say("died", name=self._name, code=os.waitstatus_to_exitcode(status), words=words)
            self._pid, self._start_s = 0, time.monotonic() + AGAIN_S
        if time.monotonic() >= self._start_s:
            self._pid = os.fork()
            if not self._pid:
                self._become()

    def _become(self) -> None:
        try:
            os.setsid()
            log = os.open(LOG / self._name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            for descriptor in (1, 2):
                os.dup2(log, descriptor)
            self._work()
        except BaseException:  # noqa: BLE001 - two processes must never go on in the loop of the first
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(1)


class Station:
    """The station in virtual time, with a patient who trains on and on; tells what its screen shows."""

    def __init__(self, line: Line, *, trains: bool) -> None:
        self._line, self._trains = line, trains
        self._turns = 0
        self._shown: tuple[str, str | None, int] | None = None
        self._checked_in = False

    def run(self) -> None:
        """Start it and never end."""
        config = load_config(str(CONFIG))
        station = VirtualStation(STATE, plain=True, config=config, start_ns=time.monotonic_ns())
        self._line.say("database", **look())
        for said in station.log:
            self._line.say("log", words=said)
        station.say(Prescribe(document=PRESCRIPTION.read_text()))
        if self._trains:
            station.train(again=True)
        while True:
            station.run_until(lambda: self._look(station), within_s=1e9)

    def _look(self, station: VirtualStation) -> bool:
        self._turns += 1
        if not self._trains:
            time.sleep(0.05)
        if self._turns % TURNS_A_LOOK == 0:
            station.heard.clear()
            self._tell(station.shown())
        return False

    def _tell(self, snapshot: Snapshot) -> None:
        session, phase = snapshot.session, snapshot.phase
        finished = len(snapshot.results)
        shown = (phase, session, finished)
        if shown == self._shown:
            return
        self._shown = shown
        self._checked_in |= phase == "checkin"
        self._line.say("shown", phase=phase, session=session, finished=finished)
        if phase == "summary" and finished and self._checked_in:
            self._checked_in = False
            self._line.say("whole", session=session)


def look() -> dict[str, object]:
    """Return what is on the disk: trials by id, sessions that have their end, trials that wait to be sent."""
    with closing(sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True, timeout=30)) as database:
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
        trials = {
            str(id_): _row(str(session), result, raw)
            for id_, session, result, raw in database.execute("SELECT id, session, result, raw FROM trial")
        }
        ended = [str(id_) for (id_,) in database.execute("SELECT id FROM session WHERE result IS NOT NULL")]
        kinds = [str(kind) for (kind,) in database.execute("SELECT type FROM outbox")]
        noted = database.execute("SELECT value FROM note WHERE key = ?", (DAMAGE_NOTE,)).fetchone()
        bodies = database.execute("SELECT body FROM outbox WHERE type = 'result/trial'")
        waiting = [str(json.loads(body)["trial"]) for (body,) in bodies]
    bad = sorted(path.name for path in STATE.glob(f"*{BAD}*"))
    return {
        "sound": sound,
        "trials": trials,
        "ended": ended,
        "waiting": waiting,
        "outbox": len(kinds),
        "bad": bad,
        "noted": "" if noted is None else noted[0].decode(),
    }


def _row(session: str, result: bytes, raw: bytes) -> tuple[str, int, str, str]:
    said = json.loads(result)
    return session, said["number"], said["outcome"], hashlib.sha256(result + raw).hexdigest()[:12]


def take_up(told: dict[str, str]) -> None:
    """Be a machine of its own, where the saved state is that of many: chance and time are the host's."""
    with Path("/dev/urandom").open("wb", buffering=0) as chance:
        chance.write(bytes.fromhex(told["entropy"]))
        fcntl.ioctl(chance, RESEED)
    time.clock_settime(time.CLOCK_REALTIME, float(told["time_s"]))
    timex = (ctypes.c_long * (TIMEX_BYTES // ctypes.sizeof(ctypes.c_long)))()
    timex[0] = SET_STATUS  # the clock is right, as a time service says
    ctypes.CDLL(None, use_errno=True).adjtimex(timex)


def _mount(line: Line) -> None:
    """Look through the data partition as a Pi does at its start, and mount it."""
    end_s = time.monotonic() + PLUG_S
    while not Path(DISK).exists() and time.monotonic() < end_s:
        time.sleep(0.05)
    code = subprocess.run(("e2fsck", "-p", DISK), check=False, capture_output=True).returncode
    subprocess.run(("mount", "-t", "ext4", "-o", "data=ordered", DISK, str(DATA)), check=True)
    cache = Path(f"/sys/block/{Path(DISK).name}/queue/write_cache").read_text().strip()
    line.say("mounted", fsck=code, cache=cache)
    STATE.mkdir(exist_ok=True)


def run(line: Line) -> None:
    """Start everything; train until the plug is pulled, or wait until all is sent."""
    LOG.mkdir()
    line.say("warm")
    told = line.heard()
    take_up(told)
    _mount(line)
    station = Station(line, trains=told["mode"] == "train")
    uplink = Program(line, "uplink", lambda: station_main(["uplink", "--config", str(CONFIG)]))
    programs = [Program(line, "station", station.run), uplink]
    look_s = time.monotonic() + LOOK_S
    while True:
        for program in programs:
            program.look()
        time.sleep(0.2)
        if told["mode"] == "drain" and DATABASE.exists() and time.monotonic() > look_s:
            found = look()
            line.say("sent" if found["outbox"] == 0 else "waits", **found)
            look_s = time.monotonic() + LOOK_S


def main() -> None:
    """Never end: the end of process number one is the end of the machine."""
    line = Line()
    try:
        run(line)
    except Exception:  # noqa: BLE001 - whatever it is, it has to be told
        logs = {path.name: path.read_text()[-1500:] for path in LOG.glob("*")}
        line.say("failed", words=traceback.format_exc(), logs=logs)
        time.sleep(1000)


if __name__ == "__main__":
    main()
