"""What a simulated body does beside swaying: leans, calf raises, the other foot, skill."""

import math
import statistics
from itertools import pairwise

import pytest

from station.board.load import Forces, Plate
from station.board.motion import CalfRaises
from station.board.person import BODY_WEIGHT_N, Person, Stance
from station.board.standing import Standing

PLATE = Plate()
S = 1_000_000_000
STEP_NS = 10_000_000


def standing(stance: Stance = "both", *, sway_factor: float = 1.0) -> Standing:
    made = Standing(Person(PLATE, seed=1, sway_factor=sway_factor), PLATE)
    made.stand(0, stance=stance)
    made.step_on(0)
    made.forces_n(5 * S)
    return made


def path_mm(of: Standing, *, from_s: int, to_s: int) -> list[tuple[float, float]]:
    found = [PLATE.cop_of(of.forces_n(t_ns)) for t_ns in range(from_s * S, to_s * S, STEP_NS)]
    return [(x_mm, y_mm) for _, x_mm, y_mm in found]


def test_calf_raises_are_as_many_as_asked_each_up_and_down_and_none_like_the_last() -> None:
    raises = CalfRaises(0, 15, seed="1")
    heights = [raises.forward_mm(t_ns) for t_ns in range(0, raises.ends_ns + S, STEP_NS)]
    tops = [
        heights[n]
        for n in range(1, len(heights))
        if heights[n - 1] < heights[n] and heights[n] >= heights[n + 1]
    ]
    assert len(tops) == 15
    assert all(40 <= top <= 60 for top in tops)
    assert len({round(top, 3) for top in tops}) == 15
    assert 15 * 2.4 < raises.ends_ns / S < 15 * 3.6 + 1
    assert heights[-1] == 0


def test_a_raised_heel_brings_the_cop_forward_of_quiet_standing_and_back() -> None:
    person = standing()
    person.raise_calves(5 * S, 5)
    ys = [y_mm for _, y_mm in path_mm(person, from_s=5, to_s=25)]
    quiet = statistics.median(ys[-200:])
    assert 30 < max(ys) - quiet < 80
    person.raise_calves(25 * S, 0)
    after = [y_mm for _, y_mm in path_mm(person, from_s=25, to_s=30)]
    assert max(after) - statistics.median(after) < 25


def test_a_body_leans_to_a_place_stays_and_comes_back_with_its_whole_weight() -> None:
    person = standing()
    person.lean_to(5 * S, -60, 40)
    there = path_mm(person, from_s=7, to_s=12)
    assert statistics.fmean(x for x, _ in there) == pytest.approx(-57, abs=8)
    assert statistics.fmean(y for _, y in there) == pytest.approx(28, abs=8)
    assert sum(person.forces_n(12 * S)) == pytest.approx(BODY_WEIGHT_N)
    person.lean_to(12 * S, 0, 0)
    back = path_mm(person, from_s=14, to_s=19)
    assert (
        math.dist((statistics.fmean(x for x, _ in back), statistics.fmean(y for _, y in back)), (3, -12)) < 8
    )


def test_nobody_leans_beyond_the_plate() -> None:
    person = standing()
    person.lean_to(5 * S, 400, -400)
    assert min(person.forces_n(8 * S)) >= -1e-6


@pytest.mark.parametrize(("side", "sign"), [("left", -1), ("right", 1)])
def test_the_other_foot_takes_load_to_its_side_with_a_jump_until_it_is_lifted(side: str, sign: int) -> None:
    person = standing("one-leg")
    person.touch_down(5 * S, "left" if side == "left" else "right")
    loads = [sum(person.forces_n(5 * S + n * STEP_NS)) for n in range(20)]
    assert max(loads) > 1.05 * BODY_WEIGHT_N
    down = path_mm(person, from_s=6, to_s=8)
    assert sign * statistics.fmean(x for x, _ in down) > 60
    assert sum(person.forces_n(8 * S)) == pytest.approx(BODY_WEIGHT_N)
    person.stand(8 * S, stance="one-leg")
    lifted = path_mm(person, from_s=9, to_s=11)
    assert abs(statistics.fmean(x for x, _ in lifted)) < 40


def test_who_is_not_on_the_board_puts_no_foot_down() -> None:
    person = Standing(Person(PLATE), PLATE)
    person.touch_down(S, "left")
    assert person.forces_n(2 * S) == Forces(0, 0, 0, 0)


def speed_mm_s(of: Standing) -> float:
    path = path_mm(of, from_s=5, to_s=35)
    return sum(math.dist(a, b) for a, b in pairwise(path)) / 30


def test_stances_are_livelier_the_narrower_they_are() -> None:
    stances: tuple[Stance, ...] = ("both", "together", "semi-tandem", "tandem")
    speeds = [speed_mm_s(standing(stance)) for stance in stances]
    assert speeds == sorted(speeds)


def test_skill_is_less_sway_in_the_same_pattern() -> None:
    assert speed_mm_s(standing(sway_factor=0.5)) == pytest.approx(speed_mm_s(standing()) / 2, rel=0.01)
