"""The process whose disk is recorded: a station that lives, is cut off, is damaged and restored.

    python -m benchmarks.power.subject FOLDER [--lives N] [--damage] [--defect NAME]

After each turn of its loop it marks what has been kept and told by then, which must never be lost.
"""

import argparse
import ctypes
import json
import os
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from station.session import database, ledger, recorder, trial_file
from station.session.backup import Backups
from station.session.store import Store
from station.session.trial_file import PART
from tests.virtual_station import VirtualStation

DATABASE: Final = "station.sqlite3"
S: Final = 1_000_000_000
DEFECTS: Final = ("none", "synchronous-off", "no-fsync-of-trials", "trial-file-first")


class Promises:
    """What the station has kept by now: results, trials begun, what waits, what holds."""

    def __init__(self, database: Path) -> None:
        self._store = Store(database)
        self._folder = database.parent
        self._begun: list[str] = []
        self._acknowledged: set[str] = set()
        self._version = -1
        self._told = ""

    def close(self) -> None:
        self._store.close()

    def mark(self) -> None:
        """Mark what is kept now, where it is more than before."""
        version = self._store.outbox_version()
        begun = sorted(path.name for path in self._folder.glob(f"trial-*{PART}"))
        if version == self._version and begun == self._begun:
            return
        self._version, self._begun = version, begun
        kept = kept_by(self._store, self._acknowledged)
        trials = {name.removeprefix("trial-").removesuffix(PART) for name in begun} | set(kept["trials"])
        told = json.dumps({**kept, "trials": sorted(trials)})
        if told != self._told:
            self._told = told
            say(told)

    def acknowledge(self, most: int) -> None:
        """Be the care side, which has committed the oldest rows."""
        kinds = ("result/trial", "result/session", "raw", "event")
        ids = [row.id for kind in kinds for row in self._store.outbox(kind, after=0, limit=most)][:most]
        self._acknowledged |= set(ids)
        self._version = -1
        self.mark()  # the care side has them: they may go from here on
        self._store.acknowledged(tuple(ids))
        self._version = -1


def kept_by(store: Store, acknowledged: set[str]) -> dict[str, Any]:
    """Return the ids of everything finished that a store has."""
    db = store._db  # noqa: SLF001 - more than the station ever asks for
    return {
        "trials": [id_ for (id_,) in db.execute("SELECT id FROM trial ORDER BY id")],
        "sessions": [id_ for (id_,) in db.execute("SELECT id FROM session WHERE result IS NOT NULL")],
        "waiting": sorted({id_ for (id_,) in db.execute("SELECT id FROM outbox")} - acknowledged),
        "traces": [id_ for (id_,) in db.execute("SELECT id FROM trial WHERE LENGTH(raw) > 0")],
        "prescriptions": [
            v for (v,) in db.execute("SELECT version FROM prescription WHERE applied IS NOT NULL")
        ],
    }


def say(text: str) -> None:
    """Put a mark into the recording."""
    mark: Callable[[bytes], None] | None = getattr(ctypes.CDLL(None), "power_mark", None)
    if mark is not None:
        mark(text.encode())


class Life:
    """One run of the station, from its start to its end or its cut."""

    def __init__(self, folder: Path, start_ns: int, subj: str) -> None:
        self.station = VirtualStation(folder, plain=True, start_ns=start_ns, subj=subj)
        self.promises = Promises(folder / DATABASE)
        self.promises.mark()

    def until(self, kind: str) -> None:
        """Train until this has happened."""

        def happened() -> bool:
            self.promises.mark()
            return kind in self.station.kinds()

        self.station.run_until(happened, within_s=900)
        self.promises.mark()

    def end(self) -> int:
        self.promises.close()
        now_ns = self.station.clock.now_ns()
        self.station.die()
        return now_ns + 3600 * 12 * S


def spoil(database: Path, rng: random.Random) -> None:
    """Spoil pages in the middle of a database, as a failing card does."""
    size = database.stat().st_size
    descriptor = os.open(database, os.O_RDWR)
    try:
        for _ in range(3):
            os.pwrite(descriptor, rng.randbytes(4096), rng.randrange(size // 4096) * 4096)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def live(folder: Path, lives: int, *, damage: bool) -> None:
    """Live so many rounds: a whole session; one cut off in its hold and resumed; a damage and its mending."""
    rng, start_ns = random.Random(1), 1000 * S
    for number in range(lives):
        # Another person each time: whoever has trained must rest.
        first, second = f"p-{number}-a", f"p-{number}-b"
        life = Life(folder, start_ns, first)
        life.station.train()
        life.until("session_ended")
        life.promises.acknowledge(3)
        with closing(Holder(folder)):
            Backups(folder / DATABASE).take()
        start_ns = life.end()
        life = Life(folder, start_ns, second)
        life.station.train()
        life.until("hold_started")
        life.station.run(2.5)
        start_ns = life.end()
        life = Life(folder, start_ns, second)
        life.station.train()
        life.until("session_ended")
        life.promises.acknowledge(2)
        start_ns = life.end()
        if damage:
            spoil(folder / DATABASE, rng)
        start_ns = Life(folder, start_ns, second).end()


class Holder:
    """Keeps the database open, so that its log stays while a backup is made."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder / DATABASE)

    def close(self) -> None:
        self._store.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lives", type=int, default=2)
    parser.add_argument("--damage", action="store_true", help="spoil the database now and then")
    parser.add_argument("--defect", choices=DEFECTS, default="none")
    asked = parser.parse_args()
    asked.folder.mkdir(exist_ok=True)
    break_on_purpose(asked.defect)
    live(asked.folder, asked.lives, damage=asked.damage)


def break_on_purpose(defect: str) -> None:
    """Bring a defect into the station that the rig must find."""
    if defect == "synchronous-off":
        opened = database.Database._open  # noqa: SLF001

        def unsynced(self: Any) -> None:
            opened(self)
            self._db.execute("PRAGMA synchronous = OFF")

        database.Database._open = unsynced  # type: ignore[method-assign]  # noqa: SLF001
        ledger.Ledger.append = lambda *_: None  # type: ignore[method-assign]
    elif defect == "no-fsync-of-trials":
        vars(trial_file)["os"] = _NoSync()
    elif defect == "trial-file-first":
        kept = Store.keep_trial

        def late(self: Store, *args: Any, **named: Any) -> None:
            for path in self._path.parent.glob("trial-*.part"):
                path.unlink()
            ledger.sync_folder(self._path.parent)
            kept(self, *args, **named)

        Store.keep_trial = late  # type: ignore[method-assign]
        vars(recorder)["discard"] = lambda _path: None


class _NoSync:
    def __getattr__(self, name: str) -> Any:
        return (lambda _descriptor: None) if name == "fdatasync" else getattr(os, name)


if __name__ == "__main__":
    main()
