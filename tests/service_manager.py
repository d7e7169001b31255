"""The manager's end of the notification socket."""

import socket


class ServiceManager:
    """What systemd would hear."""

    def __init__(self, address: str, *, waits_s: float = 0.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(waits_s)
        self._socket.bind(address)

    def next(self) -> list[str]:
        """Return the lines of the next datagram."""
        return self._socket.recv(4096).decode().splitlines()

    def heard(self) -> list[str]:
        lines: list[str] = []
        while True:
            try:
                lines += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return lines

    def close(self) -> None:
        self._socket.close()
