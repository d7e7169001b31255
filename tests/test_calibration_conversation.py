"""Whoever answers, a procedure is led the same way: steps, counts all the time, refusals by key, a result."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calibration import bench as procedures
from calibration.answers import Answers
from calibration.bench import Bench, Options
from calibration.board import SimulatedBoard
from calibration.conversation import Conversation
from calibration.dialogue import Dialogue, Step
from calibration.procedures import Corners, Masses
from calibration.refusal import RefusedError
from calibration.spoken import (
    AnySaid,
    AnyTold,
    AskStep,
    Back,
    Counts,
    Go,
    NotTaken,
    Quit,
    Ready,
    StepTaken,
    line_of,
    said_of,
)
from calibration.verdict import verdict_of
from station.sway.plate import Plate

NOMINAL = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
MASSES = Answers(who="me", masses_kg=(10.02, 19.96))


class Script:
    """Answers each step or refusal with the next line of a script, and with `go` when it has ended."""

    def __init__(self, *script: AnyTold, answers: Answers = MASSES) -> None:
        self._script: Iterator[AnyTold] = iter(script)
        self._answers = answers
        self._asked = False
        self.said: list[AnySaid] = []

    def answers(self, ready: Ready) -> Answers:
        self.said.append(ready)
        return self._answers

    def heard(self, *, looking: bool) -> list[AnyTold]:
        if looking or not self._asked:
            return []
        self._asked = False
        return [next(self._script, Go())]

    def say(self, said: AnySaid) -> None:
        self._asked = self._asked or isinstance(said, AskStep | NotTaken)
        self.said.append(said_of(line_of(said)))  # as it arrives at the other end of a pipe

    def steps(self) -> list[AskStep]:
        return [said for said in self.said if isinstance(said, AskStep)]


class WrongHands(SimulatedBoard):
    """Leaves the plate empty the first time a mass is asked for."""

    spoiled = False

    def put(self, step: Step) -> None:
        if step.kind == "mass" and not self.spoiled:
            self.spoiled = True
            return
        super().put(step)


def walked(script: Script, *, kept: Callable[[], None] = lambda: None) -> Dialogue:
    dialogue = Dialogue(Masses(NOMINAL, [(90.0, -60.0)], [98.0]), NOMINAL)
    Conversation(dialogue, WrongHands((400.0, 400.0), seed=1), script, kept=kept).walk()
    return dialogue


def test_every_step_says_what_to_put_where() -> None:
    script = Script()
    walked(script)
    first, second, again = script.steps()
    assert (first.number, first.of, first.kind) == (1, 3, "empty")
    assert (second.kind, second.kg, second.x_mm, second.y_mm) == ("mass", 9.993, 90.0, -60.0)
    assert again.kind == "empty"


def test_a_refusal_has_a_key_and_the_step_stays() -> None:
    script = Script()
    walked(script)
    told = [said for said in script.said if isinstance(said, NotTaken | StepTaken)]
    assert isinstance(told[1], NotTaken)
    assert told[1].key == "nothing_put"
    assert [said.number for said in told if isinstance(said, StepTaken)] == [1, 2, 3]


def test_counts_come_five_times_a_second_and_show_the_look_advance() -> None:
    script = Script()
    walked(script)
    counts = [said for said in script.said if isinstance(said, Counts)]
    looked = [said.progress for said in counts if said.looking]
    assert 4 * 4 * 5 * 0.9 < len(counts) < 4 * 4 * 5 * 1.2  # four looks of four seconds
    assert looked[0] < 0.1
    assert max(looked) > 0.9


def test_counts_show_what_lies_on_the_plate_and_that_it_is_still() -> None:
    script = Script()
    walked(script)
    loaded = [s for s in script.said if isinstance(s, Counts) and s.still == (True,) * 4 and s.looking]
    net_n = max(sum(n or 0 for n in said.net_n) for said in loaded)
    assert net_n == pytest.approx(98.0, rel=0.03)
    assert loaded[0].net_n == (None,) * 4  # there is no zero before the first look


def test_back_asks_for_the_step_before_and_keeps_what_is_left() -> None:
    kept: list[int] = []
    script = Script(Go(), Back())
    walked(script, kept=lambda: kept.append(1))
    assert [step.number for step in script.steps()] == [1, 2, 1, 2, 3]
    assert len(kept) == 5


def test_quit_ends_it_with_a_key() -> None:
    with pytest.raises(RefusedError) as caught:
        walked(Script(Quit()))
    assert caught.value.refusal.key == "stopped"


def test_a_corner_to_press_is_named() -> None:
    script = Script()
    dialogue = Dialogue(Corners(NOMINAL), NOMINAL)
    Conversation(dialogue, SimulatedBoard((400.0, 400.0), seed=1), script).walk()
    assert [step.corner for step in script.steps()] == [None, "FL", "FR", "RL", "RR"]


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nid = "s-1"\nstate = "{tmp_path / "state"}"\n')
    return str(file)


@pytest.mark.parametrize(
    ("verb", "key", "value"),
    [
        ("tare", "tare_nominal", "noise_n"),
        ("corners", "corners_right", "order"),
        ("cells", "cells", "max_n"),
        ("verify", "verify_green", "rmse_mm"),
        ("daily", "daily_fine", "off_percent"),
    ],
)
def test_each_procedure_ends_with_a_light_and_words(config: str, verb: str, key: str, value: str) -> None:
    script = Script()
    bench = Bench(Options(config, 1), script)
    result = verdict_of(verb, getattr(procedures, f"run_{verb}")(bench))  # type: ignore[arg-type]
    bench.close()
    assert (result.light, result.key) == ("green", key)
    assert value in result.values
    assert said_of(line_of(result)) == result


@pytest.mark.parametrize("weight_kg", [52.4, 118.0])
def test_a_person_who_sways_checks_the_force_scale(config: str, weight_kg: float) -> None:
    script = Script(answers=Answers(own_weight_kg=weight_kg))
    bench = Bench(Options(config, 1), script)
    result = verdict_of("daily", procedures.run_daily(bench))
    bench.close()
    assert [step.key for step in script.steps()] == ["empty", "person", "step_off"]
    assert script.steps()[1].kg == weight_kg
    assert (result.light, result.key) == ("green", "own_weight_agrees")
    assert result.values["weighed_kg"] == pytest.approx(weight_kg, rel=0.01)
    assert result.values["scale_kg"] == pytest.approx(max(0.5, weight_kg / 100), abs=0.05)


def test_a_person_cannot_stand_for_a_place(config: str) -> None:
    script = Script(answers=Answers(own_weight_kg=71.4))
    with pytest.raises(RefusedError, match="sways too much") as refused:
        procedures.run_plate(Bench(Options(config, 1), script))
    assert refused.value.refusal.key == "own_weight_no_place"
    assert script.steps() == []


def test_a_mass_and_a_person_at_once_are_refused(config: str) -> None:
    script = Script(answers=Answers(own_weight_kg=71.4, masses_kg=(10.0,)))
    with pytest.raises(RefusedError, match="give one of them"):
        procedures.run_daily(Bench(Options(config, 1), script))


def test_a_plate_is_taken_into_use_and_its_error_bar_told(config: str) -> None:
    script = Script()
    bench = Bench(Options(config, 1), script)
    result = verdict_of("plate", procedures.run_plate(bench))
    bench.close()
    assert (result.key, result.plate) == ("plate_green", bench.plate().calibration)
    assert 0 < float(str(result.values["error95_mm"])) < 2


def test_too_few_masses_are_refused_before_anything_is_measured(config: str) -> None:
    script = Script(answers=Answers(masses_kg=(10.0,)))
    with pytest.raises(RefusedError, match="at least 2"):
        procedures.run_cells(Bench(Options(config, 1), script))
    assert script.steps() == []


@pytest.mark.parametrize(
    ("light", "rmse_mm", "told"), [("green", 1.5, True), ("green", 0.1, False), ("red", 7.0, False)]
)
def test_placing_by_hand_is_told_where_it_may_be_what_the_errors_are(
    light: str, rmse_mm: float, *, told: bool
) -> None:
    figures = {"light": light, "words": "", "rmse_mm": rmse_mm, "rmse_low_mm": 0.0, "rmse_high_mm": 9.0}
    result = verdict_of("verify", {**figures, "max_mm": 9.0, "force_max": 0.0})
    assert ("placing_mm" in result.values) is told
