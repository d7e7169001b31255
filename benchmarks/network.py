"""Network faults between a station, the broker and the recorder: noticed when, back when, anything lost?

Real uplink, mosquitto (care.conf as shipped, TLS) and recorder, each in a network namespace of its own behind
a router whose firewall, cables and wires fail. Needs root, iproute2, nftables and /dev/net/tun.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.namespaces import PLACES, Network, require
from benchmarks.site import Site
from benchmarks.soak import Victim, temporary_folder
from benchmarks.table import show
from benchmarks.tally import Database, tally
from station.demo.run import mosquitto
from station.errors import StationError

STATION: Final = "network-1"
PROXY_PORT: Final = 8884
WRITER_PAUSE_S: Final = 0.2
LOOK_S: Final = 0.02
STEADY_S: Final = 3.0
FAULT_S: Final = 45.0  # longer than anybody needs to notice, and than the first tries to come back
SHORT_S: Final = 8.0
GIVE_UP_S: Final = 150.0
AT_ONCE: Final = 5
SLOW: Final = ("0.3", "0.05", "1")  # delay each way s, loss, seed
WHO: Final = {"home": "station", "care": "recorder"}
AWAY: Final = {"home": b"results wait on this station", "care": b"; trying again"}
BACK: Final = b"connected to the"


class Row(NamedTuple):
    """One fault. Noticed and back in s; `-` where it was not noticed.

    `back_s`: from the end of the fault, or from when it was noticed where it does not end by itself, until
    all that was written down before has been committed by the recorder and has left the station.
    """

    fault: str
    link: str
    lasts_s: float
    noticed_by_station_s: str
    noticed_by_recorder_s: str
    back_s: float
    sent_during: int
    lost: int
    doubled: int


class Scene:
    """A station, a broker and a recorder that work, and what can be done to them."""

    def __init__(self, model: Site, folder: Path, name: str, stack: ExitStack, proxied: str = "") -> None:
        shutil.copytree(model.folder, folder, dirs_exist_ok=True)
        site = Site(folder, PLACES["broker"])
        self.network = stack.enter_context(Network(name))
        self.folder = folder
        self.station, self.care = Database(folder / "station.sqlite3"), Database(site.data / "care.sqlite3")
        port = {place: PROXY_PORT if place == proxied else 8883 for place in WHO}
        recorder_env, config = (
            site.recorder_env("recorder-1", port["care"]),
            site.station_configuration(STATION, port["home"]),
        )
        python, env = (sys.executable, "-m"), {**os.environ, "PYTHONUNBUFFERED": "1"}
        inside = self.network.inside
        database = str(folder / "station.sqlite3")
        client = STATION if proxied == "home" else "recorder-1"
        proxy = (PLACES["broker"], str(PROXY_PORT), "8883", str(folder), client)
        commands = {
            "broker": (*inside("broker"), mosquitto(), "-c", str(site.broker_configuration())),
            "care": (*inside("care"), *site.care.command, "recorder"),
            "home": (*inside("home"), *python, "station", "uplink", "--config", str(config)),
            "writer": (*python, "benchmarks.soak_writer", database, "100000", str(WRITER_PAUSE_S)),
            "slow": (*inside("net"), *python, "benchmarks.slow_wire", *SLOW),
            "proxy": (*inside("broker"), *python, "benchmarks.cutting_proxy", *proxy),
        }
        self.parts = {
            name: Victim(command, folder / f"{name}.log", recorder_env if name == "care" else env)
            for name, command in commands.items()
        }
        self._runs = {"broker", "home", "care", "writer"} | ({"proxy"} if proxied else set())
        for part in self.parts.values():
            stack.callback(part.close)

    def watch(self, until: Callable[[], bool], *, most_s: float = GIVE_UP_S) -> float:
        """Keep all running until something is so; return when (monotonic s). Raises StationError."""
        end_s = time.monotonic() + most_s
        while not until():
            if time.monotonic() > end_s:
                raise StationError(f"network benchmark: nothing came for {most_s:g} s; see {self.folder}")
            for name in self._runs:
                self.parts[name].look()
            time.sleep(LOOK_S)
        return time.monotonic()

    def log_size(self, place: str) -> int:
        """Return how much somebody has said."""
        file = self.folder / f"{place}.log"
        return file.stat().st_size if file.exists() else 0

    def has_said(self, place: str, words: bytes, since: int = 0) -> bool:
        """Return whether somebody has said this since then."""
        file = self.folder / f"{place}.log"
        return file.exists() and words in file.read_bytes()[since:]

    def start(self, name: str) -> None:
        """Run it, and start it again when it falls."""
        self._runs.add(name)
        self.parts[name].look()

    def stop(self, name: str) -> None:
        """End it as a loss of power does."""
        self._runs.discard(name)
        self.parts[name].kill()
        self.parts[name].look()

    def signal(self, name: str, number: int) -> None:
        """Send a signal."""
        os.kill(self.parts[name].pid, number)


class Fault(NamedTuple):
    """What goes wrong on whose link, and how it ends; None: it lasts until it was noticed."""

    name: str
    place: str  # home, care or both
    begin: Callable[[Scene, str], object]
    end: Callable[[Scene, str], object] | None
    lasts_s: float = FAULT_S


def _vanish(scene: Scene, _place: str) -> None:
    for place in WHO:
        scene.network.silence(place)
    scene.stop("broker")
    scene.start("broker")


def _slow(scene: Scene, _place: str) -> None:
    scene.start("slow")
    scene.watch(scene.network.has_slow, most_s=10.0)
    scene.network.slow_down()


def _fast(scene: Scene, _place: str) -> None:
    scene.network.speed_up()
    scene.stop("slow")


def _clear(scene: Scene, _place: str) -> None:
    scene.network.clear()


def _faults() -> Iterator[Fault]:
    for place in WHO:
        silence: Callable[[Scene, str], object] = lambda scene, it: scene.network.silence(it)  # noqa: E731
        yield Fault("firewall drops both ways", place, silence, _clear)
        yield Fault("firewall drops both ways, briefly", place, silence, _clear, SHORT_S)
        yield Fault(
            "firewall drops what goes to it", place, lambda s, it: s.network.drop("broker", it), _clear
        )
        yield Fault(
            "firewall drops what comes from it", place, lambda s, it: s.network.drop(it, "broker"), _clear
        )
        yield Fault(
            "link down", place, lambda s, it: s.network.unplug(it), lambda s, it: s.network.plug_in(it)
        )
        yield Fault("NAT forgets the connection", place, lambda s, it: s.network.forget(it), None)
        yield Fault(
            "proxy cuts before PUBACK",
            place,
            lambda s, _: (s.folder / "cut").touch(),
            lambda s, _: (s.folder / "cut").unlink(),
        )
    yield Fault(
        "broker killed, then started", "both", lambda s, _: s.stop("broker"), lambda s, _: s.start("broker")
    )
    yield Fault("broker's machine vanishes without FIN", "both", _vanish, _clear)
    yield Fault(
        "broker hangs (SIGSTOP)",
        "both",
        lambda s, _: s.signal("broker", signal.SIGSTOP),
        lambda s, _: s.signal("broker", signal.SIGCONT),
    )
    yield Fault("5 % lost, 300 ms each way", "home", _slow, _fast)


def run_fault(model: Site, folder: Path, number: int, fault: Fault) -> Row:
    """Let one fault happen to a scene of its own. Raises StationError where it does not come to an end."""
    with ExitStack() as stack:
        proxied = fault.place if "proxy" in fault.name else ""
        scene = Scene(model, folder, str(number), stack, proxied)
        scene.watch(lambda: all(scene.has_said(place, BACK) for place in WHO))
        scene.watch(lambda: scene.care.number("SELECT COUNT(*) FROM care_trial") > 0)
        steady_s = time.monotonic() + STEADY_S
        scene.watch(lambda: time.monotonic() >= steady_s)
        said = {place: scene.log_size(place) for place in WHO}
        before, begun_s = _written(scene), time.monotonic()
        fault.begin(scene, fault.place)
        noticed: dict[str, float] = {}
        meant = set(WHO) if fault.place == "both" else {fault.place}

        def over() -> bool:
            for place in WHO:
                if place not in noticed and scene.has_said(place, AWAY[place], said[place]):
                    noticed[place] = time.monotonic() - begun_s
            return meant <= set(noticed) if fault.end is None else time.monotonic() - begun_s >= fault.lasts_s

        ended_s = scene.watch(over)
        if fault.end is not None:
            fault.end(scene, fault.place)
            ended_s = time.monotonic()
        back_s = _back(scene) - ended_s
        during = _written(scene) - before
        scene.stop("writer")
        scene.watch(lambda: scene.station.waiting() == 0)
        counted = tally(scene.station, scene.care)
        told = {place: f"{noticed[place]:.1f}" if place in noticed else "-" for place in WHO}
        whose = "both" if fault.place == "both" else WHO[fault.place]
        lost = counted.lost + counted.raw_lost + counted.refused
        times = (told["home"], told["care"], round(back_s, 1))
        return Row(fault.name, whose, round(ended_s - begun_s, 1), *times, during, lost, counted.doubled)


def _written(scene: Scene) -> int:
    return scene.station.number("SELECT COUNT(*) FROM trial")


def _back(scene: Scene) -> float:
    """Wait until all that is written down now has left the station; return when (monotonic s)."""
    last = scene.station.number("SELECT IFNULL(MAX(seq), 0) FROM outbox")
    return scene.watch(
        lambda: scene.station.number(f"SELECT COUNT(*) FROM outbox WHERE seq <= {last}") == 0  # noqa: S608
    )


def run(faults: list[Fault]) -> list[Row]:
    """Let them happen, some at once, each in namespaces of its own."""
    require()
    with temporary_folder() as folder:
        model = Site(folder / "model", PLACES["broker"])
        model.begin()
        model.certify("broker-proxy", hosts=[PLACES["broker"]])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            numbered = enumerate(faults)
            return list(pool.map(lambda it: run_fault(model, folder / str(it[0]), *it), numbered))


def main(*, full: bool) -> None:
    """Print the table; the short run has two faults."""
    faults = list(_faults())
    try:
        rows = run(faults if full else faults[5:7])
    except StationError as error:
        print(f"network: {error}")
        return
    show("Network faults", rows)


if __name__ == "__main__":
    main(full=False)
