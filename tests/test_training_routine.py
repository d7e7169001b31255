"""Routines: whole ladders, one step at a time, and files that say what is wrong with them."""

from itertools import pairwise
from pathlib import Path

import pytest

from station.errors import ConfigError
from station.training.prescription import HARDEST_RUNG
from station.training.routine import OFF_PLATE, Rung, parse_routine, routines_with, shipped_routines

# Everything a rung is difficult in, in the order in which it gets harder.
DIFFICULTY = (
    "support",
    "hold_s",
    "in_target_s",
    "repetitions",
    "steps",
    "minutes",
    "targets",
    "reach_percent",
)
CONDITIONS = ("stance", "surface", "vision")
EASE = {"two-hands": 0, "one-hand": 1, "fingertips": 2, "hovering": 3, "none": 4}
SURFACES = ("firm", "foam", "rocker-side", "rocker-forward", "wobble")
LADDERS = [routine for routine in shipped_routines().values() if not routine.assessment]

GOOD = """
routine = "mine"
title = "Mine"
stance = "both"
cues = ["Stand."]

[[rungs]]
support = "one-hand"
hold_s = 5
support_limit_percent = 25
"""


def test_every_row_of_the_programme_is_there() -> None:
    assert set(shipped_routines()) == {
        "supported-standing",
        "weight-shift",
        "limits-of-stability",
        "single-leg",
        "tandem",
        "heel-to-toe-walking",
        "balance-board",
        "quiet-standing",
        "calf-raises",
        "straight-leg-raises",
        "heel-slides",
        "gentle-core",
        "walk",
    }


@pytest.mark.parametrize("routine", LADDERS, ids=lambda routine: routine.routine)
def test_the_next_rung_differs_in_one_thing_only(routine: object) -> None:
    for easier, harder in pairwise(routine.rungs):  # type: ignore[attr-defined]
        differing = [n for n in (*DIFFICULTY, *CONDITIONS) if getattr(easier, n) != getattr(harder, n)]
        assert len(differing) == 1, harder


def difficulty(rung: Rung) -> tuple[float, ...]:
    amounts = [getattr(rung, name) or 0 for name in DIFFICULTY[1:]]
    stance = 0 if rung.stance is None else 1
    return (EASE[rung.support], *amounts, stance, SURFACES.index(rung.surface), rung.vision == "closed")


@pytest.mark.parametrize("routine", LADDERS, ids=lambda routine: routine.routine)
def test_nothing_gets_easier_up_the_ladder(routine: object) -> None:
    for easier, harder in pairwise(routine.rungs):  # type: ignore[attr-defined]
        assert all(e <= h for e, h in zip(difficulty(easier), difficulty(harder), strict=True)), harder


@pytest.mark.parametrize("routine", LADDERS, ids=lambda routine: routine.routine)
def test_support_is_given_up_first_then_time_then_stance_then_surface_then_sight(routine: object) -> None:
    order = ("support", "hold_s", "stance", "surface", "vision")
    changed = [
        order.index(name)
        for easier, harder in pairwise(routine.rungs)  # type: ignore[attr-defined]
        for name in order
        if getattr(easier, name) != getattr(harder, name)
    ]
    assert changed == sorted(changed)


def test_hands_may_carry_less_with_every_step_of_support() -> None:
    for routine in LADDERS:
        if routine.kind not in OFF_PLATE:
            limits = {(EASE[rung.support], rung.support_limit_percent) for rung in routine.rungs}
            assert [limit for _, limit in sorted(limits)] == sorted((lim for _, lim in limits), reverse=True)


def test_an_assessment_shows_nothing_to_follow() -> None:
    quiet = shipped_routines()["quiet-standing"]
    assert quiet.assessment
    assert not quiet.feedback
    assert [(rung.vision, rung.surface, rung.hold_s) for rung in quiet.rungs] == [
        ("open", "firm", 60),
        ("closed", "firm", 60),
        ("open", "foam", 60),
        ("closed", "foam", 60),
    ]


def test_the_device_has_a_limit_of_its_own_for_every_routine() -> None:
    assert set(HARDEST_RUNG) == set(shipped_routines())
    for name, hardest in HARDEST_RUNG.items():
        assert 1 <= hardest <= len(shipped_routines()[name].rungs)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("routine = \n", "line 1"),
        ('routine = "x-y"\n', "title"),
        (GOOD.replace('"one-hand"', '"rope"'), "line 8: rungs[0].support: "),
        (GOOD.replace("hold_s = 5\n", ""), "line 7: rungs[0].hold_s: "),
        (GOOD.replace("support_limit_percent = 25\n", ""), "line 7: rungs[0].support_limit_percent: "),
        (GOOD + "repetitions = 3\n", "line 11: rungs[0].repetitions: "),
        (GOOD + "weight = 3\n", "line 11: rungs[0].weight: "),
        (GOOD.replace('"both"', '"off"'), "line 4: stance: "),
        (GOOD.replace('title = "Mine"\n', 'title = ""\n'), "line 3: title: "),
        ('kind = "targets"' + GOOD, "line 9: rungs[0].hold_s: "),
        ('kind = "targets"' + GOOD.replace("hold_s = 5\n", ""), "line 7: rungs[0].targets: "),
        (
            GOOD + '[[rungs]]\nsupport = "none"\nhold_s = -1\nsupport_limit_percent = 5\n',
            "line 13: rungs[1].hold_s: ",
        ),
        (GOOD + "[target]\nradius_mm = 0\n", "line 12: target.radius_mm: "),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_file_line_and_key(text: str, place: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_routine(text, where="mine.toml")
    assert str(refused.value).startswith("mine.toml")
    assert place in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_clinic_adds_its_own_routines(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    assert set(routines_with(str(tmp_path))) == {*shipped_routines(), "mine"}


def test_a_name_that_is_taken_is_refused_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace('"mine"', '"single-leg"'))
    with pytest.raises(ConfigError, match=r"mine\.toml, line 2: routine: 'single-leg' is defined twice"):
        routines_with(str(tmp_path))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"training\.routines: .*none is no folder"):
        routines_with(str(tmp_path / "none"))
