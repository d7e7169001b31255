"""Who stands on the simulated plate: the simulated person, recordings, stepping on and off."""

import math
import statistics

import pytest

from station.board.load import Forces, Plate
from station.board.person import BODY_WEIGHT_N, Person, Stance, Surface, Vision
from station.board.recording import Recording
from station.board.standing import RecordedPerson, Standing

PLATE = Plate()
S = 1_000_000_000
STEP_NS = 10_000_000


def cop_mm(standing: Standing, t_ns: int) -> tuple[float, float]:
    fl_n, fr_n, rl_n, rr_n = standing.forces_n(t_ns)
    load_n = fl_n + fr_n + rl_n + rr_n
    return 200 * (fr_n + rr_n - fl_n - rl_n) / load_n, 200 * (fl_n + fr_n - rl_n - rr_n) / load_n


def sway(
    stance: Stance,
    *,
    vision: Vision = "open",
    surface: Surface = "firm",
    hands_share: float = 0.0,
    seed: int = 1,
) -> tuple[float, float]:
    """Velocity (mm/s) and RMS distance (mm) over a minute at 100 Hz."""
    standing = Standing(Person(PLATE, seed=seed))
    standing.stand(0, stance=stance, vision=vision, surface=surface, hands_share=hands_share)
    standing.step_on(0)
    xs, ys = zip(*(cop_mm(standing, t_ns) for t_ns in range(5 * S, 65 * S, STEP_NS)), strict=True)
    path_mm = sum(math.hypot(xs[i + 1] - xs[i], ys[i + 1] - ys[i]) for i in range(len(xs) - 1))
    return path_mm / 60, math.hypot(statistics.pstdev(xs), statistics.pstdev(ys))


# Medians of young and of old people, 60 s (Santos & Duarte 2016); closed eyes on firm ground lie above open.
MEDIANS_MM_S: dict[tuple[Vision, Surface], tuple[float, float]] = {
    ("open", "firm"): (8.0, 10.1),
    ("open", "foam"): (22.3, 35.4),
    ("closed", "foam"): (29.4, 41.5),
}


@pytest.mark.parametrize(("vision", "surface"), MEDIANS_MM_S)
def test_half_of_the_simulated_people_sway_more_than_young_and_less_than_old_ones(
    vision: Vision, surface: Surface
) -> None:
    young_mm_s, old_mm_s = MEDIANS_MM_S[vision, surface]
    velocities_mm_s = [sway("both", vision=vision, surface=surface, seed=seed)[0] for seed in range(9)]
    assert young_mm_s < statistics.median(velocities_mm_s) < old_mm_s


def test_closed_eyes_sway_more_on_firm_ground_too() -> None:
    assert 1.1 < sway("both", vision="closed")[0] / sway("both")[0] < 1.6


@pytest.mark.parametrize("seed", range(6))
def test_quiet_standing_sways_within_the_range_of_recorded_people(seed: int) -> None:
    velocity_mm_s, rms_mm = sway("both", seed=seed)
    assert 5.2 < velocity_mm_s < 15.5  # 5 to 95 % of young people, firm ground, open eyes
    assert 3 < rms_mm < 9


# The calmest and the liveliest of the three people whose recordings stand beside the published medians.
RECORDED_MM_S: dict[tuple[Vision, Surface], tuple[float, float]] = {
    ("closed", "firm"): (6.04, 44.7),
    ("open", "foam"): (20.05, 58.2),
    ("closed", "foam"): (20.67, 80.4),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("vision", "surface"), RECORDED_MM_S)
def test_harder_conditions_sway_between_the_calmest_and_the_liveliest_recorded_person(
    vision: Vision, surface: Surface, seed: int
) -> None:
    calmest_mm_s, liveliest_mm_s = RECORDED_MM_S[vision, surface]
    assert calmest_mm_s < sway("both", vision=vision, surface=surface, seed=seed)[0] < liveliest_mm_s


@pytest.mark.parametrize("stance", ["one-leg", "tandem", "board"])
def test_harder_stances_are_livelier(stance: Stance) -> None:
    assert sway(stance)[0] > 2 * sway("both")[0]


def test_hands_steady_the_person() -> None:
    assert sway("both", hands_share=0.2)[0] < 0.7 * sway("both")[0]


def test_hands_take_their_share_of_the_body_weight() -> None:
    standing = Standing(Person(PLATE))
    standing.step_on(0)
    standing.stand(5 * S, stance=None, hands_share=0.18)
    assert sum(standing.forces_n(4 * S)) == pytest.approx(BODY_WEIGHT_N)
    assert sum(standing.forces_n(7 * S)) == pytest.approx(0.82 * BODY_WEIGHT_N)


