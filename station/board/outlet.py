"""The child's two ways out: records on the pipe, notes on standard error. Neither ever waits."""

import json
import os
import stat
import sys
from typing import Final

from station.errors import BoardError
from station.sway.reading import Reading, pack

STDOUT_FD: Final = 1
STDERR_FD: Final = 2
# Records of one poll go out in one write; up to this size a pipe takes all or nothing (PIPE_BUF, POSIX).
PIPE_BUF: Final = 4096


def take_stdout() -> int:
    """Move standard output away for records; what is printed from now on goes to standard error.

    Returns the descriptor of the record stream. Raises BoardError when it is a terminal.
    """
    if os.isatty(STDOUT_FD):
        raise BoardError("records are binary and would garble this terminal; send them to a pipe or a file")
    sys.stdout.flush()
    records_fd = os.dup(STDOUT_FD)
    os.dup2(STDERR_FD, STDOUT_FD)
    return records_fd


class RecordOutlet:
    """Packed readings on a non-blocking descriptor; what does not fit is dropped, and `seq` shows it."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._seq = 0
        self.dropped = 0
        os.set_blocking(fd, False)

    def send(self, readings: list[Reading]) -> bool:
        """Write these readings; returns False when nobody is there to read any more."""
        records = b"".join(pack(reading, self._seq + place) for place, reading in enumerate(readings))
        self._seq = self._seq + len(readings) & 0xFFFF
        for start in range(0, len(records), PIPE_BUF):
            part = records[start : start + PIPE_BUF]
            try:
                os.write(self._fd, part)
            except BlockingIOError:
                self.dropped += len(part) // 16
            except BrokenPipeError:
                return False
            except OSError as error:
                raise BoardError(f"readings cannot be written ({error.strerror})") from error
        return True


class Notes:
    """One JSON object a line with a `note` key; a note nobody takes is dropped."""

    def __init__(self, fd: int = STDERR_FD) -> None:
        self._fd = fd
        # Only a pipe is ours alone; the flags of a terminal or file are shared with other programs.
        if stat.S_ISFIFO(os.fstat(fd).st_mode):
            os.set_blocking(fd, False)

    def say(self, note: str, **values: object) -> None:
        """Write one note."""
        line = json.dumps({"note": note, **values}) + "\n"
        try:
            os.write(self._fd, line.encode())
        except OSError:  # full, or nobody there: records go on, and their end is noticed by themselves
            return

    def warn(self, text: str) -> None:
        """Write a warning in one sentence."""
        self.say("warning", text=text)
