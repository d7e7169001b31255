"""The error map: how sure the plate is of the CoP everywhere on it, and by how much each point was off."""

from pathlib import Path
from typing import Final

import numpy as np

from calibration.outcome import Outcome, plate_residuals
from station.errors import CalibrationError

ADULT_N: Final = 700.0
STEPS: Final = 41
MAGNIFIED: Final = 20.0  # arrows: 1 mm of error is drawn 20 mm long


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
    figure = Figure(figsize=(7.4, 6.4), layout="constrained")
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
    figure.colorbar(
        shades, ax=axes, label=f"95 % interval of the CoP under {ADULT_N:.0f} N, ± mm (worse axis)"
    )
    points = outcome.fit.design
    off = plate_residuals(outcome.plate.tared((0.0,) * 4), points)
    axes.quiver(
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
    axes.plot(points.x_mm, points.y_mm, "o", markersize=4, markerfacecolor="white", markeredgecolor="black")
    axes.set(
        xlabel="x in mm (right +)",
        ylabel="y in mm (forward +)",
        aspect="equal",
        title=f"Held out {outcome.verification.rmse_mm:.2f} mm RMSE; arrows: errors × {MAGNIFIED:.0f}",
    )
    axes.title.set_fontsize(10)
    try:
        figure.savefig(file, dpi=120)
    except OSError as error:
        raise CalibrationError(f"{file} cannot be written: {error.strerror}") from None
