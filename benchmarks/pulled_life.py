"""One life of a pulled machine: its disk is judged, a whole session trained, the next one cut off."""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.pulled_disk import WAYS, VolatileDisk
from benchmarks.pulled_home import Home
from benchmarks.pulled_image import Image
from benchmarks.pulled_machine import Machine, Mode, Told
from station.errors import StationError

START_S: Final = 600.0  # an emulator on a busy host
SESSION_S: Final = 900.0
DRAIN_S: Final = 600.0
TURN_S: Final = 1.0
LOOK_S: Final = 0.02
SOON_S: Final = 2.0  # of processor time
AT_A_WRITE: Final = 0.7  # share of pulls that wait until the disk has something it was not told to flush
MOST_WRITES: Final = 12
AT_A_RESULT: Final = 0.4  # share of pulls just after something was finished, the others anywhere in a session
UNREPAIRED: Final = 4  # of e2fsck(8): errors left


class Pull(msgspec.Struct):
    """One pull and what the next start found; counts of the life that it ended."""

    number: int
    way: str
    phase: str
    waiting: int
    lost_bytes: int
    finished: int
    acknowledged: int
    lost: list[str] = []
    doubled: int = 0
    damaged: str = ""
    restored: bool = False
    interrupted_kept: int = 0
    started_s: float = 0.0
    usable: bool = False

    @property
    def wrong(self) -> bool:
        """Whether anything is not as it has to be."""
        return bool(self.lost or self.doubled or self.damaged or self.restored or not self.usable)


class Trial(msgspec.Struct, frozen=True, array_like=True):
    """A row of the station's table as the machine reports it."""

    session: str
    number: int
    outcome: str
    digest: str


class Known(msgspec.Struct):
    """What must be there from now on; `finished` counts results by session, `acknowledged` are trials."""

    finished: dict[str, int] = {}
    ended: set[str] = set()
    trials: dict[str, Trial] = {}
    acknowledged: set[str] = set()
    gone: set[str] = set()  # each loss is told once
    restored: str = ""

    def found(self, found: "Found") -> None:
        """From now on what was found has to be there, and no longer what was missing."""
        finished = found.finished
        self.finished = {session: min(n, finished[session]) for session, n in self.finished.items()}
        self.gone |= self.acknowledged - set(found.trials)
        self.ended = found.ended
        self.trials = found.trials
        self.restored = found.restored


class State(msgspec.Struct):
    """What the rig remembers between two starts of its own; `cut` is the pull that was not judged yet."""

    known: Known = msgspec.field(default_factory=Known)
    cut: Pull | None = None
    done: list[Pull] = []


class Found(msgspec.Struct):
    """What the machine reports of its disk."""

    sound: str
    trials: dict[str, Trial]
    ended: set[str]
    waiting: set[str]
    outbox: int
    bad: list[str]
    noted: str = ""

    @property
    def finished(self) -> Counter[str]:
        """How many results there are that were not cut off, by session."""
        return Counter(trial.session for trial in self.trials.values() if trial.outcome != "interrupted")

    @property
    def restored(self) -> str:
        """What says that the database was damaged once; empty where it never was."""
        return self.noted + " ".join(self.bad)


def missing(known: Known, found: Found, at_care: set[str]) -> list[str]:
    """Return a sentence for each thing that is missing; `at_care` are the trials of the care side."""
    finished = found.finished
    lost = [
        f"session {session}: {n} results were shown, {finished[session]} are there"
        for session, n in known.finished.items()
        if finished[session] < n
    ]
    lost += [f"session {session}: its end is gone" for session in known.ended - found.ended]
    for id_, trial in known.trials.items():
        if found.trials.get(id_) != trial:
            lost.append(f"trial {id_}: it was there, and is {'other' if id_ in found.trials else 'gone'}")
    lost += [
        f"trial {id_}: the care side has it, the station not"
        for id_ in known.acknowledged - set(found.trials)
    ]
    sent = set(found.trials) - found.waiting
    lost += [f"trial {id_}: it waits no longer, and the care side has it not" for id_ in sent - at_care]
    return lost


def doubled(found: Found) -> int:
    """Return how many results stand there more than once."""
    return len(found.trials) - len({(trial.session, trial.number) for trial in found.trials.values()})


