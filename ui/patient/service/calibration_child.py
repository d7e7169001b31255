"""`balance-calibrate VERB --dialogue` beside the kiosk: lines both ways, without ever holding up a frame."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Final

from calibration.spoken import AnySaid, AnyTold, Failed, Result, Verb, line_of, said_of
from station.errors import MessageError

PATIENCE_S: Final = 1.0  # for a program that was told to end
LONGEST_SAID: Final = 4096


class CalibrationChild:
    """Runs one calibration at a time."""

    def __init__(self, program: Sequence[str], options: Sequence[str], environ: Mapping[str, str]) -> None:
        """Take the program (`python -m calibration`), what follows the verb, and its environment."""
        self._program = list(program)
        self._options = list(options)
        self._environ = dict(environ)
        self._child: subprocess.Popen[bytes] | None = None
        self._rest = self._log = b""
        self._over = False

    def start(self, verb: Verb) -> str | None:
        """Start it anew; return in a sentence why it cannot be, else None."""
        self.stop()
        self._rest = self._log = b""
        self._over = False
        try:
            self._child = subprocess.Popen(
                [*self._program, verb, "--dialogue", *self._options],
                env=self._environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            return f"{self._program[0]}: {error.strerror}"
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            assert pipe is not None  # noqa: S101 - asked for above
            os.set_blocking(pipe.fileno(), False)
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
        self._log = (self._log + _there(self._child.stderr))[-LONGEST_SAID:]
        *lines, self._rest = (self._rest + _there(self._child.stdout)).split(b"\n")
        said: list[AnySaid] = []
        for line in lines:
            try:
                said.append(said_of(line))
            except MessageError as error:
                said.append(Failed(key="failed", text=str(error)))
        self._over = self._over or any(isinstance(each, Result | Failed) for each in said)
        if ended:
            code = self._child.returncode
            self._close()
            if not self._over:
                last = self._log.decode(errors="replace").strip().splitlines()
                said.append(Failed(key="failed", text=last[-1] if last else f"balance-calibrate: {code}"))
        return said

    def stop(self) -> None:
        """End it if it runs, what was measured is kept; may be called twice."""
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
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe is not None:
                with suppress(OSError):
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