def test_stepping_on_and_off_takes_six_tenths_of_a_second() -> None:
    standing = Standing(Person(PLATE))
    assert sum(standing.forces_n(S)) == 0
    standing.step_on(2 * S)
    loads_n = [sum(standing.forces_n(2 * S + tenth * S // 10)) for tenth in range(8)]
    assert loads_n == sorted(loads_n)
    assert 0 < loads_n[3] < BODY_WEIGHT_N
    assert loads_n[6] == pytest.approx(BODY_WEIGHT_N)
    standing.step_off(9 * S)
    assert sum(standing.forces_n(9 * S + 6 * S // 10)) == 0


def test_standing_on_one_leg_and_heel_to_toe_sways_more_across_than_along() -> None:
    for stance in ("one-leg", "tandem"):
        standing = Standing(Person(PLATE, seed=2))
        standing.stand(0, stance=stance)
        standing.step_on(0)
        xs, ys = zip(*(cop_mm(standing, t_ns) for t_ns in range(5 * S, 35 * S, STEP_NS)), strict=True)
        assert statistics.pstdev(xs) > statistics.pstdev(ys)


def test_the_first_foot_on_and_the_last_one_off_is_the_left() -> None:
    standing = Standing(Person(PLATE))
    standing.step_on(0)
    coming_mm, _ = cop_mm(standing, S // 10)
    standing.forces_n(3 * S)
    standing.step_off(3 * S)
    leaving_mm, _ = cop_mm(standing, 3 * S + S // 2)
    assert coming_mm < -50
    assert leaving_mm < -50


def test_leaning_moves_the_cop_there_and_back_and_keeps_the_load() -> None:
    standing = Standing(Person(PLATE))
    standing.step_on(0)
    upright_mm = cop_mm(standing, 3 * S)
    standing.lean(3 * S, 0.3, 0.5)
    leaned_mm = cop_mm(standing, 5 * S)
    assert sum(standing.forces_n(5 * S)) == pytest.approx(BODY_WEIGHT_N)
    assert leaned_mm[0] - upright_mm[0] == pytest.approx(60, abs=20)
    assert leaned_mm[1] - upright_mm[1] == pytest.approx(100, abs=30)
    standing.lean(5 * S, 0, 0)
    assert math.dist(cop_mm(standing, 8 * S), upright_mm) < 25


def test_who_stumbles_is_thrown_forward_and_catches_the_balance() -> None:
    standing = Standing(Person(PLATE))
    standing.step_on(0)
    standing.forces_n(3 * S)
    standing.stumble()
    ys = [cop_mm(standing, 3 * S + n * STEP_NS)[1] for n in range(500)]
    assert max(ys) > 50
    assert abs(ys[-1]) < 40
    assert standing.on_board


def test_who_falls_is_off_the_board_within_half_a_second_of_losing_balance_and_stays_off() -> None:
    standing = Standing(Person(PLATE))
    standing.step_on(0)
    standing.forces_n(3 * S)
    standing.fall(3 * S)
    loads_n = [sum(standing.forces_n(3 * S + n * STEP_NS)) for n in range(1500)]
    gone = next(n for n, load_n in enumerate(loads_n) if load_n == 0)
    still = max(n for n, load_n in enumerate(loads_n) if load_n > 0.95 * BODY_WEIGHT_N)
    assert (gone - still) * STEP_NS < S // 2
    assert not any(loads_n[gone:])
    assert not standing.on_board
    standing.step_on(20 * S)
    assert sum(standing.forces_n(21 * S)) == pytest.approx(BODY_WEIGHT_N)


def test_a_pressed_corner_feels_a_hand_for_a_moment() -> None:
    standing = Standing(Person(PLATE))
    standing.press(S, 2)
    assert standing.forces_n(S + 1) == (0, 0, 120, 0)
    assert standing.forces_n(3 * S) == (0, 0, 0, 0)


def test_the_same_seed_sways_the_same_way() -> None:
    people = [Person(PLATE, seed=3), Person(PLATE, seed=3), Person(PLATE, seed=4)]
    for person in people:
        person.begin(0)
    forces = [[person.forces_n(t) for t in range(0, S, STEP_NS)] for person in people]
    assert forces[0] == forces[1]
    assert forces[0] != forces[2]


def test_chips_that_ask_out_of_turn_get_the_same_answer() -> None:
    person = Person(PLATE)
    person.begin(0)
    earlier = person.forces_n(S // 2)
    person.forces_n(S // 2 + 20_000_000)
    assert person.forces_n(S // 2) == pytest.approx(earlier)


def recorded() -> Standing:
    rows = [Forces(float(i), float(i), float(i), float(i)) for i in range(100, 106)]
    return Standing(RecordedPerson(Recording("r.csv", [3.0 + i for i in range(6)], rows)))


def test_a_recording_runs_from_the_moment_of_stepping_on() -> None:
    standing = recorded()
    standing.step_on(10 * S)
    assert isinstance(standing.body, RecordedPerson)
    assert standing.body.start_ns == 7 * S
    assert standing.forces_n(12 * S) == pytest.approx((102, 102, 102, 102))


def test_when_a_recording_is_over_the_person_steps_off() -> None:
    standing = recorded()
    standing.step_on(10 * S)
    assert sum(standing.forces_n(15 * S)) == pytest.approx(420)
    assert 0 < sum(standing.forces_n(15 * S + S // 4)) < 420
    assert sum(standing.forces_n(16 * S)) == 0
    assert not standing.on_board


def test_stepping_on_again_starts_the_recording_anew() -> None:
    standing = recorded()
    standing.step_on(10 * S)
    standing.forces_n(17 * S)
    standing.step_on(20 * S)
    assert standing.forces_n(21 * S) == pytest.approx((101, 101, 101, 101))


def test_somebody_who_stands_already_goes_on_with_the_recording() -> None:
    standing = recorded()
    standing.step_on(10 * S)
    standing.step_on(12 * S)
    assert standing.forces_n(13 * S) == pytest.approx((103, 103, 103, 103))


def test_a_step_in_the_past_puts_the_recording_where_it_would_have_been() -> None:
    standing = recorded()
    standing.forces_n(13 * S)
    standing.step_on(10 * S)
    assert standing.forces_n(13 * S) == pytest.approx((103, 103, 103, 103))
