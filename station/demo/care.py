"""The care side's own commands, as the demo asks them."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Final

from station.errors import StationError

LOOK_S: Final = 0.1
END_WAIT_S: Final = 5.0


class StoppedError(StationError):
    """Ctrl-C was pressed meanwhile."""


class Care:
    """Runs `balance-care` with this environment; each command is ended when `stopped` says so."""

    def __init__(self, env: Mapping[str, str], *, stopped: Callable[[], bool]) -> None:
        self.command: Final = (sys.executable, "-m", "ui.care")
        self.env: Final = dict(env)
        self._stopped = stopped

    def ask(
        self, *words: str, said: str | None = None, meanwhile: Callable[[], object] = lambda: None
    ) -> str:
        """Return what a command prints; `said` is its stdin, `meanwhile` is called again and again.

        Raises StationError with the command's own last line, StoppedError when the demo is to end.
        """
        child = subprocess.Popen(
            (*self.command, *words),
            env={**os.environ, **self.env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C reaches the demo alone, which says it in one line
        )
        try:
            out, err = self._await(child, said, meanwhile)
        except BaseException:
            _end(child)
            raise
        if child.returncode:
            raise StationError(_last_line(err) or f"balance-care {words[0]} ended with {child.returncode}")
        return out

    def _await(
        self, child: subprocess.Popen[str], said: str | None, meanwhile: Callable[[], object]
    ) -> tuple[str, str]:
        while True:
            if self._stopped():
                raise StoppedError
            meanwhile()
            try:
                return child.communicate(said, timeout=LOOK_S)
            except subprocess.TimeoutExpired:
                said = None  # the first call has taken it


def _end(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.communicate(timeout=END_WAIT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
