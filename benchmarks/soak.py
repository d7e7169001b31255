"""Kills in the middle of everything: `make soak`, or `python -m benchmarks.soak --seed 1`.

Real mosquitto, recorders and uplink, and a process that keeps results as the session does, in real time; one
of them is killed (SIGKILL) again and again while results flow. In the end both databases are compared. The
care side's is SQLite, or an empty one on the PostgreSQL server that DATABASE_URL names; with `--postgres` it
is on a server of its own, which is killed too (`pg_ctl stop -m immediate`).
"""

import argparse
import getpass
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from benchmarks.own_postgres import Server, own_postgres
from benchmarks.table import show
from benchmarks.tally import Database, fresh_database, tally
from station.demo.care import Care
from station.demo.run import free_port, mosquitto
from station.errors import StationError

RECOVERED: Final = "the database takes what comes again"
STATION: Final = "soak-1"
RECORDERS: Final = 3
RESULTS: Final = 2_000
KILLS: Final = 100
BETWEEN_S: Final = (0.5, 2.5)
BACK_AFTER_S: Final = 0.3  # until a killed process is started again
DRAIN_WAIT_S: Final = 240.0
LOOK_S: Final = 0.05
DURABLE: Final = "persistence true\npersistence_location {folder}/\nautosave_interval 2\n"


class Row(NamedTuple):
    """One run. `lost` are trials of the station that the care side has not, `doubled` those it has twice."""

    database: str
    broker: str
    recorders: int
    seed: int
    results: int
    kills: str
    lost: int
    doubled: int
    raw_lost: int
    refused: int
    left_in_outbox: int
    recovered: int  # how often a recorder said that the database takes what comes again
    seconds: float


class Killed(Protocol):
    """What is killed again and again."""

    finished: bool

    def look(self) -> None: ...
    def kill(self) -> bool: ...
    def close(self) -> None: ...


class Victim:
    """One process that is started again whenever it is down."""

    def __init__(self, command: tuple[str, ...], log: Path, env: dict[str, str]) -> None:
        self._command, self._log, self._env = command, log, env
        self._child: subprocess.Popen[bytes] | None = None
        self._start_at_s = 0.0
        self.finished = False

    def look(self) -> None:
        """Start it when it is due; note when it has ended well."""
        if self._child is None:
            if not self.finished and time.monotonic() >= self._start_at_s:
                self._start()
        elif (code := self._child.poll()) is not None:
            self._child, self.finished = None, code == 0
            self._start_at_s = time.monotonic() + BACK_AFTER_S

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(self._command, stdout=log, stderr=log, env=self._env)

    @property
    def pid(self) -> int:
        """The process id; 0 while it does not run."""
        return 0 if self._child is None else self._child.pid

    def kill(self) -> bool:
        """Kill it; return whether it ran."""
        if self._child is None or self._child.poll() is not None:
            return False
        self._child.send_signal(signal.SIGKILL)
        self._child.wait()
        return True

    def close(self) -> None:
        """End it for good."""
        self.finished = True
        if self._child is not None:
            self._child.kill()
            self._child.wait()


class Soak:
    """All that runs in one folder."""

    def __init__(
        self, folder: Path, *, durable: bool, results: int, recorders: int = 1, database_url: str = ""
    ) -> None:
        self._folder, self._results, self._recorders = folder, results, recorders
        self._port = free_port()
        data = folder / "care"
        env = {
            "BALANCE_CARE_DATA": str(data),
            "BALANCE_CARE_MQTT": f"127.0.0.1:{self._port}",
            "DATABASE_URL": database_url,
        }
        self._care = Care(env, stopped=lambda: False)
        self.care = Database(database_url or data / "care.sqlite3")
        self.station_file = folder / "station.sqlite3"
        self.station = Database(self.station_file)
        self._write_configurations(durable=durable)

    def _write_configurations(self, *, durable: bool) -> None:
        (self._folder / "broker").mkdir()
        (self._folder / "mosquitto.conf").write_text(
            f"listener {self._port} 127.0.0.1\nallow_anonymous true\nlog_type error\n"
            f"user {getpass.getuser()}\n"
            + (DURABLE.format(folder=self._folder / "broker") if durable else "persistence false\n")
        )
        (self._folder / "station.toml").write_text(
            f'[station]\nid = "{STATION}"\nstate = "{self._folder}"\n[care]\nport = {self._port}\n'
        )

    def victims(self) -> dict[str, Victim]:
        """Make the care side's database, and return every process, not yet started."""
        self._care.ask("migrate")
        self._care.ask("enrol", STATION, "--patient", "Soak (simulated)")
        station = (sys.executable, "-m", "station", "uplink", "--config", str(self._folder / "station.toml"))
        writer = (sys.executable, "-m", "benchmarks.soak_writer", str(self.station_file), str(self._results))
        commands = {
            "broker": (mosquitto(), "-c", str(self._folder / "mosquitto.conf")),
            "uplink": station,
            "session": writer,
        }
        for number in map(str, range(1, self._recorders + 1)):
            commands[f"recorder-{number}"] = (*self._care.command, "recorder", "--name", number)
        env = {**os.environ, **self._care.env}
        return {
            name: Victim(command, self._folder / f"{name}.log", env) for name, command in commands.items()
        }

    def recovered(self) -> int:
        """Return how often a recorder said that the database is back."""
        logs = (self._folder / f"recorder-{number}.log" for number in range(1, self._recorders + 1))
        return sum(log.read_text().count(RECOVERED) for log in logs if log.exists())


