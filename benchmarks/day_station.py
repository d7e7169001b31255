"""A station in its own process, whose clock runs as fast as the processor lets it: `… FOLDER CONFIG SPEED`.

Real loop, recorder, database, backups, socket; a board whose readings come without the wires, and a simulated
person who trains on and on. Each line of standard input is a number of seconds to live through; when they are
lived, it prints how many sessions and trials it has kept by then.
"""

import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.config import load_config
from station.session.protocol import Prescribe
from station.session.store import Store
from station.training.prescription import Exercise, Prescription
from tests.virtual_station import SEED, VirtualStation

PAUSE_S = 0.001  # of a second of the day: the other processes live in real time, and must keep up


def prescription(station: str, subj: str) -> Prescription:
    """Return what a day is filled with: holds of 20 and 10 s with short rests."""
    return Prescription(
        version=1,
        station=station,
        subj=subj,
        issued="2020-01-01T00:00:00Z",
        expires="2099-01-01T00:00:00Z",
        exercises=(
            Exercise(routine="supported-standing", rung=1, attempts=3, rest_s=10),
            Exercise(routine="quiet-standing", rung=1, attempts=2, rest_s=10),
        ),
    )


def main() -> None:
    """Live until standard input ends."""
    folder, config, speed = Path(sys.argv[1]), load_config(sys.argv[2]), float(sys.argv[3])
    assert config.station.subj is not None
    station = VirtualStation(folder, plain=True, config=config)
    rx = prescription(config.station.id, config.station.subj)
    station.say(Prescribe(document=station.prescribe(rx)))
    station.train(again=True)
    with Store(folder / "station.sqlite3") as reader:
        for line in sys.stdin:
            for _ in range(int(line)):
                due_s = time.monotonic() + 1 / speed
                station.run(1)
                station.heard.clear()  # what the rig hears, not the station
                station.log.clear()
                time.sleep(max(PAUSE_S, due_s - time.monotonic()))
            count = reader._db.execute  # noqa: SLF001 - two numbers the station never asks for
            kept = [count(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("session", "trial")]  # noqa: S608
            print(*kept, flush=True)


def public_key() -> bytes:
    """Return the key that signs what this station does."""
    return Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()


if __name__ == "__main__":
    main()
