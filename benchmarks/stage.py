"""A real station and a real kiosk, each a process of its own: for what only they can show."""

import base64
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.demo.patient import Patient
from station.demo.supervisor import Process, Supervisor
from station.link.signature import sign_prescription
from station.session.client import SessionClient
from station.session.protocol import Command, Prescribe
from station.training.prescription import Exercise, Prescription
from station.training.snapshot import Phase, Snapshot

SEED: Final = bytes(range(32))
STEP_S: Final = 0.005
CONFIG: Final = """
[station]
id = "bench"
subj = "p-bench"
state = "{folder}"
[source]
source = "simulate"
seed = 1
rested = true
[care]
keys = ["{key}"]
[limits]
longest_validity_days = 36500
"""


class Notice(NamedTuple):
    """One line the kiosk told its service manager, and when (CLOCK_MONOTONIC)."""

    t_ns: int
    line: str


class PatientUntil(Patient):
    """A patient who does everything up to a screen, and nothing there or after it."""

    last: Phase | None = None

    def _act(self, client: SessionClient, snapshot: Snapshot) -> None:
        if snapshot.phase == self.last:
            self.finished = True
        elif not self.finished:
            super()._act(client, snapshot)


class Stage:
    """Runs station and kiosk under the demo's supervisor; the simulated patient lives in this process."""

    def __init__(
        self, exercise: Exercise, kiosk: tuple[str, ...], environ: Mapping[str, str] | None = None
    ) -> None:
        self._gone = tempfile.TemporaryDirectory(prefix="balance-bench-")
        self.folder = Path(self._gone.name)
        self._socket_path = self.folder / "session.sock"
        self.said: list[str] = []
        self.supervisor = Supervisor(self.folder / "log", say=self.said.append)
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._manager.bind(str(self.folder / "notify"))
        self.notices: list[Notice] = []
        self._exercise = exercise
        self._environ = {
            "NOTIFY_SOCKET": str(self.folder / "notify"),
            "XDG_STATE_HOME": str(self.folder),
            **(environ or {}),
        }
        self.kiosk_is(kiosk)
        self._patient: Patient | None = None
        self._watcher: SessionClient | None = None
        self.snapshot: Snapshot | None = None

    def kiosk_is(self, command: tuple[str, ...]) -> None:
        """Take this command for the kiosk."""
        options = ("--silent", "--socket", str(self._socket_path))
        self._kiosk = Process("kiosk", (*command, *options), self._environ)

    def start_station(self) -> None:
        """Start the station, prescribe the exercise, let the patient come."""
        private = Ed25519PrivateKey.from_private_bytes(SEED)
        key = base64.b64encode(private.public_key().public_bytes_raw()).decode()
        config = self.folder / "station.toml"
        config.write_text(CONFIG.format(folder=self.folder, key=key))
        command = (sys.executable, "-m", "station", "run", "--config", str(config))
        self.supervisor.start(Process("station", command))
        self.wait(lambda: self.snapshot is not None)
        rx = Prescription(
            version=1,
            station="bench",
            subj="p-bench",
            issued="2020-01-01T00:00:00Z",
            expires="2099-01-01T00:00:00Z",
            exercises=(self._exercise,),
        )
        self.say(Prescribe(document=sign_prescription(rx, SEED).decode()))

    def start_kiosk(self) -> int:
        """Start the kiosk; return when (ns)."""
        begun_ns = time.monotonic_ns()
        self.supervisor.start(self._kiosk)
        return begun_ns

    def train(self, last: Phase | None = None) -> None:
        """Let a patient come who does and answers everything, up to a screen."""
        self._patient = PatientUntil(self._socket_path, alone=True, recorded=False, now_s=time.monotonic)
        self._patient.last = last

    def say(self, command: Command) -> None:
        """Say something to the station as another client of it."""
        assert self._watcher is not None
        self._watcher.send(command)

    def page(self) -> str:
        """Return what the kiosk last said that it shows."""
        lines = (n.line for n in reversed(self.notices) if n.line.startswith("STATUS="))
        return next(lines, "").removeprefix("STATUS=")

    def turn(self) -> None:
        """Let a moment pass: everybody is looked after, and what was shown and told is taken in."""
        self.supervisor.poll()
        if self._patient is not None:
            self._patient.step(STEP_S)
        else:
            time.sleep(STEP_S)
        self._watch()
        while True:
            try:
                data = self._manager.recv(4096)
            except BlockingIOError:
                return
            self.notices += [Notice(time.monotonic_ns(), line) for line in data.decode().splitlines()]

    def _watch(self) -> None:
        try:
            if self._watcher is None:
                self._watcher = SessionClient(self._socket_path, name="bench")
            for notice in self._watcher.poll():
                if isinstance(notice, Snapshot):
                    self.snapshot = notice
        except ConnectionError:
            self._watcher, self.snapshot = None, None

    def wait(self, so: Callable[[], bool], *, within_s: float = 120.0) -> float:
        """Wait until something is so; return how long it took (s). Raises TimeoutError with what was said."""
        begun_s = time.monotonic()
        while not so():
            if time.monotonic() - begun_s > within_s:
                logs = "".join(log.read_text() for log in (self.folder / "log").iterdir())
                raise TimeoutError(f"{self.snapshot} {self.notices[-5:]} {self.said} {logs}")
            self.turn()
        return time.monotonic() - begun_s

    def told(self, line: str, since_ns: int = 0) -> int | None:
        """Return when the kiosk told a line beginning so (ns), first after a time; None if it has not."""
        return next((n.t_ns for n in self.notices if n.line.startswith(line) and n.t_ns >= since_ns), None)

    def pid(self, name: str) -> int:
        """Return the process id of `station` or `kiosk`. Raises LookupError while there is none."""
        pid = self.supervisor.pid(name)
        if pid is None:
            raise LookupError(name)
        return pid

    def close(self) -> None:
        """End everybody, and let the folder go."""
        if self._patient is not None:
            self._patient.close()
        if self._watcher is not None:
            self._watcher.close()
        self.supervisor.close()
        self._manager.close()
        self._gone.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def cpu_s(pid: int) -> float:
    """Return the processor time of a process so far, s."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
