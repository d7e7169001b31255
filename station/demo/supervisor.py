"""Starts a table of processes, starts again what dies and says so, ends all of them together."""

import os
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from station.errors import StationError

LAST_LINES: Final = 5
FIRST_WAIT_S: Final = 0.2
RESTART_WAIT_S: Final = 1.0
GIVE_UP_AFTER: Final = 5  # deaths in a row, each within `STEADY_S`
STEADY_S: Final = 20.0
STOP_WAIT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Process:
    """One row of the table.

    `ends_all`: its clean end is the end of everything. `port`: where it listens on loopback; while somebody
    else does, it is not started. `lasting`: once it has run steadily it is started again for as long as it
    takes, since what it misses (a display) may come back.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ends_all: bool = False
    port: int | None = None
    lasting: bool = False


@dataclass(slots=True)
class _Running:
    process: Process
    child: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    start_at_s: float = 0.0
    deaths: int = 0
    was_steady: bool = False


def answers(port: int) -> bool:
    """Return whether somebody listens on this loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Supervisor:
    """Runs processes, each with a log of its own in `logs`.

    `poll` must be called now and then. A process that dies is named with its last lines and started again;
    one that keeps dying ends the whole with StationError.
    """

    def __init__(
        self, logs: Path, *, say: Callable[[str], None], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._logs = logs
        self._say = say
        self._now_s = now_s
        self._running: list[_Running] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, process: Process) -> None:
        """Start one process and look after it."""
        running = _Running(process)
        self._running.append(running)
        self._spawn(running)

    def _spawn(self, running: _Running) -> None:
        process = running.process
        with self._log(process).open("ab") as log:
            running.child = subprocess.Popen(
                # Told to end when the supervisor itself is killed, so that nothing is left running.
                ("setpriv", "--pdeathsig", "TERM", *process.command),
                env={**os.environ, **process.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends them in order
            )
        running.started_s = self._now_s()

    def _log(self, process: Process) -> Path:
        return self._logs / f"{process.name}.log"

    def pid(self, name: str) -> int | None:
        """Return the process id of a running process."""
        for running in self._running:
            if running.process.name == name and running.child is not None:
                return running.child.pid
        return None

    def poll(self) -> bool:
        """Look after everybody; return False when a process whose end is the end of all has ended well."""
        for running in self._running:
            child = running.child
            if child is None:
                self._start_again(running)
                continue
            if child.poll() is None:
                continue
            if child.returncode == 0 and running.process.ends_all:
                return False
            self._died(running, child.returncode)
        return True

    def _start_again(self, running: _Running) -> None:
        if self._now_s() < running.start_at_s:
            return
        port = running.process.port
        if port is not None and answers(port):
            running.start_at_s = self._now_s() + RESTART_WAIT_S  # somebody else started it
            return
        self._spawn(running)

    def _died(self, running: _Running, returncode: int) -> None:
        name = running.process.name
        steady = self._now_s() - running.started_s > STEADY_S
        running.deaths = 1 if steady else running.deaths + 1
        running.was_steady = running.was_steady or steady
        running.child = None
        how = f"was ended by signal {-returncode}" if returncode < 0 else f"ended with exit code {returncode}"
        lines = "".join(f"\n    {line}" for line in self.last_lines(name)) or " It said nothing."
        lasting = running.process.lasting and running.was_steady
        if running.deaths >= GIVE_UP_AFTER and not lasting:
            raise StationError(f"{name} {how}, {running.deaths} times in a row. Its last lines:{lines}")
        self._say(f"{name} {how} and is started again. Its last lines:{lines}")
        running.start_at_s = self._now_s() + (FIRST_WAIT_S if running.deaths == 1 else RESTART_WAIT_S)

    def last_lines(self, name: str) -> list[str]:
        """Return the last lines a process said."""
        try:
            with (self._logs / f"{name}.log").open(encoding="utf-8", errors="replace") as log:
                return [line.rstrip() for line in deque(log, maxlen=LAST_LINES)]
        except OSError:
            return []

    def close(self) -> None:
        """End everybody, the last started first: each is asked, and only then killed. May be called twice."""
        running, self._running = self._running, []
        for each in reversed(running):
            if each.child is not None and each.child.poll() is None:
                each.child.send_signal(signal.SIGTERM)
                try:
                    each.child.wait(timeout=STOP_WAIT_S)
                except subprocess.TimeoutExpired:
                    self._say(f"{each.process.name} did not end when asked; it was killed.")
                    each.child.kill()
                    each.child.wait()
