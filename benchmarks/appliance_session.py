"""A patient who trains while programs die, and counts what the screen said was finished."""

import random
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.appliance_machine import Machine
from benchmarks.tally import Database, tally
from station.demo.patient import Patient
from station.errors import MessageError, StationError
from station.session.client import SessionClient
from station.session.protocol import Press
from station.training.snapshot import Snapshot

BETWEEN_S: Final = (2.0, 10.0)  # a hold of this programme with its way onto the board and its rest takes 11 s
# Many short holds. A session is stopped and gone on with as often as the station dies.
PROGRAMME: Final = {
    "exercises": [
        {"routine": routine, "rung": 1, "side": side, "attempts": 10, "hold_s": 2, "rest_s": 5}
        for routine, side in (
            ("supported-standing", None), ("single-leg", "left"), ("single-leg", "right"),
            ("tandem", "left"), ("tandem", "right"),
        )
    ]
}  # fmt: skip
DRAIN_S: Final = 240.0
VICTIMS: Final = (
    "balance-station", "acquisition", "balance-uplink", "balance-ui", "balance-care@recorder",
    "balance-care@serve", "mosquitto",
)  # fmt: skip


class Kept(NamedTuple):
    """What came of a run. `not in` counts results the screen had shown as finished and a database has not.

    Of `finished` results `held` are holds stood to their end; the others were lost, stopped or broken off.
    """

    kills: int
    by_victim: str
    sessions: int
    finished: int
    held: int
    not_in_station: int
    not_in_care: int
    station_trials: int
    lost_on_the_way: int
    doubled: int
    refused: int
    left_in_outbox: int
    minutes: float


class Trainee:
    """One patient after the other, each for one session; `finished` and `held` count results by session."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._patient = self._next()
        self._watcher: SessionClient | None = None
        self._look_s = 0.0
        self._read: tuple[object, ...] = ()
        self.finished: dict[str, int] = {}
        self.held: dict[str, int] = {}

    def _next(self) -> Patient:
        return Patient(self._socket, alone=True, recorded=False, now_s=time.monotonic)

    def step(self) -> None:
        """Train for a moment, and note what the screen shows."""
        self._patient.step(0.02)
        if self._patient.finished:
            self._leave()
            self._patient.close()
            self._patient = self._next()
        try:
            if self._watcher is None:
                if time.monotonic() < self._look_s:
                    return
                self._look_s = time.monotonic() + 0.3
                self._watcher = SessionClient(self._socket, name="counter")
            for notice in self._watcher.poll():
                if isinstance(notice, Snapshot) and notice.session is not None:
                    self._count(notice.session, notice)
                    self._go_on(self._watcher, notice)
        except (ConnectionError, MessageError):
            self._watcher = None

    def _count(self, session: str, snapshot: Snapshot) -> None:
        held = sum(result.outcome == "done" for result in snapshot.results)
        for counts, now in ((self.finished, len(snapshot.results)), (self.held, held)):
            counts[session] = max(counts.get(session, 0), now)

    def _go_on(self, watcher: SessionClient, snapshot: Snapshot) -> None:
        """Press a result away once it was seen, and answer after a stumble; the patient of the demo waits."""
        place = (snapshot.session, snapshot.phase, len(snapshot.results))
        if snapshot.phase in ("result", "all_right") and place != self._read:
            self._read = place
            watcher.send(Press(button="start"))

    def _leave(self) -> None:
        """Press the summary away, so that the next session can begin."""
        if self._watcher is not None:
            with suppress(ConnectionError):
                self._watcher.send(Press(button="start"))

    def close(self) -> None:
        """Go."""
        self._patient.close()
        if self._watcher is not None:
            self._watcher.close()


def train_while_dying(machine: Machine, root: Path, *, kills: int, longest_s: float, seed: int) -> Kept:
    """Kill at random while somebody trains, and hold the databases against what was seen."""
    begun_s, chance = time.monotonic(), random.Random(seed)
    killed: Counter[str] = Counter()
    trainee = Trainee(machine.file("/run/balance-station/session.sock"))
    while killed.total() < kills and time.monotonic() < begun_s + longest_s:
        next_s = time.monotonic() + chance.uniform(*BETWEEN_S)
        while time.monotonic() < next_s:
            trainee.step()
        victim = chance.choice(VICTIMS)
        killed[victim] += _kill(machine, victim)
    station = Database(root / "var/lib/balance-station/station.sqlite3")
    care = Database(root / "var/lib/balance-care/care.sqlite3")
    end_s = time.monotonic() + DRAIN_S
    trainee.close()
    while station.waiting() and time.monotonic() < end_s:
        time.sleep(0.5)
    return _counted(killed, trainee, station, care, time.monotonic() - begun_s)


def _kill(machine: Machine, victim: str) -> bool:
    if victim != "acquisition":
        return machine.signal(victim, signal.SIGKILL) != 0
    station = machine.state("balance-station").pid
    try:
        machine.ask("pkill", "-KILL", "-P", str(station))  # inside the container, children of the station
    except StationError:
        return False
    return True


def _counted(
    killed: Counter[str], trainee: Trainee, station: Database, care: Database, seconds: float
) -> Kept:
    finished = trainee.finished
    here = Counter(str(session) for (session,) in station.rows("SELECT session FROM trial"))
    there = Counter(_plain(session) for (session,) in care.rows("SELECT session_id FROM care_trial"))
    counted = tally(station, care)
    return Kept(
        kills=killed.total(),
        by_victim=", ".join(f"{name.removeprefix('balance-')} {n}" for name, n in sorted(killed.items())),
        sessions=len(finished),
        finished=sum(finished.values()),
        held=sum(trainee.held.values()),
        not_in_station=sum(max(0, n - here[session]) for session, n in finished.items()),
        not_in_care=sum(max(0, n - there[_plain(session)]) for session, n in finished.items()),
        station_trials=counted.results,
        lost_on_the_way=counted.lost,
        doubled=counted.doubled,
        refused=counted.refused,
        left_in_outbox=counted.left_in_outbox,
        minutes=seconds / 60,
    )


def _plain(id_: object) -> str:
    return str(id_).replace("-", "")
