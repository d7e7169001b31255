"""The whole system, process by process, as `make run` starts it; each run is one real session."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.demo.supervisor import Process, Supervisor
from station.errors import StationError

DEADLINE_S = 170.0


def recording(folder: Path) -> Path:
    """A person who sways on a known path, 60 s at 100 Hz."""
    t = np.arange(0, 60, 0.01)
    ml = 6 * np.sin(2 * np.pi * 0.5 * t)
    ap = 9 * np.sin(2 * np.pi * 0.35 * t + 1)
    file = folder / "known.csv"
    rows = np.column_stack([t, np.full_like(t, 650.0), ml, ap])
    np.savetxt(file, rows, delimiter=",", header="t_s,load_n,ml_mm,ap_mm", comments="", fmt="%.4f")
    return file


def known_velocity(file: Path, from_s: float, to_s: float) -> float:
    data = np.loadtxt(file, delimiter=",", skiprows=1)
    inside = data[(data[:, 0] >= from_s) & (data[:, 0] <= to_s)]
    path = np.hypot(np.diff(inside[:, 2]), np.diff(inside[:, 3])).sum()
    return float(path / (inside[-1, 0] - inside[0, 0]))


class Demo:
    """One unattended demo in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.file = recording(folder)
        self.errors = (folder / "stderr").open("w+")
        self.process = subprocess.Popen(
            (
                sys.executable,
                "-m",
                "station",
                "demo",
                "--headless",
                "--once",
                "--json",
                "--recording",
                str(self.file),
                "--data",
                str(self.data),
            ),
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def wait_for(self, so: Callable[[], bool]) -> None:
        """Look again and again until something is so; the deadline only ends a test that would hang."""
        end_s = time.monotonic() + DEADLINE_S
        while not so():
            assert time.monotonic() < end_s
            assert self.process.poll() is None, (self.data.parent / "stderr").read_text()
            time.sleep(0.05)

    def holding(self) -> bool:
        return any(part.stat().st_size > 100_000 for part in self.data.glob("trial-*.part"))

    def kill(self, words: str) -> None:
        """Kill the one process of this demo whose command line holds these words."""
        (pid,) = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and self._is(entry, words)
        ]
        os.kill(pid, signal.SIGKILL)

    def _is(self, entry: Path, words: str) -> bool:
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return False
        return words in command and str(self.data) in command

    def result(self) -> dict[str, Any]:
        out, _ = self.process.communicate(timeout=DEADLINE_S)
        self.errors.close()
        assert self.process.returncode == 0, (self.data.parent / "stderr").read_text()
        document: dict[str, Any] = json.loads(out)
        return document

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.data / "care" / "care.sqlite3") as database:
            rows = database.execute(query).fetchall()
        database.close()
        return rows


def test_a_recorded_person_comes_through_chips_pipe_broker_and_database(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    result = demo.result()
    assert result["sim"] is True
    assert result["station"] == "demo-1"
    (trial,) = result["trials"]
    assert (trial["routine"], trial["rung"], trial["outcome"]) == ("supported-standing", 1, "done")
    assert trial["hold_s"] == pytest.approx(20, abs=0.1)
    from_s, to_s = trial["source_s"]
    assert to_s - from_s == pytest.approx(20, abs=0.1)
    expected = known_velocity(demo.file, from_s, to_s)
    assert trial["measures"]["velocity_mm_s"] == pytest.approx(expected, rel=0.05)
    assert trial["faults"] == []
    log = (tmp_path / "data" / "log" / "station.log").read_text()
    assert log == "", "a quiet run says nothing"


def test_broker_and_board_killed_in_the_hold_cost_nothing(tmp_path: Path, migrated_care: Path) -> None:
    shutil.copytree(migrated_care, tmp_path / "data/care")
    demo = Demo(tmp_path)
    demo.wait_for(demo.holding)
    demo.kill("mosquitto.conf")
    demo.kill("station acquire")
    result = demo.result()
    assert result["session_result"]["ended_by"] == "finished"
    first, *_ = result["trials"]
    assert [span["fault"] for span in first["faults"]] == ["restarted"]
    assert result["trials"][-1]["outcome"] == "done"
    ids = [row[0] for row in demo.rows("SELECT id FROM care_trial")]
    assert len(ids) == len(set(ids)) == result["session_result"]["trials"]
    assert "broker was ended by signal 9 and is started again" in (tmp_path / "stderr").read_text()


def test_a_recording_that_is_none_is_refused_before_anything_starts(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("t_s,load_n,ml_mm,ap_mm\n0.00,650,1,2\n0.01,650,one,2\n")
    done = subprocess.run(
        (sys.executable, "-m", "station", "demo", "--headless", "--once", "--recording", str(bad)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "bad.csv:3: ml_mm is 'one'" in last


class Steps:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 1
        return self.now_s


def poll_for_ever(supervisor: Supervisor) -> None:
    while supervisor.poll():
        pass


def test_a_process_that_keeps_dying_is_named_with_its_last_words(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path, say=said.append, now_s=Steps())
    script = "import sys; print('I have no heart'); sys.exit(3)"
    supervisor.start(Process("tinman", (sys.executable, "-c", script)))
    with pytest.raises(StationError, match="tinman ended with exit code 3, 5 times in a row"):
        poll_for_ever(supervisor)
    assert "I have no heart" in said[0]
    supervisor.close()


def test_a_kiosk_whose_display_has_gone_is_started_until_it_is_back(tmp_path: Path) -> None:
    said: list[str] = []
    now_s = Steps()
    supervisor = Supervisor(tmp_path, say=said.append, now_s=now_s)
    script = "import sys; print('no display'); sys.exit(1)"
    supervisor.start(Process("kiosk", (sys.executable, "-c", script), lasting=True))
    now_s.now_s += 3600  # it has been there for an hour
    while len(said) < 8:
        assert supervisor.poll()
    supervisor.close()


def test_closing_ends_everybody_that_was_started(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, say=lambda _: None)
    for name in ("one", "two"):
        supervisor.start(Process(name, ("sleep", "1000")))
    pids = [supervisor.pid("one"), supervisor.pid("two")]
    supervisor.close()
    for pid in pids:
        assert pid is not None
        assert not Path(f"/proc/{pid}").exists()


def test_a_port_that_somebody_else_serves_is_left_to_them(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        said: list[str] = []
        supervisor = Supervisor(tmp_path, say=said.append, now_s=Steps())
        supervisor.start(Process("broker", ("false",), port=other.getsockname()[1]))
        end_s = time.monotonic() + DEADLINE_S
        while not said:
            assert time.monotonic() < end_s
            supervisor.poll()
        for _ in range(20):
            supervisor.poll()
        assert len(said) == 1
        assert supervisor.pid("broker") is None
        supervisor.close()