class Rig:
    """Starts one life after the other on one disk."""

    def __init__(self, image: Image, saved: Path, home: Home, seed: int, *, lies: bool = False) -> None:
        """Take up what was left off."""
        self._image, self._saved, self._home, self._seed, self._lies = image, saved, home, seed, lies
        self._file = home.folder / "state.json"
        self.state = State()
        if self._file.exists():
            self.state = msgspec.json.decode(self._file.read_bytes(), type=State)
        self._phase = ""
        self._life_finished = 0

    def _keep(self) -> None:
        partial = self._file.with_suffix(".new")
        partial.write_bytes(msgspec.json.encode(self.state))
        partial.rename(self._file)

    def _at_care(self) -> set[str]:
        return self._home.care.ids("SELECT id FROM care_trial")

    def _start(self, mode: Mode, chance: random.Random) -> Machine:
        machine = Machine(self._image, self._home.folder, self._saved)
        self._disk = VolatileDisk(self._home.disk, lies=self._lies)
        machine.go(self._disk, mode, chance.randbytes(32))
        return machine

    def _await(self, machine: Machine, until: Callable[[Told], bool], within_s: float) -> Told | None:
        """Take in what is said until this is; None if it is not."""
        end_s = time.monotonic() + within_s
        while time.monotonic() < end_s:
            self._home.look()
            told = machine.next_told(TURN_S)
            if told is not None:
                self._take(told)
                if until(told):
                    return told
        return None

    def _take(self, told: Told) -> None:
        if told["kind"] == "shown":
            self._phase = told["phase"]
            session, n = told["session"], told["finished"]
            if session is not None:
                before = self.state.known.finished.get(session, 0)
                self._life_finished += max(0, n - before)
                self.state.known.finished[session] = max(before, n)
                if self._phase == "summary":
                    self.state.known.ended.add(session)
        elif told["kind"] in ("died", "failed"):
            print(told["kind"], told.get("name", ""), told["words"], flush=True)

    def live(self) -> None:
        """Start, judge the pull before, train a whole session, begin another and pull in the middle of it."""
        number = len(self.state.done) + (self.state.cut is not None)
        chance = random.Random(self._seed * 100_000 + number)
        machine = self._start("train", chance)
        care_before, self._life_finished = len(self._at_care()), 0
        self._judge(machine)
        whole_s = self._train(machine)
        self._keep()
        way = WAYS[number % len(WAYS)]
        self._reach_moment(machine, chance, whole_s)
        cut = machine.pull(way, chance)
        for told in machine.last_words():
            self._take(told)
        at_care = self._at_care()
        self.state.known.acknowledged = at_care - self.state.known.gone
        self.state.cut = Pull(
            number + 1, way, self._phase, *cut, self._life_finished, len(at_care) - care_before
        )
        self._keep()

    def _judge(self, machine: Machine) -> None:
        """Hold what is on the disk against what has to be."""
        mounted = self._await(machine, _is("mounted"), START_S)
        told = self._await(machine, _is("database"), START_S)
        cut = self.state.cut or Pull(0, "none there", "between", 0, 0, 0, 0)
        cut.started_s = round(time.monotonic() - machine.began_s, 1)
        if mounted is None or told is None:
            cut.damaged = "the station did not start"
            self.state.cut = cut
            return
        found = msgspec.convert(told, Found)
        known = self.state.known
        cut.lost, cut.doubled = missing(known, found, self._at_care()), doubled(found)
        if found.sound != "ok":
            cut.damaged = found.sound
        elif mounted["fsck"] >= UNREPAIRED:
            cut.damaged = f"file system: {mounted['fsck']}"
        cut.restored = found.restored != known.restored
        if cut.lost or cut.doubled or cut.damaged or cut.restored:
            self.state.cut = cut  # also where the rig itself was interrupted
        cut.interrupted_kept = sum(
            trial.outcome == "interrupted" for id_, trial in found.trials.items() if id_ not in known.trials
        )
        known.found(found)

    def _train(self, machine: Machine) -> float:
        """Wait for a whole session, the last of the judgement; return the processor time it took, s."""
        begun = self._await(machine, _begins, SESSION_S)
        begun_s = machine.cpu_s
        whole = begun and self._await(machine, _is("whole"), SESSION_S)
        cut, self.state.cut = self.state.cut, None
        if cut is not None:
            cut.usable = whole is not None
            self.state.done.append(cut)
        return machine.cpu_s - begun_s

    def _reach_moment(self, machine: Machine, chance: random.Random, whole_s: float) -> None:
        """Return at the moment at which the plug is to be pulled: in the middle of a session."""
        self._await(machine, _begins, SESSION_S)
        at_s = machine.cpu_s + chance.uniform(0, whole_s)
        if chance.random() < AT_A_RESULT:
            finished = self._life_finished
            self._await(machine, lambda _told: self._life_finished > finished, SESSION_S)
            at_s = machine.cpu_s + chance.uniform(0, SOON_S)
        self._pass(machine, lambda: machine.cpu_s >= at_s)
        if chance.random() < AT_A_WRITE:
            self._disk.strike_after(chance.randint(1, MOST_WRITES))
            self._pass(machine, self._disk.struck.is_set)

    def _pass(self, machine: Machine, until: Callable[[], bool]) -> None:
        end_s = time.monotonic() + SESSION_S
        while not until() and time.monotonic() < end_s:
            told = machine.next_told(LOOK_S)
            if told is not None:
                self._take(told)

    def drain(self) -> tuple[int, list[str]]:
        """Judge the last pull; then let everything be sent, and return how many results both sides have.

        The list says what is missing on either side, or more than once.
        """
        chance = random.Random(self._seed)
        machine = self._start("train", chance)
        self._judge(machine)
        self._train(machine)
        machine.pull("none there", chance)
        self._keep()
        machine = self._start("drain", chance)
        told = self._await(machine, _is("sent"), START_S + DRAIN_S)
        machine.pull("none there", chance)
        if told is None:
            raise StationError("what waits at the station was not sent")
        found = msgspec.convert(told, Found)
        wrong = missing(self.state.known, found, self._at_care())
        rows = self._home.care.number("SELECT COUNT(*) FROM care_message WHERE type = 'result/trial'")
        if rows != len(found.trials):
            wrong.append(f"the care side has {rows} results, the station {len(found.trials)}")
        return len(found.trials), wrong


def _is(kind: str) -> Callable[[Told], bool]:
    return lambda told: bool(told["kind"] == kind)


def _begins(told: Told) -> bool:
    return bool(told["kind"] == "shown" and told["phase"] == "checkin")
