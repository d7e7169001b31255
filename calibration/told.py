"""The end of a procedure as a terminal says it: the light with its words, then what matters, line by line."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from calibration.document import placing_words
from calibration.spoken import Result
from station.sway.reading import CELLS

Figures = Mapping[str, Any]


def told(result: Result) -> list[str]:
    """Return the lines; advice to calibrate again comes last."""
    figures = result.figures
    light = [f"{result.light.upper()}: {result.text}"]
    # `plate` has said its light with its report, before the plate was taken into use.
    begin = [] if result.verb == "plate" else light
    return [*begin, *_OF[result.verb](figures), *(str(each["text"]) for each in result.advice)]


def _of_cells(values: Sequence[float], places: int) -> str:
    return ", ".join(f"{cell} {value:.{places}f}" for cell, value in zip(CELLS, values, strict=True))


def _tare(figures: Figures) -> list[str]:
    off_n = figures["off_n"]
    return [
        f"plate in use: {figures['cal']}",
        f"zero, counts: {_of_cells(figures['tare_counts'], 0)}",
        *([] if off_n is None else [f"from the zero of the calibration, N: {_of_cells(off_n, 1)}"]),
        f"noise of one reading, N: {_of_cells(figures['noise_n'], 2)}",
    ]


def _corners(figures: Figures) -> list[str]:
    pins = [f"{key} = {figures[key]}" for key in ("data_pins", "clock_pins")]
    if figures["right"]:
        return []
    return ["or leave them, and write into [board] of the configuration:", *(f"  {line}" for line in pins)]


def _cells(figures: Figures) -> list[str]:
    return [
        f"{cell}: {span['counts_per_n']:.1f} counts per N, at most {span['max_n']:.2f} N off"
        for cell, span in figures.items()
    ]


def _plate(figures: Figures) -> list[str]:
    return [] if figures["id"] is None else [f"plate {figures['id']} is in use"]


def _verify(figures: Figures) -> list[str]:
    return [
        f"plate in use: {figures['cal']}",
        (
            f"CoP RMSE {figures['rmse_mm']:.2f} mm (95 %: {figures['rmse_low_mm']:.2f} to "
            f"{figures['rmse_high_mm']:.2f}), at most {figures['max_mm']:.2f} mm"
        ),
        f"force off by {figures['force_rms']:.2%} rms, at most {figures['force_max']:.2%}",
        *placing_words(figures["rmse_mm"]),
    ]


def _daily(figures: Figures) -> list[str]:
    lines = [f"plate in use: {figures['cal']}"]
    if "own_weight_kg" in figures:
        lines.append(
            f"the board says {figures['weighed_kg']:.1f} kg, the scale {figures['own_weight_kg']:.1f} kg"
        )
    return lines


def _restore(figures: Figures) -> list[str]:
    return [f"plate {figures['id']} is in use again{_by(figures['who'])}"]


def _by(who: str) -> str:
    return f"; made by {who}" if who else ""


_OF: Final[Mapping[str, Callable[[Figures], list[str]]]] = {
    "tare": _tare,
    "corners": _corners,
    "cells": _cells,
    "plate": _plate,
    "verify": _verify,
    "daily": _daily,
    "restore": _restore,
}
