"""The demo's command line, its folder and its end: one clear line whatever is wrong."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from station.__main__ import main
from station.demo.care import Care, StoppedError
from station.demo.folder import SUN_PATH_BYTES, DemoFolder
from station.demo.patient import Patient
from station.demo.run import Demo, Options
from station.demo.supervisor import Supervisor
from station.errors import StationError
from station.session.server import Server
from station.training.snapshot import LiveView, Phase, Snapshot

DEADLINE_S = 60.0


def options(folder: Path) -> Options:
    return Options(folder=folder, recording=None, headless=True, once=True, site_port=8000, seed=1)


def one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def a_file(folder: Path) -> Path:
    file = folder / "file"
    file.touch()
    return file


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (a_file, "file cannot be used (File exists); choose another with --data"),
        (lambda folder: a_file(folder) / "below", "(Not a directory); choose another with --data"),
        (
            lambda _folder: Path("/proc"),
            "the folder /proc cannot be used (",
        ),  # takes no files, not even root's
        (lambda folder: folder / ("x" * 200), f"too long for a socket, at most {SUN_PATH_BYTES}"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: Any, says: str
) -> None:
    words = ["demo", "--headless", "--once", "--data", str(data(tmp_path))]
    assert says in one_line(words, capsys)


def test_the_longest_path_a_socket_can_have_is_allowed(tmp_path: Path) -> None:
    room = SUN_PATH_BYTES - len(os.fsencode(tmp_path / "x" / "session.sock"))
    with DemoFolder(tmp_path / ("x" * (room + 1))) as folder:
        Server(folder.socket).close()
    with pytest.raises(StationError, match=f"{SUN_PATH_BYTES + 1} bytes are too long"):
        DemoFolder(tmp_path / ("x" * (room + 2)))


def test_a_second_demo_in_the_same_folder_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with DemoFolder(tmp_path):
        line = one_line(["demo", "--headless", "--once", "--data", str(tmp_path)], capsys)
    assert f"another demo runs in {tmp_path}; end it, or choose another folder with --data" in line


def test_a_folder_is_free_again_when_its_demo_has_ended(tmp_path: Path) -> None:
    for _ in range(2):
        DemoFolder(tmp_path).close()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--port", "0"], "'0' is not a port; a port is a whole number from 1 to 65535"),
        (["--port", "65536"], "'65536' is not a port"),
        (["--port", "http"], "'http' is not a port"),
        (["--seed", "-1"], "'-1' is not a seed; a seed is a whole number, 0 or more"),
        (["--seed", "1.5"], "'1.5' is not a seed"),
    ],
)
def test_a_port_or_seed_that_is_none_is_wrong_usage(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", *words])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_ctrl_c_in_the_set_up_ends_with_one_line(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        (sys.executable, "-m", "station", "demo", "--headless", "--once", "--data", str(tmp_path / "data")),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stderr
    first = demo.stderr.readline()
    os.killpg(demo.pid, signal.SIGINT)  # as a terminal does: to every process in front
    out, err = demo.communicate(timeout=DEADLINE_S)
    assert (first, err, out, demo.returncode) == ("Setting up the demo …\n", "Stopped.\n", "", 1)


def test_a_set_up_command_that_fails_says_its_own_last_line(tmp_path: Path) -> None:
    care = Care({"BALANCE_CARE_DATA": str(tmp_path / "nowhere")}, stopped=lambda: False)
    with pytest.raises(StationError, match=r"^balance-care user: .*run: balance-care migrate$"):
        care.ask("user", "add", "anna", "--role", "therapist", "--password-stdin", said="short")


def test_a_set_up_command_is_ended_when_the_demo_is() -> None:
    looks = iter([False, False, True])
    care = Care({}, stopped=lambda: next(looks))
    with pytest.raises(StoppedError):
        care.ask("results", "nobody", "--wait", "1000", "--json")


def test_the_care_folder_is_left_to_the_care_side_to_make(tmp_path: Path) -> None:
    with DemoFolder(tmp_path):
        assert not (tmp_path / "care").exists()
        Care({"BALANCE_CARE_DATA": str(tmp_path / "care")}, stopped=lambda: False).ask("migrate")
    assert stat.S_IMODE((tmp_path / "care").stat().st_mode) == 0o700


# -- which session it was -----------------------------------------------------------------------------------


def ended(tmp_path: Path, ended_by: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[str]]:
    """Return how a demo ends whose session ended so, and what it asked the care side."""
    asked: list[str] = []

    def ask(_care: Care, *words: str, **_: object) -> str:
        asked.extend(words)
        return json.dumps({"session_result": {"ended_by": ended_by}})

    monkeypatch.setattr(Care, "ask", ask)
    supervisor = Supervisor(tmp_path / "log", say=lambda _: None)
    monkeypatch.setattr(supervisor, "poll", lambda: False)
    with Demo(options(tmp_path)) as demo:
        (tmp_path / "session.id").write_text("the-session")
        return demo._once(supervisor), asked


def test_the_demo_asks_for_the_session_its_patient_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, asked = ended(tmp_path, "finished", monkeypatch)
    assert code == 0
    assert asked[:4] == ["results", "demo-1", "--session", "the-session"]


@pytest.mark.parametrize("ended_by", ["stopped", "pain", "away"])
def test_a_session_that_was_not_finished_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ended_by: str
) -> None:
    with pytest.raises(StationError, match=f"the-session was not finished; it ended by: {ended_by}"):
        ended(tmp_path, ended_by, monkeypatch)
    assert capsys.readouterr().out == ""


def test_a_station_that_lets_nobody_train_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = Supervisor(tmp_path / "log", say=lambda _: None)
    monkeypatch.setattr(supervisor, "poll", lambda: False)
    with Demo(options(tmp_path)) as demo, pytest.raises(StationError, match="no session was done"):
        demo._once(supervisor)


def test_the_session_of_an_earlier_demo_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "session.id").write_text("of yesterday")
    with DemoFolder(tmp_path) as folder:
        assert folder.read("session.id") is None


class Station:
    """A session that shows what the test says."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(folder / "session.sock")
        self.told: list[str] = []
        self.patient = Patient(
            folder / "session.sock",
            alone=True,
            recorded=True,
            now_s=time.monotonic,
            tell=self.told.append,
        )

    def show(self, phase: Phase, session: str | None) -> None:
        self.patient.step(0)  # the first connects
        self.server.accept()
        for peer in list(self.server.peers):
            self.server.commands(peer)
        live = LiveView()
        self.server.show(
            Snapshot(phase=phase, t_ns=0, sim=True, plate_mm=(400, 400), live=live, session=session)
        )
        self.patient.step(1)


@pytest.mark.parametrize("end", ["summary", "blocked", "welcome"])
def test_the_patient_tells_the_session_and_ends_with_it(tmp_path: Path, end: Phase) -> None:
    station = Station(tmp_path)
    station.show("welcome", None)
    assert not station.patient.finished
    station.show("plan", "session-1")
    station.show("setup", "session-1")
    assert not station.patient.finished
    station.show(end, None)
    assert (station.told, station.patient.finished) == (["session-1"], True)
    station.patient.close()
    station.server.close()
