"""A thousand stations with certificates on one mosquitto (care.conf as shipped), one recorder or several.

The stations are simulated in one process (benchmarks.crowd), all else is real. The care side's database is
SQLite, or an empty one on the PostgreSQL server that DATABASE_URL names; with BENCHMARK_POSTGRES=own on a
server of its own (benchmarks.own_postgres), where every commit goes to the disk.
"""

import math
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Final, NamedTuple

import django

from benchmarks.burden import machine_s, postmaster, server_s
from benchmarks.crowd import Crowd, Member
from benchmarks.own_postgres import own_postgres
from benchmarks.site import Site
from benchmarks.soak import Victim, temporary_folder
from benchmarks.stage import cpu_s
from benchmarks.table import show
from benchmarks.tally import Database, fresh_database
from station.demo.run import free_port, mosquitto
from station.errors import StationError

STATIONS: Final = 1_000
# Three sessions a day of 100 attempts: 3.5 results a second from 1,000 stations, in a busy hour perhaps 35.
RATES_HZ: Final = (35.0, 100.0, 200.0)
SECONDS: Final = 30.0
MOST_RECORDERS: Final = 3
KILLED_EVERY_S: Final = 3.0
SHORT: Final = (30, (20.0,), 3.0)
DRAIN_S: Final = 60.0
START_S: Final = 60.0
SEED: Final = 1


class Row(NamedTuple):
    """One load. Times from publishing to the recorder's acknowledgement; CPU in percent of one core.

    `cpu_others` is of everything else on the machine. Results a second of processor time, of recorders and
    of the database, say what a machine would take that has nothing else to do.

    `missing` are results that were said and are not in the database in the end, `doubled` messages of results
    beyond one each; `kills` counts SIGKILLs of recorders meanwhile.
    """

    database: str
    recorders: int
    kills: int
    stations: int
    asked_a_second: str
    results: int
    results_a_second: float
    p50_ms: float
    p99_ms: float
    not_acknowledged: int
    missing: int
    doubled: int
    cpu_broker: float
    cpu_recorders: float
    cpu_database: str
    cpu_stations: float
    cpu_others: float
    results_a_recorder_s: float
    results_a_database_s: str


class Scene:
    """What runs: everything but the stations as processes of their own."""

    def __init__(self, stack: ExitStack, stations: int) -> None:
        """Start broker, one recorder and the stations. Raises StationError where one does not come up."""
        server_url = os.environ.get("DATABASE_URL", "")
        if os.environ.get("BENCHMARK_POSTGRES") == "own":
            server_url = stack.enter_context(own_postgres()).url
        self._postmaster = postmaster(server_url) if server_url else 0
        url = stack.enter_context(fresh_database(server_url)) if server_url else ""
        self._site = Site(stack.enter_context(temporary_folder()), "127.0.0.1", database_url=url)
        self._site.begin()
        self.is_postgres = bool(url)
        self.care = Database(url or self._site.data / "care.sqlite3")
        self._port = free_port()
        self._parts: dict[str, Victim] = {}
        self._pass_time: Callable[[], object] = lambda: time.sleep(0.01)
        self.kills = 0
        self._kill_s = math.inf
        self._ended_s = {"recorders": 0.0}  # processor time of those that were killed
        self._stack = stack
        conf = str(self._site.broker_configuration(self._port))
        names = [f"home-{number}" for number in range(stations)]
        files = [self._site.certify(name) for name in names]
        subjects = _enrol(self._site, names)
        self._start("broker", (mosquitto(), "-c", conf), {})
        self.start_recorder()
        self.crowd = Crowd(
            lambda it: Member(names[it], files[it], subjects[it], self._site.host, self._port), stations
        )
        stack.callback(self.crowd.close)
        self._pass_time = lambda: self.crowd.turn(
            0.01
        )  # silent for long, all of them would be taken for gone
        self._wait(lambda: not self.crowd.turn() and all(member.is_in for member in self.crowd.members))
        self.crowd.members[0].say()  # acknowledged after all that came before it
        self.crowd.drain(START_S)

    def start_recorder(self) -> None:
        """Start one more, and wait until it listens."""
        name = f"recorder-{self.recorders + 1}"
        env = self._site.recorder_env(name, self._port)
        self._start(name, (*self._site.care.command, "recorder"), env)
        said = self._site.folder / f"{name}.log"
        self._wait(lambda: said.exists() and "connected to" in said.read_text())

    def kill_one_again_and_again(self, crowd: Crowd, seconds: float) -> None:
        """Kill the first recorder every few seconds while results flow, and start it again."""
        end_s, self._kill_s = time.monotonic() + seconds, time.monotonic() + KILLED_EVERY_S
        crowd.as_fast_as_acknowledged(seconds, meanwhile=self._kill_when_due)
        self._kill_s = math.inf
        self._wait(lambda: bool(self._parts["recorder-1"].pid) and time.monotonic() >= end_s)

    def _kill_when_due(self) -> None:
        part = self._parts["recorder-1"]
        part.look()
        if time.monotonic() >= self._kill_s and part.pid:
            self._kill_s = time.monotonic() + KILLED_EVERY_S
            self._ended_s["recorders"] += cpu_s(part.pid)
            self.kills += part.kill()

    def _start(self, name: str, command: tuple[str, ...], env: dict[str, str]) -> None:
        part = Victim(command, self._site.folder / f"{name}.log", {**os.environ, **env})
        self._parts[name] = part
        self._stack.callback(part.close)
        part.look()

    def _wait(self, until: Callable[[], bool]) -> None:
        end_s = time.monotonic() + START_S
        while not until():
            if time.monotonic() > end_s:
                logs = (log.read_text().splitlines()[-1:] for log in self._site.folder.glob("*.log"))
                raise StationError(f"not everything came up; last words: {list(logs)}")
            for part in self._parts.values():
                part.look()
            self._pass_time()

    @property
    def recorders(self) -> int:
        """How many run."""
        return len(self._parts) - 1

    def doubled(self) -> int:
        """Return how many messages of results there are beyond one a trial, over all loads so far."""
        messages = self.care.number("SELECT COUNT(*) FROM care_message WHERE type = 'result/trial'")
        return messages - self.care.number("SELECT COUNT(*) FROM care_trial")

    def cpu_s(self) -> dict[str, float]:
        """Return the processor time of each so far, s."""
        used = {"stations": cpu_s(os.getpid()), "database": server_s(self._postmaster), **self._ended_s}
        for name, part in self._parts.items():
            if name == "broker":
                used["broker"] = cpu_s(part.pid)
            elif part.pid:
                used["recorders"] += cpu_s(part.pid)
        return used | {"others": machine_s() - sum(used.values())}


