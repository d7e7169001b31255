"""The end of a procedure on a terminal: sentences for a person, never the inside of a program."""

from typing import Any

import pytest

from calibration.spoken import Verb
from calibration.told import told
from calibration.verdict import verdict_of

FIGURES: dict[Verb, dict[str, Any]] = {
    "tare": {"cal": "nominal", "tare_counts": [1.0] * 4, "off_n": None, "noise_n": [0.25] * 4, "advice": []},
    "corners": {
        "right": False,
        "order": ["FR", "FL", "RL", "RR"],
        "data_pins": [13, 5, 16, 21],
        "clock_pins": [19, 6, 20, 26],
    },
    "cells": {cell: {"counts_per_n": 1990.0, "max_n": 0.2} for cell in ("FL", "FR", "RL", "RR")},
    "verify": {
        "cal": "cal-1",
        "rmse_mm": 1.5,
        "rmse_low_mm": 1.2,
        "rmse_high_mm": 2.0,
        "max_mm": 3.0,
        "force_rms": 0.001,
        "force_max": 0.002,
        "light": "green",
        "words": "good",
        "advice": [{"reason": "span_off", "text": "calibrate again: a known mass reads 2 % off"}],
    },
    "daily": {"cal": "cal-1", "force_off": 0.001, "recalibrate": False, "advice": []},
    "restore": {"id": "cal-1", "made": "2026-03-14T10:00:00Z", "who": "Ayşe"},
}


@pytest.mark.parametrize("verb", FIGURES)
def test_every_end_is_told_in_sentences(verb: Verb) -> None:
    lines = told(verdict_of(verb, FIGURES[verb]))
    assert lines[0].startswith(("GREEN: ", "AMBER: ", "RED: "))
    assert not any(mark in line for line in lines for mark in ("{", "'", "None"))


def test_exchanged_corners_say_what_to_write_into_the_configuration() -> None:
    assert "  data_pins = [13, 5, 16, 21]" in told(verdict_of("corners", FIGURES["corners"]))


def test_advice_to_calibrate_again_comes_last() -> None:
    assert told(verdict_of("verify", FIGURES["verify"]))[-1].startswith("calibrate again")
