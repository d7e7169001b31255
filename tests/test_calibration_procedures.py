"""The procedures refuse what is not the step, repeat any step, and go on where they were broken off."""

import random
from dataclasses import replace

import numpy as np
import pytest

from calibration.dialogue import Dialogue, Procedure, Step, Taken
from calibration.procedures import EMPTY, Corners, Masses, Tare, above_cells, cells_of, points_of, resumed
from calibration.span import cell_span
from calibration.still import Still
from calibration.truth import Imperfections, TruePlate, grid_mm
from station.errors import CalibrationError
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading

NOMINAL = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
LIGHT_N, HEAVY_N = 98.0, 196.0


class Hands:
    """Puts on the plate what it is told, or something else, and counts what the cells then say."""

    def __init__(self, flaws: Imperfections | None = None) -> None:
        self.plate = TruePlate(np.random.default_rng(1), flaws=flaws)

    def still(self, step: Step) -> Still:
        force_n = 120.0 if step.kind == "press" else step.force_n
        return Still(self.plate.counts(force_n, step.x_mm, step.y_mm), (500.0,) * 4)


def done(procedure: Procedure, hands: Hands, steps: int = 99) -> list[Taken]:
    taken: list[Taken] = []
    while (step := procedure.next_step(taken)) is not None and len(taken) < steps:
        still = hands.still(step)
        assert procedure.refusal(step, still, taken) is None
        taken.append(Taken(step, still))
    return taken


def masses(places: list[tuple[float, float]] | None = None) -> Masses:
    return Masses(NOMINAL, places or grid_mm(3, 150), [LIGHT_N, HEAVY_N])


def refusal(procedure: Procedure, hands: Hands, steps: int, done_instead: Step | None = None) -> str:
    taken = done(procedure, hands, steps)
    step = procedure.next_step(taken)
    assert step is not None
    return str(procedure.refusal(step, hands.still(done_instead or step), taken) or "")


def at(x_mm: float, y_mm: float, force_n: float = LIGHT_N) -> Step:
    return Step("mass", "", x_mm, y_mm, force_n)


def test_every_place_begins_with_an_empty_plate_and_one_ends_it() -> None:
    steps = masses().steps()
    assert [step.kind for step in steps] == ["empty", "mass", "mass"] * 9 + ["empty"]


def test_the_points_taken_are_those_of_a_fit() -> None:
    points = points_of(done(masses(), Hands()))
    assert sum(not point.tare for point in points) == 18
    assert points[1].force_n == LIGHT_N


def test_a_plate_not_emptied_is_refused() -> None:
    assert "still on the plate" in refusal(masses(), Hands(), 3, at(0, 0))


def test_no_mass_at_all_is_refused() -> None:
    assert "nothing was put" in refusal(masses(), Hands(), 1, EMPTY)


def test_the_same_mass_twice_is_refused() -> None:
    assert "same as before" in refusal(masses(), Hands(), 2, at(-150, 150))


def test_exchanged_masses_are_refused_with_what_was_weighed() -> None:
    assert "weighs 20.0 kg, not 10.0 kg" in refusal(masses(), Hands(), 4, at(0, 150, HEAVY_N))


def test_a_mass_at_the_wrong_corner_is_refused() -> None:
    assert "150 mm right of the middle, not at" in refusal(masses(), Hands(), 1, at(150, 150))


@pytest.mark.parametrize("kg", [[], [0.0], [10.0, 10.05]])
def test_masses_too_few_or_alike_are_refused(kg: list[float]) -> None:
    with pytest.raises(CalibrationError):
        Masses(NOMINAL, [(0.0, 0.0)], kg)


def test_work_broken_off_goes_on_where_it_was() -> None:
    procedure, hands = masses(), Hands()
    taken = resumed(points_of(done(procedure, hands, 7)), procedure)
    assert procedure.next_step(taken) == procedure.steps()[7]


