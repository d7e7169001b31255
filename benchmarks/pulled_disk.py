"""A disk with a cache that a power cut empties, given to QEMU over a socket (NBD, newstyle).

Protocol: https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md. What was written stays in memory
until it is flushed (FLUSH, FUA); a cut leaves of the rest whatever its way says.
"""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

WAYS: Final = ("all there", "none there", "some, any order", "torn at 512", "torn at 4096")
FORGETS_S: Final = 3.0  # a card that lies writes at its leisure, a moment later

GREETING: Final = struct.pack(">8s8sH", b"NBDMAGIC", b"IHAVEOPT", 1)  # fixed newstyle
OPTION: Final = struct.Struct(">8sII")
OPTION_REPLY: Final = struct.Struct(">QIII")
OPTION_REPLY_MAGIC: Final = 0x3E889045565A9
ACK, INFO, UNSUPPORTED = 1, 3, 0x80000001
ABORT, INFO_OPTION, GO = 2, 6, 7
FLAGS: Final = 1 | 4 | 8  # it says what it can: FLUSH and FUA
REQUEST: Final = struct.Struct(">IHHQQI")
REPLY: Final = struct.Struct(">IIQ")
REQUEST_MAGIC, REPLY_MAGIC = 0x25609513, 0x67446698
READ, WRITE, LEAVE, FLUSH = 0, 1, 2, 3
FUA: Final = 1
INVALID: Final = 22


class Cut(NamedTuple):
    """What a cut met: writes that had not been flushed, and the bytes of them that are gone."""

    waiting: int
    lost_bytes: int


class VolatileDisk:
    """An image file in which stands only what was flushed; the rest is in memory. All in bytes.

    With `lies` a flush does nothing, as on a bad card, and a write gets to the file after some seconds.
    """

    def __init__(
        self, image: Path, *, lies: bool = False, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._file = image.open("r+b", buffering=0)
        self.length: Final = image.stat().st_size
        self._lies, self._now_s = lies, now_s
        self._waiting: list[tuple[float, int, bytes]] = []
        self._left: int | None = None
        self.struck: Final = threading.Event()

    def strike_after(self, writes: int) -> None:
        """Stand still (`struck`) as soon as so many more writes wait to be flushed."""
        self._left = writes

    def read(self, offset: int, length: int) -> bytes:
        """Return what was written last, flushed or not."""
        self._file.seek(offset)
        found = bytearray(self._file.read(length))
        for _, at, data in self._waiting:
            begin, end = max(at, offset), min(at + len(data), offset + length)
            if begin < end:
                found[begin - offset : end - offset] = data[begin - at : end - at]
        return bytes(found)

    def write(self, offset: int, data: bytes) -> None:
        """Take a write into the cache."""
        self._waiting.append((self._now_s(), offset, data))
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.struck.set()
        if self._lies:
            self._keep(lambda at_s: at_s < self._now_s() - FORGETS_S)

    def flush(self) -> None:
        """Make everything written so far last."""
        if not self._lies and not self.struck.is_set():
            self._keep(lambda _at_s: True)

    def _keep(self, due: Callable[[float], bool]) -> None:
        while self._waiting and due(self._waiting[0][0]):
            _, offset, data = self._waiting.pop(0)
            self._put(offset, data)

    def _put(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        self._file.write(data)

    def cut(self, way: str, chance: random.Random) -> Cut:
        """Lose the power, for good: of what was not flushed the file gets what the way says."""
        met, lost = len(self._waiting), 0
        for _, offset, data in self._waiting:
            pieces = _pieces(way, offset, data)
            there = {"all there": 1.0, "none there": 0.0}.get(way, 0.5)
            for at, piece in pieces:
                if chance.random() < there:
                    self._put(at, piece)
                else:
                    lost += len(piece)
        self._waiting.clear()
        self._file.close()
        return Cut(met, lost)


def _pieces(way: str, offset: int, data: bytes) -> list[tuple[int, bytes]]:
    if not way.startswith("torn at "):
        return [(offset, data)]
    sector = int(way.removeprefix("torn at "))
    return [(offset + at, data[at : at + sector]) for at in range(0, len(data), sector)]


class Export:
    """Serves one disk to one client at `path`, in a thread; `close` ends it whether or not one is there."""

    def __init__(self, disk: VolatileDisk, path: Path) -> None:
        self._disk = disk
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen(1)
        self._client: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            self._client, _ = self._socket.accept()
            with self._client as client:
                if _agree(client, self._disk.length):
                    while not self._disk.struck.is_set() and self._answer(client):
                        pass
                while self._disk.struck.is_set() and client.recv(65536):
                    pass  # the power is gone: nothing is done any more, and nothing is answered
        except OSError:
            return  # the machine was pulled, or the rig ends

    def _answer(self, client: socket.socket) -> bool:
        magic, flags, kind, cookie, offset, length = REQUEST.unpack(_exactly(client, REQUEST.size))
        data, error = b"", 0
        if magic != REQUEST_MAGIC or kind == LEAVE:
            return False
        if kind == READ:
            data = self._disk.read(offset, length)
        elif kind == WRITE:
            self._disk.write(offset, _exactly(client, length))
        elif kind != FLUSH:
            error = INVALID
        if kind == FLUSH or flags & FUA:
            self._disk.flush()
        if self._disk.struck.is_set():
            return False
        client.sendall(REPLY.pack(REPLY_MAGIC, error, cookie) + data)
        return True

    def close(self) -> None:
        """End, once what the client has still said is done."""
        if self._client is None:
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5.0)
        self._socket.close()


def _agree(client: socket.socket, length: int) -> bool:
    """Do the handshake; return whether the client wants the disk."""
    client.sendall(GREETING)
    _exactly(client, 4)  # flags of the client, which say nothing we act on
    while True:
        _, option, size = OPTION.unpack(_exactly(client, OPTION.size))
        _exactly(client, size)
        if option in (GO, INFO_OPTION):
            _reply(client, option, INFO, struct.pack(">HQH", 0, length, FLAGS))
        known = option in (GO, INFO_OPTION, ABORT)
        _reply(client, option, ACK if known else UNSUPPORTED)
        if option in (GO, ABORT):
            return bool(option == GO)


def _reply(client: socket.socket, option: int, kind: int, data: bytes = b"") -> None:
    client.sendall(OPTION_REPLY.pack(OPTION_REPLY_MAGIC, option, kind, len(data)) + data)


def _exactly(client: socket.socket, length: int) -> bytes:
    """Return so many bytes. Raises ConnectionError when the client goes away before."""
    parts, left = [], length
    while left:
        part = client.recv(left)
        if not part:
            raise ConnectionError("the machine is gone")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
