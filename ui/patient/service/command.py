"""A program beside the kiosk whose output is read without ever holding up a frame."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Final, NamedTuple

LONGEST_BYTES: Final = 1 << 20
PATIENCE_S: Final = 1.0  # for a program that was told to end


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
        self._child: subprocess.Popen[bytes] | None = None
        self._output = b""
        self._said = b""

    def start(self) -> str | None:
        """Start it anew; return in a sentence why it cannot be, else None."""
        self.stop()
        self._output = self._said = b""
        try:
            self._child = subprocess.Popen(
                self._arguments,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            return f"{self._arguments[0]}: {error.strerror}"
        for pipe in (self._child.stdout, self._child.stderr):
            assert pipe is not None  # noqa: S101 - asked for above
            os.set_blocking(pipe.fileno(), False)
        return None

    def poll(self) -> Ended | None:
        """Return how it ended; None while it runs, or when none was started."""
        if self._child is None:
            return None
        code = self._child.poll()  # before reading: what was written before the end is then all there
        self._output = (self._output + _there(self._child.stdout))[:LONGEST_BYTES]
        self._said = (self._said + _there(self._child.stderr))[-LONGEST_BYTES:]
        if code is None:
            return None
        self._close()
        lines = self._said.decode(errors="replace").strip().splitlines()
        return Ended(code, self._output, lines[-1].strip() if lines else "")

    def stop(self) -> None:
        """End it if it runs; may be called twice."""
        if self._child is None:
            return
        with suppress(OSError):
            self._child.terminate()
        try:
            self._child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._close()

    def _close(self) -> None:
        assert self._child is not None  # noqa: S101 - the callers have one
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe is not None:
                pipe.close()
        self._child = None


def _there(pipe: IO[bytes] | None) -> bytes:
    """Return what can be read now, without waiting."""
    if pipe is None:
        return b""
    read = b""
    with suppress(BlockingIOError):
        while part := os.read(pipe.fileno(), 1 << 16):
            read += part
    return read
