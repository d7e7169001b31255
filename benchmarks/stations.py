"""A thousand stations with certificates on one mosquitto (care.conf as shipped) and one recorder.

The stations are simulated in one process (benchmarks.crowd), all else is real. The care side's database is
SQLite, or an empty one on the PostgreSQL server that DATABASE_URL names.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

import django

from benchmarks.crowd import Crowd, Member
from benchmarks.site import Site
from benchmarks.soak import Victim, temporary_folder
from benchmarks.stage import cpu_s
from benchmarks.table import show
from benchmarks.tally import Database, fresh_database
from station.demo.run import free_port, mosquitto
from station.errors import StationError

STATIONS: Final = 1_000
# Three sessions a day of 100 attempts: 3.5 results a second from 1,000 stations, in the busiest hour perhaps 35.
RATES_HZ: Final = (35.0, 100.0, 200.0)
SECONDS: Final = 30.0
SHORT: Final = (30, (20.0,), 3.0)
DRAIN_S: Final = 60.0
START_S: Final = 60.0
SEED: Final = 1


class Row(NamedTuple):
    """One load. Times from publishing to the recorder's acknowledgement; CPU in percent of one core.

    `missing` are results that were said and are not in the database in the end.
    """

    database: str
    stations: int
    asked_a_second: str
    results: int
    results_a_second: float
    p50_ms: float
    p99_ms: float
    not_acknowledged: int
    missing: int
    cpu_broker: float
    cpu_recorder: float
    cpu_database: str
    cpu_stations: float


class Scene(NamedTuple):
    """What runs."""

    crowd: Crowd
    care: Database
    pids: dict[str, int]
    kind: str


def begin(stack: ExitStack, stations: int) -> Scene:
    """Start broker, recorder and stations. Raises StationError where one does not come up."""
    server_url = os.environ.get("DATABASE_URL", "")
    url = stack.enter_context(fresh_database(server_url)) if server_url else ""
    site = Site(stack.enter_context(temporary_folder()), "127.0.0.1", database_url=url)
    site.begin()
    port = free_port()
    names = [f"home-{number}" for number in range(stations)]
    files = [site.certify(name) for name in names]
    subjects = _enrol(site, names)
    env = {**os.environ, **site.recorder_env("recorder-1", port)}
    conf = site.broker_configuration(port)
    parts = {
        "broker": Victim((mosquitto(), "-c", str(conf)), site.folder / "broker.log", dict(os.environ)),
        "recorder": Victim((*site.care.command, "recorder"), site.folder / "recorder.log", env),
    }
    for part in parts.values():
        stack.callback(part.close)
        part.look()
    said = site.folder / "recorder.log"
    _wait(lambda: said.exists() and "connected to" in said.read_text(), site.folder)
    crowd = Crowd(
        lambda number: Member(names[number], files[number], subjects[number], site.host, port), stations
    )
    stack.callback(crowd.close)
    _wait(lambda: not crowd.turn() and all(member.is_in for member in crowd.members), site.folder)
    pids = {name: part.pid for name, part in parts.items()}
    return Scene(crowd, Database(url or site.data / "care.sqlite3"), pids, "PostgreSQL" if url else "SQLite")


def _enrol(site: Site, names: list[str]) -> list[str]:
    """Make the stations known, each with a patient; return the pseudonyms."""
    os.environ.update(site.env, DJANGO_SETTINGS_MODULE="ui.care.settings")
    django.setup()
    from django.db import connections, transaction

    from ui.care.enrolment import enrol

    with transaction.atomic():
        patients = [enrol(name, f"Crowd {name} (simulated)").patient for name in names]
    connections.close_all()
    return [patient.pseudonym for patient in patients if patient is not None]


def _wait(until: Callable[[], bool], folder: Path) -> None:
    end_s = time.monotonic() + START_S
    while not until():
        if time.monotonic() > end_s:
            raise StationError(f"stations benchmark: not everything came up; see {folder}")
        time.sleep(0.01)


def measure(scene: Scene, asked: str, load: Callable[[Crowd], object]) -> Row:
    """Put one load on and count."""
    crowd = scene.crowd
    crowd.said.clear()
    crowd.took_s.clear()
    pids = {**scene.pids, "stations": os.getpid()}
    before, postgres, begun_s = (
        {name: cpu_s(pid) for name, pid in pids.items()},
        _postgres_s(),
        time.monotonic(),
    )
    load(crowd)
    seconds, served = time.monotonic() - begun_s, len(crowd.took_s)
    cpu = {name: 100 * (cpu_s(pid) - before[name]) / seconds for name, pid in pids.items()}
    database = (
        f"{100 * (_postgres_s() - postgres) / seconds:.0f}" if scene.kind == "PostgreSQL" else "in recorder"
    )
    crowd.drain(DRAIN_S)
    said = set(crowd.said)
    centiles = statistics.quantiles(crowd.took_s, n=100)
    return Row(
        scene.kind,
        len(crowd.members),
        asked,
        len(said),
        round(served / seconds, 1),
        round(centiles[49] * 1e3),
        round(centiles[98] * 1e3),
        crowd.waiting,
        len(said - scene.care.ids("SELECT id FROM care_trial")),
        round(cpu["broker"]),
        round(cpu["recorder"]),
        database,
        round(cpu["stations"]),
    )


def _postgres_s() -> float:
    """Return the processor time of all PostgreSQL processes that run, s."""
    names = ((file.parent, file.read_text()) for file in Path("/proc").glob("[0-9]*/comm"))
    return sum(cpu_s(int(folder.name)) for folder, name in names if name.startswith("postgres"))


def run(stations: int, rates_hz: tuple[float, ...], seconds: float) -> Iterator[Row]:
    """Yield a row for each rate, and one for as much as is taken."""
    chance = random.Random(SEED)
    with ExitStack() as stack:
        scene = begin(stack, stations)
        for rate_hz in rates_hz:
            yield measure(scene, f"{rate_hz:g}", lambda it, r=rate_hz: it.at_rate(r, seconds, chance))  # type: ignore[misc]
        yield measure(scene, "all that is taken", lambda it: it.as_fast_as_acknowledged(seconds))


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
