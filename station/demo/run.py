"""`balance-station demo`: one table of processes from the simulated board to the therapist's screen."""

import getpass
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from types import FrameType
from typing import Any, Final, Self

from station.demo.care import Care, StoppedError
from station.demo.folder import DemoFolder
from station.demo.greeting import greeting, in_source_tree
from station.demo.supervisor import Process, Supervisor, answers
from station.errors import StationError

STATION: Final = "demo-1"
PATIENT: Final = "Alex Example (simulated)"
THERAPIST: Final = "therapist"
NEW_THERAPIST: Final = ("user", "add", THERAPIST, "--role", "therapist", "--all-patients", "--password-stdin")
START_WAIT_S: Final = 20.0
SESSION_WAIT_S: Final = 240.0
COMMIT_WAIT_S: Final = 60.0
PYTHON: Final = sys.executable
LOGIN_FILE: Final = "therapist.password"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked on the command line."""

    folder: Path
    recording: Path | None
    headless: bool
    once: bool
    site_port: int
    seed: int
    faults: tuple[str, ...] = ()


def say(line: str) -> None:
    """Tell the person at the terminal; stdout stays free for the one JSON document."""
    print(line, file=sys.stderr, flush=True)


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def mosquitto() -> str:
    """Return the path of the broker. Raises StationError when it is not installed."""
    # Debian puts daemons into /usr/sbin, which is not on everybody's PATH.
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise StationError("mosquitto is not installed; install it with: sudo apt install mosquitto")
    return found


class Demo:
    """One run of the demo in one folder, which it leaves to others with `close`."""

    def __init__(self, options: Options) -> None:
        """Make and lock the folder. Raises StationError when it cannot be used."""
        self._options = options
        self._files = DemoFolder(options.folder)
        self._folder = options.folder
        self._socket = self._files.socket
        self._broker_port = free_port()
        care_env = {
            "BALANCE_CARE_DATA": str(options.folder / "care"),
            "BALANCE_CARE_MQTT": f"127.0.0.1:{self._broker_port}",
        }
        self._stopped = False
        self._care = Care(care_env, stopped=lambda: self._stopped)

    def close(self) -> None:
        """Leave the folder to another demo; may be called twice."""
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the table -----------------------------------------------------------------------------------------

    def _table(self) -> list[Process]:
        """Declare every process of the demo, in the order of their start."""
        options = self._options
        station = (PYTHON, "-m", "station")
        config = ("--config", str(self._folder / "station.toml"))
        patient: tuple[str, ...] = () if self._is_seen else ("--alone", "--again")
        if options.once:
            patient = ("--alone", "--tell", str(self._files.session))
        recorded = ("--recorded",) if options.recording else ()
        faults = tuple(word for fault in options.faults for word in ("--fault", fault))
        table = [
            Process(
                "broker", (mosquitto(), "-c", str(self._folder / "mosquitto.conf")), port=self._broker_port
            ),
            Process("recorder", (*self._care.command, "recorder"), self._care.env),
            Process("station", (*station, "run", *config, *faults)),
            Process("uplink", (*station, "uplink", *config)),
        ]
        if not options.once:
            port = str(options.site_port)
            site = (*self._care.command, "serve", "--port", port)
            table.append(Process("site", site, self._care.env))
        person = (*station, "patient", "--socket", str(self._socket), *patient, *recorded)
        table.append(Process("patient", person, ends_all=options.once))
        if not options.headless:
            env = {"BALANCE_SOCKET": str(self._socket)}
            table.append(Process("kiosk", self._kiosk(), env, ends_all=True, lasting=True))
        return table

    def _kiosk(self) -> tuple[str, ...]:
        command = (PYTHON, "-m", "ui.patient", "--socket", str(self._socket))
        if self._is_seen:
            return (*command, "--windowed")
        say("There is no display here: the kiosk runs off-screen, and the simulated person presses Start.")
        return (*command, "--offscreen")

    @property
    def _is_seen(self) -> bool:
        """Whether somebody can see the kiosk, and press Start."""
        display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        return bool(display) and not self._options.headless

    # -- preparation ---------------------------------------------------------------------------------------

    def _prepare(self) -> str | None:
        """Make keys, configuration and accounts; return the therapist's password."""
        self._care.ask("migrate")
        enrolled = json.loads(self._care.ask("enrol", STATION, "--patient", PATIENT, "--json"))
        self._write_broker_config()
        self._write_station_config(enrolled)
        if self._options.once:
            return None
        new = self._files.read(LOGIN_FILE) is None
        password = self._therapist()
        if new:
            programme = resources.files("station.demo") / "programme.json"
            with resources.as_file(programme) as file:
                self._care.ask("prescribe", STATION, str(file))
        return password

    def _check_recording(self) -> None:
        """Refuse a bad recording before anything starts."""
        if self._options.recording is not None:
            from station.board.config import BoardConfig
            from station.board.recording import read_recording

            read_recording(self._options.recording, BoardConfig().plate)

    def _check_site_port(self) -> None:
        port = self._options.site_port
        if not self._options.once and answers(port):
            raise StationError(f"port {port} is in use by another program; choose another with --port")

    def _write_broker_config(self) -> None:
        template = resources.files("firmware_config") / "mosquitto" / "demo.conf"
        text = Template(template.read_text(encoding="utf-8")).substitute(
            port=self._broker_port, folder=self._folder / "broker", user=getpass.getuser()
        )
        self._files.write("mosquitto.conf", text)

    def _write_station_config(self, enrolled: Mapping[str, Any]) -> None:
        recording = self._options.recording
        source = f"replay:{recording.resolve()}" if recording else "simulate"
        # A JSON string is a TOML string, whatever stands in it.
        lines = [
            "[station]",
            f"id = {json.dumps(STATION)}",
            f"subj = {json.dumps(enrolled['subj'])}",
            f"state = {json.dumps(str(self._folder))}",
            "[source]",
            f"source = {json.dumps(source)}",
            f"seed = {self._options.seed}",
            "rested = true",
            # Both sides read the clock of this one machine: nothing between them can be late by it.
            'clock = "trust"',
            # So that somebody who tries the programme editor has rungs to choose.
            "[limits]",
            "hardest_rung = { supported-standing = 4, single-leg = 2, balance-board = 2 }",
            "[care]",
            f"port = {self._broker_port}",
            f"keys = [{json.dumps(enrolled['public_key'])}]",
        ]
        self._files.write("station.toml", "\n".join(lines) + "\n")

    def _therapist(self) -> str:
        """Return the demo therapist's password, made when the folder is new and kept in it."""
        password = self._files.read(LOGIN_FILE)
        if password is None:
            password = secrets.token_urlsafe(9)
            self._care.ask(*NEW_THERAPIST, said=password)
            self._files.write(LOGIN_FILE, password, mode=0o600)
        return password

    # -- running -------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Run until Ctrl-C, until the kiosk is closed, or (`once`) until one session is at the care side."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        try:
            self._check_recording()
            self._check_site_port()
            say("Setting up the demo …")
            password = self._prepare()
            with closing(Supervisor(self._folder / "log", say=say)) as supervisor:
                return self._play(supervisor, password)
        except StoppedError:
            say("Stopped.")
            return 1

    def _play(self, supervisor: Supervisor, password: str | None) -> int:
        for process in self._table():
            self._go_on()
            supervisor.start(process)
            if process.name == "broker":
                self._await_port(supervisor, "broker", self._broker_port)
        if self._options.once:
            return self._once(supervisor)
        self._await_port(supervisor, "site", self._options.site_port)
        self._greet(password)
        while not self._stopped and supervisor.poll():
            time.sleep(0.1)
        say("Ending the demo …")
        return 0

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopped = True

    def _go_on(self) -> None:
        """Raise StoppedError when Ctrl-C was pressed."""
        if self._stopped:
            raise StoppedError

    def _await_port(self, supervisor: Supervisor, name: str, port: int) -> None:
        """Return when this process listens. Raises StationError after a while, StoppedError on Ctrl-C."""
        deadline_s = time.monotonic() + START_WAIT_S
        while time.monotonic() < deadline_s:
            self._go_on()
            if answers(port):
                return
            supervisor.poll()
            time.sleep(0.05)
        lines = "; ".join(supervisor.last_lines(name))
        raise StationError(f"the {name} did not come up within {START_WAIT_S:g} s: {lines}")

    def _greet(self, password: str | None) -> None:
        for line in greeting(
            site=f"http://127.0.0.1:{self._options.site_port}",
            name=THERAPIST,
            password=password,
            patient=PATIENT,
            broker=f"127.0.0.1:{self._broker_port}",
            folder=str(self._folder),
            kiosk=self._is_seen,
            makefile=in_source_tree(),
        ):
            say(line)

    def _once(self, supervisor: Supervisor) -> int:
        deadline_s = time.monotonic() + SESSION_WAIT_S
        while supervisor.poll():
            self._go_on()
            if time.monotonic() > deadline_s:
                raise StationError(f"the session was not over after {SESSION_WAIT_S:g} s")
            time.sleep(0.1)
        session = self._files.read(self._files.session.name)
        if not session:
            raise StationError(
                "no session was done: the station lets nobody train today; "
                "begin in another folder with --data"
            )
        say("The session is over; waiting until the care side has committed it …")
        words = ("--session", session, "--wait", f"{COMMIT_WAIT_S:g}", "--json")
        text = self._care.ask("results", STATION, *words, meanwhile=supervisor.poll)
        ended_by = json.loads(text)["session_result"]["ended_by"]
        if ended_by != "finished":
            raise StationError(f"session {session} was not finished; it ended by: {ended_by}")
        print(text.strip(), flush=True)
        return 0
