"""A proxy that cuts a connection when the PUBACK of a result comes: `… HOST LISTEN_PORT PORT FOLDER CLIENT`.

It ends TLS on both sides, with the certificates FOLDER/proxy.* and FOLDER/CLIENT.*. It cuts while the file
FOLDER/cut exists, else it passes everything on. It knows of MQTT what it needs: where a packet ends, and the
numbers of PUBLISH and PUBACK (MQTT 5.0, sections 2.1, 3.3 and 3.4).
"""

import asyncio
import ssl
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

PUBLISH: Final = 3
PUBACK: Final = 4
OF_RESULTS: Final = b"/up/result/"


class CutError(Exception):
    """A PUBACK has come that must not pass."""


class Packet(NamedTuple):
    """One packet as it came."""

    first: int
    length: bytes
    body: bytes

    @property
    def kind(self) -> int:
        """The packet type."""
        return self.first >> 4

    def published(self) -> int | None:
        """Return the number of a result that is published with QoS 1, else None."""
        if self.kind != PUBLISH or not self.first & 0b0110:
            return None
        end = 2 + int.from_bytes(self.body[:2], "big")
        return int.from_bytes(self.body[end : end + 2], "big") if OF_RESULTS in self.body[2:end] else None

    def acknowledged(self) -> int | None:
        """Return the number that is acknowledged, None for what is no PUBACK."""
        return int.from_bytes(self.body[:2], "big") if self.kind == PUBACK else None


async def read_packet(reader: asyncio.StreamReader) -> Packet:
    """Return the next packet. Raises IncompleteReadError at the end of the stream."""
    first = (await reader.readexactly(1))[0]
    length, size, shift = b"", 0, 0
    while not length or length[-1] & 0x80:
        length += await reader.readexactly(1)
        size |= (length[-1] & 0x7F) << shift
        shift += 7
    return Packet(first, length, await reader.readexactly(size))


class Proxy:
    """Passes packets on, until it cuts."""

    def __init__(self, host: str, port: int, folder: Path, client: str) -> None:
        self._host, self._port, self._cut = host, port, folder / "cut"
        self.server_context: Final = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.server_context.load_cert_chain(folder / "broker-proxy.pem", folder / "broker-proxy.key")
        self._client_context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self._client_context.load_cert_chain(folder / f"{client}.pem", folder / f"{client}.key")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join one client to the broker."""
        try:
            ours, theirs = await asyncio.open_connection(self._host, self._port, ssl=self._client_context)
        except OSError:
            writer.transport.abort()
            return
        up, down = set[int](), set[int]()
        passing = [
            asyncio.ensure_future(self._pass(reader, theirs, up, down)),
            asyncio.ensure_future(self._pass(ours, writer, down, up)),
        ]
        _, rest = await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, theirs):
            end.transport.abort()
        for task in rest:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        published: set[int],
        published_there: set[int],
    ) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                packet = await read_packet(reader)
                if (number := packet.published()) is not None:
                    published.add(number)
                if packet.acknowledged() in published_there and self._cut.exists():
                    raise CutError
                writer.write(bytes([packet.first]) + packet.length + packet.body)
                await writer.drain()


async def main(argv: list[str]) -> None:
    """Serve for ever."""
    host, listen_port, port, folder, client = argv
    proxy = Proxy(host, int(port), Path(folder), client)
    server = await asyncio.start_server(proxy.serve, host, int(listen_port), ssl=proxy.server_context)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
