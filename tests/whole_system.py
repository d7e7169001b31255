"""Everything there is, as installed: PostgreSQL, mosquitto with TLS, care side, station, kiosk, person."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import psycopg
import pytest

from benchmarks.own_postgres import own_postgres
from station.__main__ import main as station_main
from station.config import load_config
from station.demo.run import free_port
from station.session.client import SessionClient
from station.session.protocol import Answer, Command, Prescribe, Press
from station.training.course import ON_THE_BOARD
from station.training.snapshot import Phase, Snapshot
from tests.certified import Site
from tests.conftest import Mosquitto
from tests.virtual_station import VirtualStation

T = TypeVar("T")
PYTHON: Final = sys.executable
WAIT_S: Final = 30.0  # for what takes seconds: it only ends a test that would hang
MOST_PAGES: Final = 60
SID: Final = "home-1"
PATIENT: Final = "Anna Muster"
PROGRAMME: Final = {
    "exercises": [{"routine": "supported-standing", "rung": 1, "attempts": 1}],
    "pain_limit": 6,
}
# Several verbs of `balance-care` in one process: each alone takes a second to import Django.
VERBS: Final = (
    "import json, sys; from ui.care.__main__ import main; "
    "sys.exit(next((code for words in json.loads(sys.argv[1]) if (code := main(words))), 0))"
)


def until(look: Callable[[], T | None], *, what: str) -> T:
    """Return what `look` finds once it finds anything."""
    end_s = time.monotonic() + WAIT_S
    while not (found := look()):
        assert time.monotonic() < end_s, f"not within {WAIT_S:g} s: {what}"
        time.sleep(0.02)
    return found


class Programs:
    """Programs that run until the end, each with a log of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, *words: str, env: Mapping[str, str] | None = None) -> None:
        log = (self._folder / f"{name}.log").open("wb")
        with log:
            child = subprocess.Popen(
                (PYTHON, "-m", *words), env={**os.environ, **(env or {})}, stdout=log, stderr=log
            )
        self._running.append((name, child))

    def said(self, name: str) -> str:
        for started, child in self._running:
            assert child.poll() is None, f"{started} has ended: {self._log(started)}"
        return self._log(name)

    def _log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text(errors="replace")

    def end(self) -> None:
        for _, child in reversed(self._running):
            child.send_signal(signal.SIGTERM)
        for name, child in reversed(self._running):
            # uvicorn ends by the signal that ended it.
            assert child.wait(WAIT_S) in (0, -signal.SIGTERM), f"{name}: {self._log(name)}"


