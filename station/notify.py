"""What the service manager hears of a program: that it is ready, what it does, and that its work goes on.

The protocol of sd_notify(3) in a few lines: the package `sdnotify` waits when the manager does not read (a
frame would be late for it), and knows nothing of WATCHDOG_USEC.
"""

import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

SHARE: Final = 3  # so often within the time the manager allows: one late turn is no death


class Watchdog:
    """Tells the manager behind `address`; does nothing without one, as on a terminal.

    Only the loop that does the work calls it, after a turn that has done all of it: no thread could go on
    signing for a loop that stands still. `limit_ns` is what the manager allows between two signs of life,
    None where it does not watch.
    """

    def __init__(self, address: str | None, limit_ns: int | None = None) -> None:
        self._address = address
        self._pause_ns = None if limit_ns is None else limit_ns // SHARE
        self._signed_ns: int | None = None
        self._status = ""
        self._socket: socket.socket | None = None
        if address is not None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)  # noqa: FBT003 - the standard library's own signature

    @classmethod
    def of(cls, environ: MutableMapping[str, str]) -> Self:
        """Take what the manager left in the environment out of it: programs that it starts are not it."""
        address = environ.pop("NOTIFY_SOCKET", "")
        limit_us, process = environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", "")
        if not address.startswith(("/", "@")):
            return cls(None)
        watched = limit_us.isdecimal() and int(limit_us) > 0 and process in ("", str(os.getpid()))
        # The leading @ stands for the zero byte of an address that is no file.
        address = f"\0{address[1:]}" if address.startswith("@") else address
        return cls(address, int(limit_us) * 1000 if watched else None)

    def turned(self, now_ns: int, status: str, *, alive: bool = True) -> None:
        """Note a finished turn and what the program does now; the first one means that it is ready.

        A turn without what it is there for (`alive` False) is no sign of life, and does not make it ready.
        """
        lines = []
        if alive and self._signed_ns is None:
            lines.append("READY=1")
        if status != self._status:
            lines.append(f"STATUS={status}")
        if alive and self._due(now_ns):
            lines.append("WATCHDOG=1")
        if lines and self._tell(lines):
            self._status = status
            if "WATCHDOG=1" in lines:
                self._signed_ns = now_ns

    def _due(self, now_ns: int) -> bool:
        if self._signed_ns is None:
            return True
        return self._pause_ns is not None and now_ns - self._signed_ns >= self._pause_ns

    def stopping(self) -> None:
        """Say that the program ends because it was asked to."""
        self._tell(["STOPPING=1"])

    def _tell(self, lines: list[str]) -> bool:
        """Return whether it was taken; what was not is told again after the next turn."""
        if self._socket is None or self._address is None:
            return True
        with suppress(OSError):
            self._socket.sendto("\n".join(lines).encode(), self._address)
            return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the socket; may be called twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
