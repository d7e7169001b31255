"""What a procedure came to, as a screen says it: a light, a key for its words, and the values in them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from calibration.spoken import Light, Result, Values, Verb
from calibration.verification import placing_mm

# Cheap cells are made to within a tenth; one further from its neighbours is worn, or carries the plate askew.
APART: Final = 0.15

Figures = Mapping[str, Any]
Verdict = tuple[Light, str, str, Values]


def verdict_of(verb: Verb, figures: Figures) -> Result:
    """Return the result of a procedure from its JSON document."""
    light, key, text, values = _OF[verb](figures)
    advice = [*figures.get("advice", ())]
    if advice and light == "green":
        light = "amber"
    named = figures.get("id") if verb in ("plate", "restore") else None
    return Result(
        verb=verb,
        light=light,
        key=key,
        text=text,
        values=values,
        figures=dict(figures),
        plate=named,
        advice=advice,
    )


def _tare(figures: Figures) -> Verdict:
    noise_n = max(figures["noise_n"])
    if figures["off_n"] is None:
        return "green", "tare_nominal", "zero taken; the board was never calibrated", {"noise_n": noise_n}
    off_n = max(figures["off_n"], key=abs)
    text = f"zero taken; at most {abs(off_n):.1f} N from that of the calibration"
    return "green", "tare", text, {"noise_n": noise_n, "off_n": round(abs(off_n), 1)}


def _corners(figures: Figures) -> Verdict:
    order = list(figures["order"])
    if figures["right"]:
        return "green", "corners_right", "every cell answers at its own corner", {"order": order}
    text = f"the cells answer in the order {' '.join(order)}; exchange their cables"
    return "red", "corners_exchanged", text, {"order": order}


def _cells(figures: Figures) -> Verdict:
    worst_n = max(span["max_n"] for span in figures.values())
    spans = [span["counts_per_n"] for span in figures.values()]
    mean = sum(spans) / len(spans)
    apart = max(abs(span / mean - 1) for span in spans)
    values: Values = {"max_n": round(worst_n, 2), "apart_percent": round(100 * apart, 1)}
    if apart > APART:
        text = f"four spans found, up to {apart:.0%} from their mean; look at the cell that differs"
        return "amber", "cells_apart", text, values
    return "green", "cells", f"four spans found; at most {worst_n:.1f} N off", values


def _plate(figures: Figures) -> Verdict:
    found, bars = figures["verification"], figures["uncertainty"]
    values: Values = {
        "rmse_mm": _short(found["rmse_mm"]),
        "max_mm": _short(found["max_mm"]),
        "error95_mm": _short(max(max(bar["x95_mm"], bar["y95_mm"]) for bar in bars)),
        "force_max_percent": _short(100 * found["force_max"]),
        "left_out": len(figures["outliers"]),
        **_placing(figures["light"], found["rmse_mm"]),
    }
    return figures["light"], f"plate_{figures['light']}", str(figures["words"]), values


def _placing(light: Light, rmse_mm: float) -> Values:
    by_hand_mm = None if light == "red" else placing_mm(rmse_mm)
    return {} if by_hand_mm is None else {"placing_mm": by_hand_mm}


def _verify(figures: Figures) -> Verdict:
    values: Values = {
        "rmse_mm": _short(figures["rmse_mm"]),
        "low_mm": _short(figures["rmse_low_mm"]),
        "high_mm": _short(figures["rmse_high_mm"]),
        "max_mm": _short(figures["max_mm"]),
        "force_max_percent": _short(100 * figures["force_max"]),
        **_placing(figures["light"], figures["rmse_mm"]),
    }
    return figures["light"], f"verify_{figures['light']}", str(figures["words"]), values


def _daily(figures: Figures) -> Verdict:
    off_percent = _short(100 * figures["force_off"])
    if "own_weight_kg" in figures:
        return _own_weight(figures, off_percent)
    if figures["recalibrate"]:
        return "amber", "daily_off", f"off by {off_percent} %; calibrate again", {"off_percent": off_percent}
    return "green", "daily_fine", f"off by {off_percent} %: fine", {"off_percent": off_percent}


def _own_weight(figures: Figures, off_percent: float) -> Verdict:
    named_kg, weighed_kg = figures["own_weight_kg"], figures["weighed_kg"]
    values: Values = {
        "weighed_kg": round(weighed_kg, 1),
        "named_kg": round(named_kg, 1),
        "differ_percent": off_percent,
        "scale_kg": round(figures["scale_error"] * named_kg, 1),
    }
    found = str(figures["agreement"])
    return "green" if found == "agrees" else "amber", f"own_weight_{found}", str(figures["words"]), values


def _restore(figures: Figures) -> Verdict:
    made_on = figures["made"][:10]
    return "green", "restored", f"the plate made on {made_on} is in use again", {"made_on": made_on}


def _short(value: float) -> float:
    return round(value, 2)


_OF: Mapping[Verb, Callable[[Figures], Verdict]] = {
    "tare": _tare,
    "corners": _corners,
    "cells": _cells,
    "plate": _plate,
    "verify": _verify,
    "daily": _daily,
    "restore": _restore,
}