class CareSide:
    """Database, broker, recorder and site with the shipped settings; a second factor for everybody."""

    def __init__(self, folder: Path, programs: Programs, open_now: ExitStack) -> None:
        self._programs, self.folder = programs, folder
        self.database = open_now.enter_context(own_postgres(durable=False)).url
        (tls := folder / "tls").mkdir()
        self.env = {
            "BALANCE_CARE_DATA": str(folder / "care"),
            "BALANCE_CARE_TOTP": "1",
            "BALANCE_CARE_CONSOLE": str(tls),
            "DATABASE_URL": self.database,
            **{
                f"BALANCE_CARE_MQTT_{name}": str(tls / file)
                for name, file in (("CA", "ca.pem"), ("CERT", "recorder-1.pem"), ("KEY", "recorder-1.key"))
            },
        }
        out = ("--out", str(tls))
        self.do(
            ("migrate",),
            ("certify", "broker", "--host", "127.0.0.1", *out),
            ("certify", "recorder-1", *out),
            ("certify", "console-1", *out),
        )
        self.broker: Mosquitto = Site.at(tls).broker("care")
        self.broker.start()
        open_now.callback(self.broker.kill)
        self.env["BALANCE_CARE_MQTT"] = f"127.0.0.1:{self.broker.port}"

    def do(self, *commands: tuple[str, ...], said: str = "") -> None:
        """Run commands of `balance-care`, one after another."""
        done = subprocess.run(
            (PYTHON, "-c", VERBS, json.dumps(commands)),
            env={**os.environ, **self.env},
            input=said,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> str:
        """Start recorder and site; return the site's address."""
        self._programs.start("recorder", "ui.care", "recorder", env=self.env)
        self._programs.start("site", "ui.care", "serve", "--port", str(free_port()), env=self.env)
        line = until(lambda: self._programs.said("site").partition("\n")[0], what="the site serves")
        return line.rpartition(" ")[2]

    def ask(self, query: str) -> Any:
        """Return the first value that the database answers."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            row = cursor.fetchone() if cursor.description else None
        return row and row[0]


class Home:
    """A station, its kiosk in a window, and the person who lives there; `shown` is what the kiosk shows."""

    def __init__(self, folder: Path, care: CareSide, programs: Programs) -> None:
        folder.mkdir()
        self._care, self._programs, self.folder = care, programs, folder
        self.socket, self.pictures = folder / "session.sock", folder / "pictures"
        self.config = folder / "station.toml"
        self.config.write_text(
            f'[station]\nid = "{SID}"\nstate = "{folder}"\n'
            '[source]\nrested = true\nclock = "trust"\n[limits]\nhardest_rung = { supported-standing = 4 }\n'
        )
        self.sid: Final = SID
        self.shown: Snapshot | None = None

    def enrol(self, programme: Mapping[str, Any]) -> None:
        """Ask for a certificate, have it answered, take it; and have a first programme signed."""
        request, bundle = self.folder / "request.pem", self.folder / "bundle.json"
        (first := self.folder / "programme.json").write_text(json.dumps(programme))
        config = ("--config", str(self.config))
        assert station_main(["enrol", "--out", str(request), *config]) == 0
        answer = ("--request", str(request), "--broker", f"127.0.0.1:{self._care.broker.port}")
        self._care.do(
            ("enrol", SID, "--patient", PATIENT, "--out", str(bundle), *answer),
            ("prescribe", SID, str(first)),
        )
        assert station_main(["enrol", str(bundle), *config]) == 0

    def live_through(self, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Train on each of the last days, far from any network, in virtual time."""
        signed = bytes(self._care.ask("SELECT signed FROM care_prescription")).decode()
        # All that follows was a while ago.
        for table in ("patient", "station", "prescription"):
            earlier = f"created - interval '{days + 1} days'"
            self._care.ask(f"UPDATE care_{table} SET created = {earlier}")  # noqa: S608 names of ours
        for ago in range(days, 0, -1):
            monkeypatch.setattr("station.session.heading.boot_id", partial("boot-{}-days-ago".format, ago))
            day = datetime.now(UTC) - timedelta(days=ago)
            station = VirtualStation(self.folder, today=day, plain=True, config=load_config(str(self.config)))
            if ago == days:
                station.say(Prescribe(document=signed))
            patient = station.train()
            station.run_until(partial(getattr, patient, "finished"), within_s=300)
            station.die()

    def start(self, display: str) -> None:
        """Start what an installer starts, and the person."""
        config = ("--config", str(self.config))
        self._programs.start("station", "station", "run", *config)
        self._programs.start("uplink", "station", "uplink", *config)
        self._client = until(self._connected, what="the station listens")
        self._programs.start("person", "station", "patient", "--socket", str(self.socket))
        kiosk = ("--socket", str(self.socket), "--windowed", "--driver", "x11", "--silent")
        pictures = ("--screenshot-every", "0.5", "--screenshot-to", str(self.pictures))
        self._programs.start("kiosk", "ui.patient", *kiosk, *pictures, env={"DISPLAY": f":{display}"})

    def _connected(self) -> SessionClient | None:
        try:
            return SessionClient(self.socket, name="panel")
        except ConnectionError:
            return None

    # -- the person's hands --------------------------------------------------------------------------------

    def see(self, so: Callable[[Snapshot], bool], *, what: str) -> Snapshot:
        """Return the first that is shown of which this is so."""

        def look() -> Snapshot | None:
            for notice in self._client.poll():
                if isinstance(notice, Snapshot):
                    self.shown = notice
            return self.shown if self.shown is not None and so(self.shown) else None

        return until(look, what=f"at the kiosk: {what}; it shows {self.shown and self.shown.phase}")

    def reach(self, phase: Phase, **answers: bool | int) -> Snapshot:
        """Press Start and answer until this page is there; what is not named is answered no, or 2."""
        for _ in range(MOST_PAGES):
            now = self.see(lambda shown: shown.ready, what="the board has its zero")
            if now.phase == phase:
                return now
            if now.phase not in ON_THE_BOARD:  # there it is the body that goes on
                self._client.send(_onward(now, answers))
            self.see(partial(_is_past, now), what=f"on from {now.phase}")
        raise AssertionError(f"{phase} never came; the kiosk shows {self.shown and self.shown.phase}")

    def press(self, command: Command) -> None:
        self._client.send(command)

    def close(self) -> None:
        self._client.close()


def _is_past(page: Snapshot, shown: Snapshot) -> bool:
    return (shown.phase, shown.question) != (page.phase, page.question)


def _onward(now: Snapshot, answers: Mapping[str, bool | int]) -> Command:
    question = now.question
    if question is None:
        return Press(button="start")
    usual = question.key in ("support", "somebody") if question.kind == "yes_no" else 2
    return Answer(key=question.key, value=answers.get(question.key, usual))


class Whole:
    """All of it; `site` is the address of the care side."""

    def __init__(self, folder: Path, display: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open = ExitStack()
        try:
            self.programs = Programs(folder)
            self.care = CareSide(folder, self.programs, self._open)
            self._open.callback(self.programs.end)
            self.home = Home(folder / "home", self.care, self.programs)
            self.home.enrol(PROGRAMME)
            self.site = self.care.start()
            self.home.live_through(3, monkeypatch)
            self.home.start(display)
            self._open.callback(self.home.close)
        except BaseException:
            self.close()
            raise

    def audit(self) -> list[str]:
        """Return what the site's audit says was done."""
        with psycopg.connect(self.care.database) as connection:
            return [action for (action,) in connection.execute("SELECT action FROM care_audit ORDER BY id")]

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
