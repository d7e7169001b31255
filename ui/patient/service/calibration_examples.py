"""Hand-made sheets of every page of a calibration: for pictures and tests."""

from typing import Final

from calibration.spoken import AskStep, Counts, Failed, NotTaken, Ready, Result
from ui.patient.service.calibration_sheets import (
    MassSheet,
    MomentSheet,
    ProcedureSheet,
    RestoreSheet,
    ResultSheet,
    StepSheet,
)
from ui.patient.service.view import Sheet

READY: Final = Ready(verb="plate", masses=1, width_mm=400, length_mm=400, sim=True)
DAY: Final = Ready(verb="daily", masses=1, width_mm=400, length_mm=400, sim=True)
EMPTY: Final = AskStep(number=1, of=28, kind="empty", key="empty", text="take everything off the plate")
MASS: Final = AskStep(
    number=8, of=28, kind="mass", key="mass", text="", kg=19.96, x_mm=150, y_mm=150, resumed=True
)
MIDDLE: Final = AskStep(number=2, of=3, kind="mass", key="mass", text="", kg=10.02)
PRESS: Final = AskStep(number=3, of=5, kind="press", key="press", text="", x_mm=200, y_mm=200, corner="FR")
STAND: Final = AskStep(number=2, of=3, kind="person", key="person", text="", kg=71.4)
STEP_OFF: Final = AskStep(number=3, of=3, kind="empty", key="step_off", text="")
SETTLING: Final = Counts(
    counts=(21_034, 48_120, 33_410, 19_002),
    net_n=(14.2, 118.4, 3.1, 60.0),
    still=(True, False, True, False),
    looking=False,
    progress=0.0,
)
NO_ZERO: Final = Counts(
    counts=(21_034, 48_120, None, 19_002),
    net_n=(None, None, None, None),
    still=(True, True, False, False),
    looking=False,
    progress=0.0,
)
LOOK: Final = Counts(
    counts=SETTLING.counts, net_n=(14.0, 120.2, 2.8, 58.7), still=(True,) * 4, looking=True, progress=0.6
)
MISPLACED: Final = NotTaken(key="misplaced", text="the mass stands elsewhere")
WRONG: Final = NotTaken(key="wrong_mass", text="", values={"kg": 19.9, "asked_kg": 10.02})
GOOD: Final = Result(
    verb="plate",
    light="green",
    key="plate_green",
    text="good",
    values={
        "error95_mm": 0.79,
        "rmse_mm": 1.42,
        "max_mm": 2.9,
        "force_max_percent": 0.31,
        "left_out": 0,
        "placing_mm": 1.4,
    },
    figures={},
    plate="cal-0123456789ab",
)
POOR: Final = Result(
    verb="plate",
    light="red",
    key="plate_red",
    text="not usable",
    values={"error95_mm": 6.1, "rmse_mm": 7.34, "max_mm": 14.2, "force_max_percent": 4.1, "left_out": 3},
    figures={},
)
VERIFIED: Final = Result(
    verb="verify",
    light="amber",
    key="verify_amber",
    text="usable",
    values={
        "rmse_mm": 3.1,
        "low_mm": 2.1,
        "high_mm": 5.94,
        "max_mm": 4.8,
        "force_max_percent": 0.4,
        "placing_mm": 1.4,
    },
    figures={},
    advice=[
        {"reason": "tare_walked", "cell": "RL", "measured": 12.0, "limit": 10.0, "unit": "N", "text": ""}
    ],
)
DAILY: Final = Result(
    verb="daily", light="green", key="daily_fine", text="fine", values={"off_percent": 0.21}, figures={}
)
WANDERED: Final = NotTaken(key="weight_wanders", text="", values={"percent": 2.3})
OWN_WEIGHT: Final = Result(
    verb="daily",
    light="green",
    key="own_weight_agrees",
    text="",
    values={"weighed_kg": 71.1, "named_kg": 71.4, "differ_percent": -0.42, "scale_kg": 0.7},
    figures={},
)
UNSURE: Final = Result(
    verb="daily",
    light="amber",
    key="own_weight_unsure",
    text="",
    values={"weighed_kg": 72.5, "named_kg": 71.4, "differ_percent": 1.54, "scale_kg": 0.7},
    figures={},
)
SPANS: Final = Result(
    verb="cells", light="green", key="cells", text="", values={"max_n": 0.4, "apart_percent": 1.3}, figures={}
)
CORNERS: Final = Result(
    verb="corners",
    light="red",
    key="corners_exchanged",
    text="",
    values={"order": ["FR", "FL", "RL", "RR"]},
    figures={},
)
RESTORED: Final = Result(
    verb="restore",
    light="green",
    key="restored",
    text="",
    values={"made_on": "2026-03-14"},
    figures={},
    plate="cal-0123456789ab",
)
ELSEWHERE: Final = Failed(key="board", text="somebody trains on this board; wait until the session has ended")


def calibration_sheets() -> dict[str, Sheet]:
    """Return a sheet of every page by the name of its picture, in the order of a calibration."""
    return {
        "70-calibration": ProcedureSheet(),
        "71-calibration-mass": MassSheet("daily", typed="1002"),
        "71b-calibration-own-weight": MassSheet("daily", typed="7140", own=True),
        "72-calibration-mass-second": MassSheet("plate", masses_kg=(10.02,), of=2),
        "73-calibration-mass-alike": MassSheet("plate", masses_kg=(10.02,), of=2, alike=True),
        "74-calibration-moment": MomentSheet("plate"),
        "75-calibration-empty": StepSheet(READY, EMPTY, NO_ZERO),
        "76-calibration-place": StepSheet(READY, MASS, SETTLING),
        "77-calibration-look": StepSheet(READY, MASS, LOOK, looking=True),
        "78-calibration-refused": StepSheet(READY, MASS, SETTLING, MISPLACED),
        "79-calibration-wrong-mass": StepSheet(DAY, MIDDLE, SETTLING, WRONG),
        "80-calibration-press": StepSheet(READY, PRESS, SETTLING),
        "80b-calibration-pressed": StepSheet(READY, PRESS, LOOK, looking=True),
        "80c-calibration-stand": StepSheet(DAY, STAND, SETTLING),
        "80d-calibration-stood": StepSheet(DAY, STAND, LOOK, looking=True),
        "80e-calibration-wandered": StepSheet(DAY, STAND, SETTLING, WANDERED),
        "80f-calibration-step-off": StepSheet(DAY, STEP_OFF, SETTLING),
        "81-calibration-good": ResultSheet("plate", GOOD),
        "82-calibration-poor": ResultSheet("plate", POOR),
        "83-calibration-verified": ResultSheet("verify", VERIFIED),
        "84-calibration-daily": ResultSheet("daily", DAILY),
        "84b-calibration-own-weight": ResultSheet("daily", OWN_WEIGHT),
        "84c-calibration-unsure": ResultSheet("daily", UNSURE),
        "84d-calibration-cells": ResultSheet("cells", SPANS),
        "85-calibration-corners": ResultSheet("corners", CORNERS),
        "85b-calibration-restore": RestoreSheet(),
        "85c-calibration-restored": ResultSheet("restore", RESTORED),
        "86-calibration-failed": ResultSheet("plate", failed=ELSEWHERE),
    }
