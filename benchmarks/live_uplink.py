"""A real uplink for the benchmark of the live view: `python -m benchmarks.live_uplink FOLDER PORT STATION`.

It believes its clock, which a container does not: a station whose clock was never set shows no live view.
"""

import signal
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.soak_writer import header
from station.link.broker import Broker
from station.link.uplink import Uplink
from station.session.clock import WallClock
from station.session.store import Header, Store
from station.training.prescription import Limits


def _header() -> Header:
    return msgspec.structs.replace(header(0), mono_ms=time.monotonic_ns() // 1_000_000)


def main() -> int:
    """Run until SIGTERM."""
    folder, port, station = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with Store(folder / "station.sqlite3") as store:
        uplink = Uplink(
            store,
            station=station,
            limits=Limits(),
            header=_header,
            socket=folder / "session.sock",
            log=lambda line: print(line, file=sys.stderr),
        )
        uplink._steering._wall = WallClock(synced=lambda: True)  # noqa: SLF001
        signal.signal(signal.SIGTERM, uplink.stop)
        uplink.run(Broker("127.0.0.1", port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
