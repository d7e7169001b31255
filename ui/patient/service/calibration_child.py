"""`balance-calibrate VERB --dialogue` beside the kiosk: lines both ways, without ever holding up a frame."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from calibration.spoken import AnySaid, AnyTold, Failed, Result, Verb, line_of, said_of
from station.errors import MessageError
from ui.patient.service.child import Child, close_pipes, end_child, last_line, start_child, there

LONGEST_SAID: Final = 4096


class CalibrationChild:
    """Runs one calibration at a time."""

    def __init__(self, program: Sequence[str], options: Sequence[str], environ: Mapping[str, str]) -> None:
        """Take the program (`python -m calibration`), what follows the verb, and its environment."""
        self._program = list(program)
        self._options = list(options)
        self._environ = dict(environ)
        self._child: Child | None = None
        self._rest = self._log = b""
        self._over = False

    def start(self, verb: Verb) -> str | None:
        """Start it anew; return in a sentence why it cannot be, else None."""
        self.stop()
        self._rest = self._log = b""
        self._over = False
        arguments = [*self._program, verb, "--dialogue", *self._options]
        started = start_child(arguments, self._environ, heard=True)
        if isinstance(started, str):
            return started
        self._child = started
        return None

    def tell(self, told: AnyTold) -> None:
        """Say one line; a child that has gone says so in `poll`."""
        if self._child is not None and self._child.stdin is not None:
            with suppress(OSError):
                os.write(self._child.stdin.fileno(), line_of(told))

    def poll(self) -> list[AnySaid]:
        """Return what was said since the last call; one that died without a last word has failed."""
        if self._child is None:
            return []
        ended = self._child.poll() is not None  # before reading: what was written before the end is all there
        self._log = (self._log + there(self._child.stderr))[-LONGEST_SAID:]
        *lines, self._rest = (self._rest + there(self._child.stdout)).split(b"\n")
        said: list[AnySaid] = []
        for line in lines:
            try:
                said.append(said_of(line))
            except MessageError as error:
                said.append(Failed(key="failed", text=str(error)))
        self._over = self._over or any(isinstance(each, Result | Failed) for each in said)
        if ended:
            code = self._child.returncode
            close_pipes(self._child)
            self._child = None
            if not self._over:
                said.append(Failed(key="failed", text=last_line(self._log) or f"balance-calibrate: {code}"))
        return said

    def stop(self) -> None:
        """End it if it runs, what was measured is kept; may be called twice."""
        if self._child is not None:
            end_child(self._child)
            self._child = None
