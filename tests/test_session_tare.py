"""The zero is taken from an empty, still board and from nothing else."""

import random

import pytest

from station.session.tare import Tare
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading

PLATE = Plate((2000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
OFFSETS = (12_000, -31_000, 4_500, 20_000)


def readings(seconds: float, *, load_n: float = 0.0, swing_n: float = 0.0) -> list[Reading]:
    rng = random.Random(5)
    out = []
    for n in range(round(seconds * 80)):
        for cell in range(4):
            swing = swing_n * (1 if (n // 40) % 2 else -1) * (1 if cell % 2 else -1)
            counts = round(OFFSETS[cell] + (load_n / 4 + swing + rng.gauss(0, 0.25)) * 2000)
            out.append(Reading(n * 12_500_000 + cell, cell, counts, Fault.NONE))
    return out


def fed(tare: Tare, what: list[Reading]) -> Tare:
    for reading in what:
        tare.push(reading)
    return tare


def test_an_empty_still_board_gives_its_zero_and_its_noise() -> None:
    tare = fed(Tare(PLATE, known=False), readings(3))
    zero = tare.zero()
    assert zero == pytest.approx(OFFSETS, abs=100)
    assert tare.noise_n == pytest.approx(0.25, rel=0.2)


def test_a_person_who_sways_is_no_zero() -> None:
    assert fed(Tare(PLATE, known=False), readings(3, load_n=600, swing_n=4)).zero() is None


def test_a_still_load_is_no_zero_once_the_board_is_known() -> None:
    tare = fed(Tare(PLATE.tared((12_000, -31_000, 4_500, 20_000)), known=True), readings(3, load_n=200))
    assert tare.zero() is None


def test_a_foam_pad_is_tared_away() -> None:
    tare = fed(Tare(PLATE.tared((12_000, -31_000, 4_500, 20_000)), known=True), readings(3, load_n=15))
    assert tare.zero() is not None


def test_a_zero_taken_under_a_load_is_mended_once_the_load_is_gone() -> None:
    tare = fed(Tare(PLATE, known=False), readings(3, load_n=300))
    assert tare.zero() is not None
    fed(tare, readings(3))
    assert tare.zero() == pytest.approx(OFFSETS, abs=100)


def test_too_short_a_look_is_no_zero() -> None:
    assert fed(Tare(PLATE, known=False), readings(1)).zero() is None


def test_a_void_reading_starts_the_look_over() -> None:
    tare = fed(Tare(PLATE, known=False), readings(3))
    tare.push(Reading(3_000_000_001, 2, 0, Fault.DESYNC))
    assert tare.zero() is None
