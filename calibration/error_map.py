"""The error map: how sure the plate is of the CoP everywhere on it, and by how much each point was off."""

from pathlib import Path
from typing import Final

import numpy as np

from calibration.outcome import Outcome, plate_residuals
from station.errors import CalibrationError

ADULT_N: Final = 700.0
STEPS: Final = 41
MAGNIFIED: Final = 20.0  # arrows: 1 mm of error is drawn 20 mm long
KEY_MM: Final = 2.0


def draw_error_map(outcome: Outcome, file: Path) -> None:
    """Write a PNG. Raises CalibrationError when matplotlib is missing or the file cannot be written."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 -- an optional extra
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise CalibrationError(
            "--plot needs matplotlib; install it with: pip install 'balance-station[plot]'"
        ) from None
    width_mm, length_mm = outcome.plate.size_mm
    figure = Figure(figsize=(7.8, 7.0), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    xs, ys = (np.linspace(-side / 2, side / 2, STEPS) for side in (width_mm, length_mm))
    bars = [
        [outcome.fit.error95(x, y, ADULT_N, (width_mm, length_mm)) for x in xs.tolist()] for y in ys.tolist()
    ]
    reach = np.array([[max(bar.x_mm, bar.y_mm) for bar in row] for row in bars])
    shades = axes.contourf(xs, ys, reach, levels=12, cmap="viridis_r")
    lines = axes.contour(xs, ys, reach, levels=list(shades.levels)[::3], colors="white", linewidths=0.6)
    axes.clabel(lines, fmt="%.2f")
    label = f"the place of {ADULT_N:.0f} N is told to ± mm (95 % sure, worse axis)"
    figure.colorbar(shades, ax=axes, label=label, shrink=0.8, format="%.2f")
    points = outcome.fit.design
    off = plate_residuals(outcome.plate.tared((0.0,) * 4), points)
    arrows = axes.quiver(
        points.x_mm,
        points.y_mm,
        off[:, 1] * MAGNIFIED,
        off[:, 2] * MAGNIFIED,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.004,
        color="black",
    )
    axes.quiverkey(
        arrows, 0.86, 1.04, KEY_MM * MAGNIFIED, f"{KEY_MM:.0f} mm of error", labelpos="W", coordinates="axes"
    )
    axes.plot(points.x_mm, points.y_mm, "o", markersize=4, markerfacecolor="white", markeredgecolor="black")
    axes.set(
        xlabel="left  ←  x in mm  →  right",
        ylabel="rear  ←  y in mm  →  front",
        aspect="equal",
    )
    found = outcome.verification
    figure.suptitle(f"How well the plate tells a place: {found.light}", fontsize=13)
    axes.set_title(
        f"tested at places left out: {found.rmse_mm:.2f} mm RMSE, at most {found.max_mm:.2f} mm\n"
        f"circles: where a mass stood; arrows: by how much its place was told wrong",
        fontsize=9,
        loc="left",
        pad=26,
    )
    try:
        figure.savefig(file, dpi=120)
    except OSError as error:
        raise CalibrationError(f"{file} cannot be written: {error.strerror}") from None
