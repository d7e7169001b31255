"""The acquisition process as a child: its readings, its death, its silence."""

import os
import select
import signal
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from station.session.acquisition import Acquisition
from station.session.protocol import Simulate, SimulateFault, SimulatePlace
from station.sway.reading import Fault, Reading

SPEAK = """
import os, sys
from station.sway.reading import Fault, Reading, pack
for seq in {seqs}:
    os.write(1, pack(Reading(seq * 1000, seq % 4, seq, Fault.NONE), seq))
os.write(2, b'{{"note": "started"}}\\nsomething odd\\n')
sys.stdin.readline()
"""
ECHO = """
import json, os, sys
for line in sys.stdin:
    os.write(2, json.dumps({"note": "heard", **json.loads(line)}).encode() + b"\\n")
"""


class Watched:
    """An acquisition over a small script, with a clock that the test moves."""

    def __init__(self, script: str) -> None:
        self.now_ns = 0
        self.logged: list[str] = []
        self.acquisition = Acquisition(
            [sys.executable, "-c", script], now_ns=lambda: self.now_ns, log=self.logged.append
        )
        self.acquisition.start()

    def readings(self, wanted: int) -> list[Reading]:
        got: list[Reading] = []
        while len(got) < wanted:
            select.select(self.acquisition.filenos(), [], [], 10)
            got += self.acquisition.readings()
        return got

    def notes(self, wanted: int) -> list[dict[str, object]]:
        got: list[dict[str, object]] = []
        while len(got) < wanted:
            select.select(self.acquisition.filenos(), [], [], 10)
            got += self.acquisition.notes()
        return got

    def kill(self) -> None:
        pid = self.acquisition.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def test_readings_come_in_order_and_other_lines_are_logged() -> None:
    watched = Watched(SPEAK.format(seqs="range(5)"))
    assert [r.counts for r in watched.readings(5)] == [0, 1, 2, 3, 4]
    assert watched.notes(1) == [{"note": "started"}]
    watched.acquisition.close()
    assert watched.logged == ["acquisition: something odd"]


def test_a_dropped_record_shows_as_lost_on_every_cell() -> None:
    watched = Watched(SPEAK.format(seqs="[0, 1, 3]"))
    got = watched.readings(7)
    assert [(r.cell, r.fault) for r in got[2:6]] == [(cell, Fault.LOST) for cell in range(4)]
    watched.acquisition.close()


def test_the_sequence_may_wrap_without_a_loss() -> None:
    watched = Watched(SPEAK.format(seqs="[65534, 65535, 0, 1]"))
    assert all(r.fault is Fault.NONE for r in watched.readings(4))
    watched.acquisition.close()


def test_a_killed_child_is_replaced_at_once_and_the_gap_is_marked() -> None:
    watched = Watched(SPEAK.format(seqs="range(2)"))
    watched.readings(2)
    watched.kill()
    watched.now_ns = 20_000_000_000
    assert watched.acquisition.supervise()
    got = watched.readings(10)
    assert [r.fault for r in got] == [Fault.RESTARTED] * 8 + [Fault.NONE] * 2
    assert got[0].t_ns == 20_000_000_000
    watched.acquisition.close()
    assert any("signal 9" in line for line in watched.logged)


def test_a_child_that_cannot_live_is_tried_again_ever_more_slowly_but_for_ever() -> None:
    watched = Watched("import sys; sys.exit(1)")
    starts = []
    for _ in range(12):
        pid = watched.acquisition.pid
        if pid is not None:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        while not watched.acquisition.supervise():
            watched.now_ns += 50_000_000
        starts.append(watched.now_ns / 1e9)
    waits = [round(b - a, 2) for a, b in pairwise(starts)]
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(5, abs=0.2)
    watched.acquisition.close()


def test_the_next_child_is_told_how_the_simulated_person_stands() -> None:
    watched = Watched(ECHO)
    watched.now_ns = 1000
    watched.acquisition.simulate(Simulate(do="step_on", hands_percent=0, stance="both"))
    watched.now_ns = 2000
    watched.acquisition.simulate(Simulate(do="stand", hands_percent=20))
    assert [n["do"] for n in watched.notes(2)] == ["step_on", "stand"]
    watched.kill()
    watched.acquisition.supervise()
    watched.acquisition.supervise()
    (told,) = watched.notes(1)
    assert (told["do"], told["since_ns"], told["hands_percent"], told["stance"]) == (
        "step_on",
        1000,
        20,
        "both",
    )
    watched.acquisition.close()


def test_the_next_child_has_the_same_load_on_its_board() -> None:
    watched = Watched(ECHO)
    watched.acquisition.place(SimulatePlace(force_n=98.0, x_mm=10.0, y_mm=-20.0))
    (heard,) = watched.notes(1)
    told = {"note": "heard", "do": "place", "force_n": 98.0, "x_mm": 10.0, "y_mm": -20.0}
    assert heard == told
    watched.kill()
    assert watched.acquisition.supervise()
    assert watched.notes(1) == [told]
    watched.acquisition.place(SimulatePlace(force_n=0.0))
    watched.notes(1)
    watched.kill()
    watched.acquisition.supervise()
    watched.now_ns += 1_000_000_000
    assert watched.acquisition.supervise()
    watched.acquisition.simulate(Simulate(do="press", cell="FR"))
    assert watched.notes(1)[0]["do"] == "press", "an empty board needs no telling"
    watched.acquisition.close()


def test_the_next_child_has_the_same_faults_at_the_same_times() -> None:
    watched = Watched(ECHO)
    watched.now_ns = 1_000_000_000
    watched.acquisition.break_down(SimulateFault(kind="unplugged", cells=("FR",), from_s=12, to_s=15))
    watched.acquisition.break_down(SimulateFault(kind="slow", cells=("RL",)))
    watched.acquisition.break_down(SimulateFault(kind="none", cells=("RL",)))
    told = watched.notes(3)
    watched.now_ns = 5_000_000_000
    watched.kill()
    watched.acquisition.supervise()
    watched.acquisition.supervise()
    assert watched.notes(1) == told[:1]
    assert (told[0]["cells"], told[0]["from_ns"], told[0]["to_ns"]) == (
        ["FR"],
        13_000_000_000,
        16_000_000_000,
    )
    watched.acquisition.close()


def test_a_child_that_says_nothing_any_more_is_replaced() -> None:
    watched = Watched(SPEAK.format(seqs="range(2)"))
    watched.readings(2)
    watched.now_ns = 2_900_000_000
    assert not watched.acquisition.supervise()
    watched.now_ns = 3_100_000_000
    assert watched.acquisition.supervise()
    assert any("has said nothing for 3 s" in line for line in watched.logged)
    watched.acquisition.close()


def test_a_child_that_has_not_begun_has_longer_than_one_that_falls_silent() -> None:
    watched = Watched("import sys; sys.stdin.readline()")
    watched.now_ns = 19_900_000_000
    assert not watched.acquisition.supervise()
    watched.now_ns = 20_100_000_000
    assert watched.acquisition.supervise()
    watched.acquisition.close()


def test_records_that_are_none_start_the_child_again(tmp_path: Path) -> None:
    watched = Watched("import os, sys; os.write(1, b'\\xff' * 64); sys.stdin.readline()")
    while not watched.logged:
        select.select(watched.acquisition.filenos(), [], [], 10)
        watched.acquisition.readings()
    assert "cannot be read" in watched.logged[0]
    watched.acquisition.close()
