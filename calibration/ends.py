"""The ends of a conversation that show nothing: a screen behind two pipes, and a file of answers."""

import os
import select
from collections.abc import Callable
from pathlib import Path
from typing import Final

from calibration.answers import Answers, read_answers
from calibration.refusal import RefusedError
from calibration.spoken import (
    Answered,
    AnySaid,
    AnyTold,
    AskStep,
    Go,
    NotTaken,
    Quit,
    Ready,
    line_of,
    told_of,
)
from station.errors import CalibrationError, MessageError

MOST_REFUSALS: Final = 3  # of one step, when nobody is there to put it right
LONGEST_LINE_BYTES: Final = 64 * 1024


class Lines:
    """Whole lines of a descriptor, read without waiting unless asked to."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._rest = b""
        self.ended = False

    def read(self, *, wait: bool = False) -> list[bytes]:
        """Return the lines that have come; `ended` is true when no more will come."""
        lines: list[bytes] = []
        while not lines and not self.ended and select.select([self._fd], [], [], None if wait else 0)[0]:
            chunk = os.read(self._fd, LONGEST_LINE_BYTES)
            self.ended = not chunk or len(self._rest) > LONGEST_LINE_BYTES
            *lines, self._rest = (self._rest + chunk).split(b"\n")
        return lines


class Screen:
    """A screen that started this program: JSON lines of `calibration.spoken` on two descriptors.

    A screen that has gone away is as good as `quit`.
    """

    def __init__(self, stdin: int, stdout: int, *, log: Callable[[str], None]) -> None:
        self._lines = Lines(stdin)
        self._stdout = stdout
        self._log = log

    def answers(self, ready: Ready) -> Answers:
        """Say that the board is ready, and wait for the answers."""
        self.say(ready)
        while not self._lines.ended:
            for told in self._understood(self._lines.read(wait=True)):
                if isinstance(told, Quit):
                    break
                if isinstance(told, Answered):
                    return told.answers
        raise RefusedError("stopped", "stopped before the first step")

    def heard(self, *, looking: bool) -> list[AnyTold]:  # noqa: ARG002 -- a screen may speak at any time
        """Return what the screen told."""
        told = self._understood(self._lines.read())
        return [*told, Quit()] if self._lines.ended else told

    def say(self, said: AnySaid) -> None:
        """Write one line."""
        line = line_of(said)
        try:
            while line:
                line = line[os.write(self._stdout, line) :]
        except OSError as error:
            raise RefusedError("stopped", f"nobody listens: {error.strerror}") from None

    def _understood(self, lines: list[bytes]) -> list[AnyTold]:
        told: list[AnyTold] = []
        for line in lines:
            try:
                told.append(told_of(line))
            except MessageError as error:
                self._log(str(error))
        return told


class Unattended:
    """Nobody is there: the answers are in a file, and every step is taken as done."""

    def __init__(self, file: Path, *, log: Callable[[str], None]) -> None:
        self._file = file
        self._log = log
        self._asked: AskStep | None = None
        self._waiting = False
        self._refusals = 0

    def answers(self, ready: Ready) -> Answers:  # noqa: ARG002 -- the file answers whatever is asked
        """Return the answers of the file."""
        return read_answers(self._file)

    def heard(self, *, looking: bool) -> list[AnyTold]:  # noqa: ARG002
        """Do the step as soon as it is asked."""
        if not self._waiting:
            return []
        self._waiting = False
        return [Go()]

    def say(self, said: AnySaid) -> None:
        """Log the steps. Raises CalibrationError when a step is refused again and again."""
        if isinstance(said, AskStep):
            self._asked, self._waiting, self._refusals = said, True, 0
            self._log(f"{said.number}. {said.text}")
        elif isinstance(said, NotTaken):
            self._waiting, self._refusals = True, self._refusals + 1
            self._log(f"   not taken: {said.text}")
            if self._asked is not None and self._refusals >= MOST_REFUSALS:
                raise CalibrationError(
                    f"step {self._asked.number} was refused {self._refusals} times: {said.text}"
                )
