"""Results of simulated trials whose traces the station no longer has."""

import math
from random import Random
from typing import Any

from station.training.result import SupportResult, TrialResult
from station.training.routine import Rung


def counted(base: dict[str, Any], rung: Rung, weight_n: float, carried: float) -> TrialResult:
    """Return what is counted rather than measured: repetitions, on the plate or beside it."""
    off = base["stance"] == "off"
    none = SupportResult(mean_percent=None, max_percent=None, limit_percent=rung.support_limit_percent)
    support = none if off else support_of(carried, rung)
    counts: dict[str, Any] = {
        "outcome": "done",
        "hold_s": 0.0,
        "count": rung.repetitions,
        "measures": {},
        "quality": {},
    }
    return TrialResult(**base, **counts, support=support, body_weight_n=None if off else weight_n)


def support_of(carried: float, rung: Rung) -> SupportResult:
    """Return what the hands carried, a share of 1, as a result tells it."""
    return SupportResult(
        mean_percent=round(100 * carried, 1),
        max_percent=round(130 * carried + 1, 1),
        limit_percent=rung.support_limit_percent,
    )


def measures_of(velocity_mm_s: float, hold_s: float, rng: Random) -> dict[str, float]:
    """Return measures that go together, of a trial whose trace the station no longer has."""
    rms_ap, rms_ml = velocity_mm_s * rng.uniform(0.30, 0.38), velocity_mm_s * rng.uniform(0.19, 0.25)
    distance = 0.82 * math.hypot(rms_ap, rms_ml)
    measures = {
        "velocity_mm_s": velocity_mm_s,
        "velocity_ml_mm_s": velocity_mm_s * 0.52,
        "velocity_ap_mm_s": velocity_mm_s * 0.76,
        "pea95_mm2": 2 * math.pi * 3.0 * rms_ap * rms_ml,
        "rms_ml_mm": rms_ml,
        "rms_ap_mm": rms_ap,
        "range_ml_mm": rms_ml * 4.9,
        "range_ap_mm": rms_ap * 5.1,
        "path_mm": velocity_mm_s * hold_s,
        "mean_distance_mm": distance,
        "sway_area_mm2_s": velocity_mm_s * distance * 0.31,
        "mean_ml_mm": rng.uniform(-8, 8),
        "mean_ap_mm": rng.uniform(-15, 10),
    }
    if hold_s >= 57:
        measures["mean_frequency_hz"] = velocity_mm_s / (2 * math.pi * distance)
    return {name: round(value, 3) for name, value in measures.items()}
