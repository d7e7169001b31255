"""Power cuts of a recorded station: each state its disk may be in is given to a station that starts on it."""

import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.power.disk import WAYS, Disk, Step, read_recording
from benchmarks.power.subject import DATABASE, S, kept_by
from station.session.clock import boot_id
from station.session.outbox import new_id
from station.session.store import Header, Store
from station.session.trial_file import PART
from tests.virtual_station import VirtualStation

RECORDER_C: Final = Path(__file__).with_name("recorder.c")
SUBJECT: Final = "from benchmarks.power.subject import main; main()"
NOT_KEPT: Final = ("-shm", "reserve", ".sock", ".sock.lock")  # nothing of it is read after a start
SESSION_EVERY: Final = 100  # states in which a whole session is trained, not only a trial kept


class State(NamedTuple):
    """A disk after a cut: behind which step, what is found, and what was promised by then."""

    step: int
    way: str
    files: dict[str, bytes]
    promised: dict[str, Any]


class Found(NamedTuple):
    """What a start on a state made of it; `lost` and `wrong` are empty when everything is well."""

    lost: tuple[str, ...]
    wrong: tuple[str, ...]
    restored: bool


def record(folder: Path, *, lives: int, damage: bool, defect: str = "none") -> list[Step]:
    """Let the subject live, and return what it asked of its disk."""
    shim, log, home = folder / "recorder.so", folder / "recording", folder / "home"
    command = ["gcc", "-O1", "-shared", "-fPIC", "-o", str(shim), str(RECORDER_C), "-ldl"]
    subprocess.run(command, check=True)
    environment = os.environ | {"LD_PRELOAD": str(shim), "POWER_LOG": str(log), "POWER_FOLDER": str(home)}
    subject = [sys.executable, "-c", SUBJECT, str(home), f"--lives={lives}"]
    subject += [f"--defect={defect}", *(["--damage"] if damage else [])]
    subprocess.run(subject, check=True, env=environment)
    return list(read_recording(log))


def states(steps: list[Step], wanted: int, seed: int = 1) -> Iterator[State]:
    """Yield about so many states, no two alike, spread over the whole recording."""
    rng, seen = random.Random(seed), set[str]()
    cuts = max(1, sum(step.kind != "!" for step in steps))
    share = wanted / cuts * 1.3  # some states are alike
    disk = Disk()
    for number, step in enumerate(steps):
        disk.take(step)
        if step.kind == "!":
            continue
        ways = [way for way in WAYS for _ in range(3) if rng.random() < share / len(WAYS) / 3]
        for way in ways:
            files = disk.after_cut(way, rng.randrange(2**32))
            files = {name: data for name, data in files.items() if not name.endswith(NOT_KEPT)}
            digest = _digest(files)
            if digest not in seen:
                seen.add(digest)
                yield State(number, way, files, json.loads(disk.marks[-1]) if disk.marks else {})


def _digest(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name} {len(files[name])} ".encode() + files[name])
    return digest.hexdigest()


def try_state(state: State, recorded: Path, folder: Path, *, session: bool) -> Found:
    """Start a station on this state and look at what it has, and whether it can be used."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in state.files.items():
        path = folder / Path(name).relative_to(recorded)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    try:
        station = VirtualStation(folder, plain=True, start_ns=10**6 * S, subj="p-new")
    except Exception as error:  # noqa: BLE001 - whatever it is, the station does not start
        return Found((), (f"does not start: {error!r}",), restored=False)
    try:
        lost = _lost(folder, state)
        wrong = _wrong(folder)
        if session:
            station.train()
            try:
                station.run_until(lambda: "session_ended" in station.kinds(), within_s=3600)
            except AssertionError:
                wrong += (f"no session can be trained: {station.log[-3:]}",)
        restored = any("was damaged" in line for line in station.log)
    finally:
        station.die()
    return Found(lost, wrong + _wrong(folder), restored)


def _lost(folder: Path, state: State) -> tuple[str, ...]:
    with Store(folder / DATABASE) as store:
        kept = kept_by(store, set())
    lost = [f"{kind} {id_}" for kind, ids in state.promised.items() for id_ in ids if id_ not in kept[kind]]
    return tuple(lost)


def _wrong(folder: Path) -> tuple[str, ...]:
    """Return what is wrong with the database, and whether it takes another result."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        (said,) = database.execute("PRAGMA integrity_check").fetchone()
    wrong = () if said == "ok" else (f"damaged: {said}",)
    boot = boot_id()
    header = Header(
        t="", mono_ms=0, boot=boot, clock="synced", subj=None, rx_version=None, cal="", alg="", sim=True
    )
    session = new_id()
    try:
        with Store(folder / DATABASE) as store:
            store.begin_session(session, started="2026-05-02T08:00:00Z", rx_version=None)
            store.remember("after the cut", session.encode())
            store.post_trace_again(session, header)
    except Exception as error:  # noqa: BLE001
        return (*wrong, f"cannot be used: {error!r}")
    left = [path.name for path in folder.glob(f"trial-*{PART}")]
    return (*wrong, *(f"{name} was not read back" for name in left))


class Row(NamedTuple):
    """All states of one way in which a cut leaves the disk."""

    what_was_not_synced: str
    states: int
    states_with_a_loss: int
    damaged_or_unusable: int
    restored: int


def run(
    wanted: int, *, lives: int, damage: bool = False, defect: str = "none", stop_at_first: bool = False
) -> list[Row]:
    """Return a row for each way; the first states that went wrong are printed.

    Without a `damage` of the card, a database that has to be restored was damaged by the cut: that is wrong.
    """
    rows = {way: [0, 0, 0, 0] for way in WAYS}
    with tempfile.TemporaryDirectory(prefix="power-", dir=_quick()) as name:
        folder = Path(name)
        steps = record(folder, lives=lives, damage=damage, defect=defect)
        for number, state in enumerate(states(steps, wanted)):
            found = try_state(state, folder / "home", folder / "start", session=number % SESSION_EVERY == 0)
            if found.restored and not damage:
                found = found._replace(wrong=(*found.wrong, "the cut damaged the database"))
            counts = rows[state.way]
            for place, happened in enumerate((True, found.lost, found.wrong, found.restored)):
                counts[place] += bool(happened)
            if (found.lost or found.wrong) and sum(row[1] + row[2] for row in rows.values()) <= 5:
                print(f"after step {state.step}, {state.way}: {found.lost[:3]} {found.wrong[:3]}")
            if stop_at_first and (found.lost or found.wrong):
                break
    return [Row(way, *counts) for way, counts in rows.items()]


def _quick() -> str | None:
    """Return memory to work in: the disk is a model, and a real one would only wait for its syncs."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