def test_work_with_other_masses_is_not_gone_on_with() -> None:
    other = Masses(NOMINAL, grid_mm(3, 150), [50.0, 100.0])
    assert resumed(points_of(done(other, Hands(), 7)), masses()) == []


def test_corners_are_found_in_the_order_they_answer() -> None:
    corners = Corners(NOMINAL)
    assert corners.order(done(corners, Hands())) == [0, 1, 2, 3]


def test_a_press_between_two_corners_is_refused() -> None:
    assert "no single cell" in refusal(Corners(NOMINAL), Hands(), 1, Step("press", "", 0, 200))


def test_the_same_corner_pressed_twice_is_refused() -> None:
    assert "answered before" in refusal(Corners(NOMINAL), Hands(), 2, Step("press", "", -200, 200))


def test_a_loaded_plate_gives_no_tare_to_a_calibrated_board() -> None:
    hands = Hands()
    zero = hands.plate.tare_counts
    known = replace(NOMINAL, tare_counts=tuple(zero.tolist()), calibration="cal-1")
    assert "carries" in refusal(Tare(known), hands, 0, at(0, 0))
    assert refusal(Tare(known), hands, 0) == ""


def test_each_cells_span_is_found_from_masses_above_it() -> None:
    hands = Hands(Imperfections(corner_mm=0, tilt_deg=0, crosstalk=0, bend=0, noise_n=0, drift_n=0))
    taken = done(masses(above_cells(NOMINAL)), hands)
    told = hands.plate.forces_n(800, 0, 0) / 200 * 2000
    spans = [cell_span(*measured) for measured in cells_of(taken).values()]
    assert [span.counts_per_n for span in spans] == pytest.approx(told)
    assert max(span.max_n for span in spans) < 1e-6


@pytest.mark.parametrize(
    ("forces_n", "counts", "said"),
    [([100.0], [2e5], "too few"), ([100.0, 200.0], [2e5, 2.01e5], "less than 1 %")],
)
def test_masses_unfit_for_a_span_are_refused(forces_n: list[float], counts: list[float], said: str) -> None:
    with pytest.raises(CalibrationError, match=said):
        cell_span(forces_n, counts)


def look(dialogue: Dialogue, counts: tuple[float, ...], t_s: float, fault: Fault = Fault.NONE) -> None:
    dialogue.go()
    n = 0
    while dialogue.looking:
        t_ns = round((t_s + n / 80) * 1e9)
        for cell in range(4):
            dialogue.push(Reading(t_ns, cell, round(counts[cell]), fault))
        n += 1


def test_a_step_can_be_repeated() -> None:
    hands = Hands()
    dialogue = Dialogue(masses(), NOMINAL)
    for t_s, _ in enumerate(range(2)):
        assert dialogue.step is not None
        look(dialogue, hands.still(dialogue.step).counts, t_s * 10)
    assert len(dialogue.taken) == 2
    second = dialogue.taken[1].step
    dialogue.back()
    assert dialogue.step == second


def test_a_hand_that_shakes_on_a_corner_is_taken() -> None:
    dialogue = Dialogue(Corners(NOMINAL), NOMINAL)
    look(dialogue, (0.0,) * 4, 0)
    dialogue.go()
    draw = random.Random(1)
    for n in range(5 * 80):
        for cell in range(4):
            force_n = 120 + draw.gauss(0, 6) if cell == 0 else 0.0
            dialogue.push(Reading(round((10 + n / 80) * 1e9), cell, round(2000 * force_n), Fault.NONE))
    assert dialogue.refused is None
    assert len(dialogue.taken) == 2


def test_a_refused_step_stays_and_says_why() -> None:
    dialogue = Dialogue(masses(), NOMINAL)
    look(dialogue, (0.0,) * 4, 0, Fault.SATURATED)
    assert dialogue.step == EMPTY
    assert "end of its range" in str(dialogue.refused)
    look(dialogue, (0.0,) * 4, 20)
    assert dialogue.refused is None
    assert len(dialogue.taken) == 1
