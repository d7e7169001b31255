"""A root booted under a systemd of its own, in a container without a network, and how to ask its units."""

import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from benchmarks.appliance_root import bindings
from station.errors import StationError

LOOK_S: Final = 0.03
BOOT_S: Final = 300.0  # also where other programs take most of the computer
SHOWN: Final = "MainPID,ActiveState,NRestarts,StatusText,Result"


class State(NamedTuple):
    """How a unit is."""

    pid: int
    active: bool  # for a unit of Type=notify: it said READY
    restarts: int
    status: str
    result: str


class Machine:
    """The container, running until closed."""

    def __init__(self, root: Path, log: Path, package: Path | None) -> None:
        self._log = log.open("wb")
        command = (
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--boot",
            f"--directory={root}", *bindings(package),
        )  # fmt: skip
        self.begun_s = time.monotonic()
        self._nspawn = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, start_new_session=True
        )
        self._init = self._find_init()

    def _find_init(self) -> int:
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children")
        while time.monotonic() < self.begun_s + BOOT_S:
            with suppress(OSError):
                for child in children.read_text().split():
                    if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                        return int(child)
            if self._nspawn.poll() is not None:
                break
            time.sleep(LOOK_S)
        raise StationError(f"the container did not start; see {self._log.name}")

    def ask(self, *words: str) -> str:
        """Return what a command says inside. Raises StationError with its last line."""
        inside = ("nsenter", f"--target={self._init}", "-m", "-u", "-i", "-n", "-p", *words)
        done = subprocess.run(inside, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise StationError(f"{' '.join(words)}: {said[-1] if said else done.returncode}")
        return done.stdout

    def state(self, unit: str) -> State:
        """Return how a unit is."""
        shown = self.ask("systemctl", "show", f"--property={SHOWN}", f"{unit}.service")
        values = dict(line.split("=", 1) for line in shown.splitlines())
        return State(
            int(values["MainPID"]), values["ActiveState"] == "active", int(values["NRestarts"]),
            values["StatusText"], values["Result"],
        )  # fmt: skip

    def await_active(self, unit: str, *, other_than: int = -1, within_s: float = BOOT_S) -> State:
        """Return when it is active with another process than this one. Raises StationError."""
        end_s = time.monotonic() + within_s
        while time.monotonic() < end_s:
            with suppress(StationError):  # systemd does not answer yet
                state = self.state(unit)
                if state.active and state.pid != other_than:
                    return state
            time.sleep(LOOK_S)
        raise StationError(f"{unit} was not active within {within_s:g} s: {self.words(unit)}")

    def words(self, unit: str) -> str:
        """Return the last lines of its journal."""
        said = self.ask("journalctl", "-q", "-n", "8", "-o", "cat", "-u", f"{unit}.service")
        return "; ".join(said.splitlines())

    def signal(self, unit: str, number: signal.Signals) -> int:
        """Send a signal to a unit's main process only; return its id, 0 where it does not run."""
        pid = self.state(unit).pid
        if pid:
            with suppress(StationError):
                self.ask("kill", f"-{number.value}", str(pid))
        return pid

    def file(self, path: str) -> Path:
        """Return where this machine sees a file of the container."""
        return Path(f"/proc/{self._init}/root") / path.removeprefix("/")

    def close(self) -> None:
        """Shut the container down; may be called twice."""
        if self._nspawn.poll() is None:
            with suppress(StationError):
                self.ask("systemctl", "poweroff", "--no-block")
            with suppress(subprocess.TimeoutExpired):
                self._nspawn.wait(timeout=30)
        if self._nspawn.poll() is None:
            self._nspawn.kill()
            self._nspawn.wait()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