def _enrol(site: Site, names: list[str]) -> list[str]:
    """Make the stations known, each with a patient; return the pseudonyms."""
    os.environ.update(site.env, DJANGO_SETTINGS_MODULE="ui.care.settings")
    django.setup()
    from django.db import connections, transaction

    from ui.care.trust.enrolment import enrol

    with transaction.atomic():
        patients = [enrol(name, f"Crowd {name} (simulated)").patient for name in names]
    connections.close_all()
    return [patient.pseudonym for patient in patients if patient is not None]


def measure(scene: Scene, asked: str, load: Callable[[Crowd], object]) -> Row:
    """Put one load on and count."""
    crowd = scene.crowd
    crowd.said.clear()
    crowd.took_s.clear()
    scene.kills, before, begun_s = 0, scene.cpu_s(), time.monotonic()
    load(crowd)
    seconds, served = time.monotonic() - begun_s, len(crowd.took_s)
    used_s = {name: used_s - before[name] for name, used_s in scene.cpu_s().items()}
    cpu = {name: round(100 * each_s / seconds) for name, each_s in used_s.items()}
    crowd.drain(DRAIN_S)
    centiles = statistics.quantiles(crowd.took_s, n=100)
    return Row(
        "PostgreSQL" if scene.is_postgres else "SQLite",
        scene.recorders,
        scene.kills,
        len(crowd.members),
        asked,
        len(crowd.said),
        round(served / seconds, 1),
        round(centiles[49] * 1e3),
        round(centiles[98] * 1e3),
        crowd.waiting,
        len(crowd.said - scene.care.ids("SELECT id FROM care_trial")),
        scene.doubled(),
        cpu["broker"],
        cpu["recorders"],
        str(cpu["database"]) if scene.is_postgres else "in recorder",
        cpu["stations"],
        cpu["others"],
        round(served / used_s["recorders"]),
        str(round(served / used_s["database"])) if used_s["database"] else "-",
    )


def run(stations: int, rates_hz: tuple[float, ...], seconds: float) -> Iterator[Row]:
    """Yield a row for each rate, and one for as much as is taken."""
    chance = random.Random(SEED)
    with ExitStack() as stack:
        scene = Scene(stack, stations)
        for rate_hz in rates_hz:
            yield measure(scene, f"{rate_hz:g}", lambda it, r=rate_hz: it.at_rate(r, seconds, chance))  # type: ignore[misc]
        for recorders in range(1, MOST_RECORDERS + 1):
            if recorders > 1:
                scene.start_recorder()
            yield measure(scene, "all that is taken", lambda it: it.as_fast_as_acknowledged(seconds))
            if recorders == 2:
                yield measure(
                    scene, "all that is taken", lambda it: scene.kill_one_again_and_again(it, seconds)
                )


def main(*, full: bool) -> None:
    """Print the table; the short run has few stations."""
    try:
        rows = list(run(STATIONS, RATES_HZ, SECONDS) if full else run(*SHORT))
    except (StationError, OSError) as error:
        print(f"stations: {error}")
        return
    show("A thousand stations" if full else "Some stations", rows)


if __name__ == "__main__":
    main(full=False)
