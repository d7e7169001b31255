"""The session's end of the socket: many clients, none of which can slow the session down."""

import os
import socket
import stat
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final

from station.errors import MessageError, StationError
from station.session.protocol import (
    MAX_PACKET_BYTES,
    Command,
    Event,
    Health,
    Hello,
    Notice,
    Refused,
    decode_command,
    encode,
)
from station.training.snapshot import Snapshot

MOST_WAITING: Final = 256
MOST_PEERS: Final = 32


class Peer:
    """One connected client; events wait for it in order, snapshots do not."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)  # noqa: FBT003 the standard library's own signature
        self.connection = connection
        self.name = "?"
        self.wants_snapshots = False
        self._waiting: deque[bytes] = deque()

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self.connection.fileno()

    def tell(self, packet: bytes) -> bool:
        """Queue an event and send what can be sent; return False when the client has stopped listening."""
        self._waiting.append(packet)
        return self.flush() and len(self._waiting) <= MOST_WAITING

    def flush(self) -> bool:
        """Send what waits; return False when the client is gone."""
        try:
            while self._waiting:
                self.connection.send(self._waiting[0])
                self._waiting.popleft()
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def show(self, packet: bytes) -> bool:
        """Send a snapshot if the client takes it now; return False when the client is gone."""
        if not self.wants_snapshots or self._waiting:
            return self.flush()
        try:
            self.connection.send(packet)
        except BlockingIOError:
            pass  # it shows a newer one later
        except OSError:
            return False
        return True


class Server:
    """Listens at a path only this user may open.

    In a folder that gives its group to what is made in it (the set-group-id bit, as systemd's tmpfiles make
    it), that group may open it too: the kiosk runs as somebody else.
    """

    def __init__(self, path: Path) -> None:
        """Listen. Raises StationError when another station already does, or the path cannot be used."""
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        self.peers: list[Peer] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._clear_the_way()
            before = os.umask(0o117 if path.parent.stat().st_mode & stat.S_ISGID else 0o177)
            try:
                self._listener.bind(str(path))
            finally:
                os.umask(before)
            self._listener.listen(16)
        except StationError:
            self._listener.close()
            raise
        except OSError as error:
            self._listener.close()
            raise StationError(f"cannot listen at {path}: {error.strerror or error}") from error

    def _clear_the_way(self) -> None:
        if not self._path.exists():
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
            try:
                probe.connect(str(self._path))
            except OSError:
                self._path.unlink()  # left behind by a station that was killed
                return
        raise StationError(f"another station already listens at {self._path}; stop it first")

    def fileno(self) -> int:
        """Return the descriptor on which new clients arrive."""
        return self._listener.fileno()

    def accept(self) -> Peer | None:
        """Take one new client."""
        with suppress(BlockingIOError):
            connection, _ = self._listener.accept()
            if len(self.peers) >= MOST_PEERS:
                connection.close()
                return None
            peer = Peer(connection)
            self.peers.append(peer)
            return peer
        return None

    def commands(self, peer: Peer) -> list[Command]:
        """Return what this client said; a packet that cannot be understood is answered, not obeyed."""
        commands: list[Command] = []
        try:
            while peer in self.peers:
                packet = peer.connection.recv(MAX_PACKET_BYTES)
                if not packet:
                    self.drop(peer)
                    break
                self._read(peer, packet, commands)
        except BlockingIOError:
            pass
        except OSError:
            self.drop(peer)
        return commands

    def _read(self, peer: Peer, packet: bytes, commands: list[Command]) -> None:
        try:
            command = decode_command(packet)
        except MessageError as error:
            if not peer.tell(encode(Refused(reason=str(error)))):
                self.drop(peer)  # it talks nonsense and does not listen
            return
        if isinstance(command, Hello):
            peer.name, peer.wants_snapshots = command.client, command.snapshots
        else:
            commands.append(command)

    def show(self, snapshot: Snapshot) -> None:
        """Send the newest state to every client that wants it."""
        packet = encode(snapshot)
        for peer in [peer for peer in self.peers if not peer.show(packet)]:
            self.drop(peer)

    def tell(self, notice: Event | Health) -> None:
        """Send an event to every client; one that does not listen is dropped."""
        packet = encode(notice)
        for peer in [peer for peer in self.peers if not peer.tell(packet)]:
            self.drop(peer)

    def tell_one(self, peer: Peer, notice: Notice) -> None:
        """Send one client what is for it alone; when it does not listen it is dropped."""
        if not peer.tell(encode(notice)):
            self.drop(peer)

    def refuse(self, peer: Peer, reason: str) -> None:
        """Tell one client that its packet could not be used."""
        peer.tell(encode(Refused(reason=reason)))

    def drop(self, peer: Peer) -> None:
        """Forget a client."""
        if peer in self.peers:
            self.peers.remove(peer)
        peer.connection.close()

    def close(self) -> None:
        """Stop listening and let everybody go; may be called twice."""
        for peer in list(self.peers):
            self.drop(peer)
        self._listener.close()
        with suppress(FileNotFoundError):
            self._path.unlink()
