"""The client's end of the session socket: for the kiosk, the uplink, calibration and clinic tools."""

import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from station.session.protocol import MAX_PACKET_BYTES, Command, Hello, Notice, decode_notice, encode


class SessionClient:
    """A non-blocking connection to a running station.

    `poll` returns what has arrived; a station that went away raises ConnectionError there and in `send`, and
    the caller makes a new client when it is time to try again. `fileno` lets a selector wait.
    """

    def __init__(self, path: Path, *, name: str, snapshots: bool = True) -> None:
        """Connect and say hello. Raises ConnectionError when no station listens at `path`."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._socket.connect(str(path))
            self._socket.settimeout(0)
            self.send(Hello(client=name, snapshots=snapshots))
        except OSError as error:
            self.close()
            message = f"no station answers at {path}: {error.strerror}"
            raise ConnectionError(message) from error

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._socket.fileno()

    def send(self, command: Command) -> None:
        """Say something to the session. Raises ConnectionError when it is gone or does not listen."""
        try:
            self._socket.send(encode(command))
        except BlockingIOError:
            message = "the station does not take commands"
            raise ConnectionError(message) from None
        except OSError as error:
            raise ConnectionError(error.strerror) from error

    def poll(self) -> list[Notice]:
        """Return what arrived since the last call, oldest first. Raises ConnectionError or MessageError."""
        notices: list[Notice] = []
        with suppress(BlockingIOError):
            while True:
                packet = self._socket.recv(MAX_PACKET_BYTES)
                if not packet:
                    if notices:
                        return notices  # the next call says that the station is gone
                    message = "the station closed the connection"
                    raise ConnectionError(message)
                notices.append(decode_notice(packet))
        return notices

    def close(self) -> None:
        """End the connection; may be called twice."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