class Asked(NamedTuple):
    """How a run is to be."""

    seed: int
    results: int
    kills: int
    recorders: int
    database_url: str
    postgres: bool


def run(asked: Asked, *, durable: bool) -> Row:
    """Do one run. Raises StationError when a folder, the broker or the database cannot be used."""
    begun_s = time.monotonic()
    chance = random.Random(asked.seed)
    with ExitStack() as stack:
        own = stack.enter_context(own_postgres()) if asked.postgres else None
        server_url = own.url if own else asked.database_url
        url = server_url if own else stack.enter_context(fresh_database(server_url)) if server_url else ""
        soak = Soak(
            stack.enter_context(temporary_folder()),
            durable=durable,
            results=asked.results,
            recorders=asked.recorders,
            database_url=url,
        )
        victims: dict[str, Killed] = {**soak.victims()}
        if own is not None:
            victims["database"] = Server(own)
        for victim in victims.values():
            stack.callback(victim.close)
            victim.look()
        killed = _kill_at_random(victims, chance, asked.kills)
        _wait(victims, lambda: victims["session"].finished and soak.station.waiting() == 0)
        if own is not None:
            victims["database"].close()  # it may have been killed last
        return Row(
            "PostgreSQL" if url else "SQLite",
            "persistent" if durable else "forgets all",
            asked.recorders,
            asked.seed,
            *_counted(soak, killed),
            soak.recovered(),
            time.monotonic() - begun_s,
        )


def _counted(soak: Soak, killed: Counter[str]) -> tuple[int, str, int, int, int, int, int]:
    results, *wrong = tally(soak.station, soak.care)
    kills = ", ".join(f"{name} {count}" for name, count in sorted(killed.items()))
    return (results, kills, *wrong)  # type: ignore[return-value]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder that goes afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="balance-soak-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kill_at_random(victims: dict[str, Killed], chance: random.Random, kills: int) -> Counter[str]:
    killed: Counter[str] = Counter()
    while killed.total() < kills:
        end_s = time.monotonic() + chance.uniform(*BETWEEN_S)
        _wait(victims, lambda end_s=end_s: time.monotonic() >= end_s)  # type: ignore[misc]
        running = [name for name, victim in victims.items() if not victim.finished]
        name = chance.choice(running)
        killed[name] += victims[name].kill()
    return killed


def _wait(victims: dict[str, Killed], until: Callable[[], bool]) -> None:
    end_s = time.monotonic() + DRAIN_WAIT_S
    while not until() and time.monotonic() < end_s:
        for victim in victims.values():
            victim.look()
        time.sleep(LOOK_S)


def main(argv: list[str] | None = None) -> int:
    """Run with both kinds of broker; exit 1 when anything was lost, doubled or left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=int, default=RESULTS)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--recorders", type=int, default=RECORDERS)
    parser.add_argument("--postgres", action="store_true", help="on a server of its own, killed too")
    given = parser.parse_args(argv)
    asked = Asked(**vars(given), database_url=os.environ.get("DATABASE_URL", ""))
    rows = []
    for durable in (True, False):
        try:
            rows.append(run(asked, durable=durable))
        except StationError as error:
            sys.stderr.write(f"soak: {error}\n")
            return 1
    show("Killed while results flow", rows)
    wrong = sum(r.lost + r.doubled + r.raw_lost + r.refused + r.left_in_outbox for r in rows)
    return 1 if wrong or any(r.results != asked.results for r in rows) else 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
