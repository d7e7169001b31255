"""What the body of the demo's patient does in each kind of exercise."""

from pathlib import Path

import pytest

from station.config import Config, SourceConfig, StationConfig
from station.demo.greeting import greeting, in_source_tree
from station.demo.patient import body
from station.training.prescription import Exercise
from station.training.snapshot import ExerciseView, LiveView, Phase, Snapshot
from tests.test_training_course import prescribed
from tests.virtual_station import VirtualStation


def exercise(routine: str, rung: int = 1) -> ExerciseView:
    (planned,) = prescribed(Exercise(routine=routine, rung=rung)).planned
    return planned.view(done=False)


def shown(phase: Phase, of: ExerciseView, live: LiveView | None = None) -> Snapshot:
    return Snapshot(phase=phase, t_ns=0, sim=True, plate_mm=(400, 400), live=live or LiveView(), exercise=of)


def test_calves_are_raised_as_often_as_asked_and_not_before_the_exercise_begins() -> None:
    calves = exercise("calf-raises")
    counting = body(shown("countdown", calves), recorded=False)
    raising = body(shown("hold", calves), recorded=False)
    assert counting is not None
    assert raising is not None
    assert counting.do == "stand"
    assert (raising.do, raising.count) == ("raise_calves", 15)


@pytest.mark.parametrize(("index", "leans_mm"), [(0, (30, 0)), (1, (0, 20)), (2, (-30, 0)), (3, (0, -15))])
def test_the_body_leans_from_its_start_to_the_target(index: int, leans_mm: tuple[float, float]) -> None:
    around_mm = ((35.0, -10.0), (5.0, 10.0), (-25.0, -10.0), (5.0, -25.0))
    live = LiveView(targets_mm=around_mm, target_index=index)
    move = body(shown("hold", exercise("weight-shift"), live), recorded=False)
    assert move is not None
    assert move.lean_mm == pytest.approx(leans_mm)


def test_the_body_leans_no_further_than_a_body_can() -> None:
    around_mm = ((160.0, 0.0), (0.0, 160.0), (-160.0, 0.0), (0.0, -160.0))
    live = LiveView(targets_mm=around_mm, target_index=1)
    move = body(shown("hold", exercise("limits-of-stability"), live), recorded=False)
    assert move is not None
    assert move.lean_mm == (0, 80)


def test_stepping_on_is_upright() -> None:
    move = body(shown("step_on", exercise("weight-shift")), recorded=False)
    assert move is not None
    assert move.lean_mm == (0, 0)


def test_a_person_whom_nobody_sees_trains_on_and_on(tmp_path: Path) -> None:
    config = Config(
        station=StationConfig(id="s-1", subj="p-1", state=str(tmp_path)), source=SourceConfig(rested=True)
    )
    station = VirtualStation(tmp_path, plain=True, config=config)
    station.train(again=True)
    station.run_until(lambda: len(station.bodies("result/session")) == 2, within_s=400)
    station.die()


def test_the_demo_knows_whether_it_runs_where_something_can_be_made(tmp_path: Path) -> None:
    assert in_source_tree()
    package = tmp_path / "station/demo/run.py"
    assert not in_source_tree(package)
    (tmp_path / "Makefile").touch()
    assert in_source_tree(package)


def test_a_newcomer_is_told_how_to_log_in_and_where_to_look() -> None:
    def words_for(*, kiosk: bool, makefile: bool = True) -> str:
        lines = greeting(
            site="http://127.0.0.1:8000",
            name="therapist",
            password="wxyz",
            patient="Alex Example",
            broker="127.0.0.1:1",
            folder="build/demo",
            kiosk=kiosk,
            makefile=makefile,
        )
        return "\n".join(lines)

    told = {kiosk: words_for(kiosk=kiosk) for kiosk in (True, False)}
    for words in told.values():
        for said in (
            "http://127.0.0.1:8000",
            "password: wxyz",
            "SIMULATED",
            "Wall",
            "Alex Example",
            "Ctrl-C",
        ):
            assert said in words
        assert max(len(line) for line in words.splitlines()) <= 110
    assert "press Start" in told[True]
    assert "trains by itself" in told[False]
    assert "make screens" in told[False]
    installed = words_for(kiosk=False, makefile=False)  # of a package, which brings no Makefile
    assert "trains by itself" in installed
    assert "make screens" not in installed
