"""A program beside the kiosk that says what it has to say at its end."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from ui.patient.service.child import Child, close_pipes, end_child, last_line, start_child, there

LONGEST_BYTES: Final = 1 << 20


class Ended(NamedTuple):
    """How a program ended: exit code, standard output, and the last line of what it said beside it."""

    code: int
    output: bytes
    said: str


class ChildCommand:
    """Runs one program at a time; nothing of it is shown or logged but what `poll` returns."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self._arguments = list(arguments)
        self._environ = dict(environ)
        self._child: Child | None = None
        self._output = b""
        self._said = b""

    def start(self) -> str | None:
        """Start it anew; return in a sentence why it cannot be, else None."""
        self.stop()
        self._output = self._said = b""
        started = start_child(self._arguments, self._environ)
        if isinstance(started, str):
            return started
        self._child = started
        return None

    def poll(self) -> Ended | None:
        """Return how it ended; None while it runs, or when none was started."""
        if self._child is None:
            return None
        code = self._child.poll()  # before reading: what was written before the end is then all there
        self._output = (self._output + there(self._child.stdout))[:LONGEST_BYTES]
        self._said = (self._said + there(self._child.stderr))[-LONGEST_BYTES:]
        if code is None:
            return None
        close_pipes(self._child)
        self._child = None
        return Ended(code, self._output, last_line(self._said))

    def stop(self) -> None:
        """End it if it runs; may be called twice."""
        if self._child is not None:
            end_child(self._child)
            self._child = None
