"""The picture of one recording: stabilogram with ellipse, AP and ML over time, spectrum, numbers.

matplotlib is imported where it draws: it is an optional extra, and starting it takes half a second.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from station.analysis.machine import printable
from station.analysis.words import heading, number, quality_words
from station.errors import StationError
from station.sway.measures import prediction_ellipse
from station.sway.spectrum import HIGH_HZ, LOW_HZ, SEGMENT_S, spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from station.analysis.analyse import Analysis

# Okabe & Ito's colours, told apart with every kind of colour vision; the lines differ in style as well.
ML_COLOUR: Final = "#0072B2"
AP_COLOUR: Final = "#D55E00"
PATH_COLOUR: Final = "#555555"
ELLIPSE_COLOUR: Final = "#000000"
FAINT: Final = "#DDDDDD"

WIDTH_IN, HEIGHT_IN = 11.7, 8.3  # A4, lying
PAGE_HEIGHT_IN: Final = 6.2
LOWEST_POWER: Final = 1e-6  # of the strongest line; what is below it is rounding
STILL_MM2_HZ: Final = 1e-12
ML_LABEL: Final = "← left\u2003\u2003ML (mm)\u2003\u2003right →"  # em spaces: SVG folds common ones
AP_LABEL: Final = "← backward\u2003\u2003AP (mm)\u2003\u2003forward →"

STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": "#888888",
    "axes.axisbelow": True,
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
    "svg.fonttype": "none",
    "svg.hashsalt": "balance-station",
    "pdf.fonttype": 42,
}

SHOWN: Final = (
    ("95 % ellipse", "pea95_mm2", "mm²"),
    ("Mean velocity", "velocity_mm_s", "mm/s"),
    ("RMS ML", "rms_ml_mm", "mm"),
    ("RMS AP", "rms_ap_mm", "mm"),
    ("Mean frequency", "mean_frequency_hz", "Hz"),
)


@contextmanager
def drawing() -> Iterator[None]:
    """Draw inside this: our style, and one sentence when matplotlib is not installed (StationError)."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 an optional extra
    except ImportError:
        raise StationError(
            "pictures are drawn by matplotlib, which is not installed; "
            "install it with: pip install 'balance-station[plot]'"
        ) from None
    with mpl.rc_context(STYLE):
        yield


def draw(analysis: Analysis, *, alone: bool = True) -> Figure:
    """Return the picture of a recording whose path was kept (`Settings.drawn`).

    `alone` adds its name and its numbers, for a picture that stands on no page.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 an optional extra
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415 an optional extra

    layout = ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.12)
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN if alone else PAGE_HEIGHT_IN), layout=layout)
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(1.05, 1))[0]
    if alone:
        plane, numbers = left.subplots(2, 1, height_ratios=(3.4, 1))
        _numbers(numbers, analysis)
        about = heading(analysis.duration_s, analysis.rate_hz, analysis.filter, analysis.alg)
        figure.suptitle(f"{printable(analysis.file.name)}\n{about}", fontsize=11, parse_math=False)
    else:
        plane = left.subplots()
    _stabilogram(plane, analysis)
    over_ml, over_ap, power = right.subplots(3, 1, height_ratios=(1, 1, 1.35))
    over_ap.sharex(over_ml)
    _over_time(over_ml, over_ap, analysis)
    _power(power, analysis)
    return figure


def _stabilogram(axes: Axes, analysis: Analysis) -> None:
    from matplotlib.patches import Ellipse  # noqa: PLC0415 an optional extra

    pieces = [stretch.piece for stretch in analysis.stretches]
    axes.set(title="Stabilogram", xlabel=ML_LABEL, ylabel=AP_LABEL)
    axes.grid(color=FAINT, linewidth=0.6)
    if sum(len(piece.x_mm) for piece in pieces) < 3:
        _say(axes, "No stretch is long enough for the low-pass.")
        return
    for piece in pieces:
        axes.plot(piece.x_mm, piece.y_mm, color=PATH_COLOUR, linewidth=0.6)
    x_mm = np.concatenate([piece.x_mm for piece in pieces])
    y_mm = np.concatenate([piece.y_mm for piece in pieces])
    found = prediction_ellipse(x_mm, y_mm)
    axes.add_patch(
        Ellipse(
            (found.x_mm, found.y_mm),
            2 * found.major_mm,
            2 * found.minor_mm,
            angle=float(np.degrees(found.angle_rad)),
            fill=False,
            edgecolor=ELLIPSE_COLOUR,
            linewidth=1.4,
            zorder=3,
        )
    )
    axes.plot([], [], color=ELLIPSE_COLOUR, linewidth=1.4, label="95 % prediction ellipse")
    axes.plot(
        found.x_mm, found.y_mm, "+", color=ELLIPSE_COLOUR, markersize=10, zorder=3, label="mean position"
    )
    reach_mm = max(
        float(np.abs(x_mm - found.x_mm).max()), float(np.abs(y_mm - found.y_mm).max()), found.major_mm, 2.0
    )
    axes.set_xlim(found.x_mm - 1.1 * reach_mm, found.x_mm + 1.1 * reach_mm)
    axes.set_ylim(found.y_mm - 1.1 * reach_mm, found.y_mm + 1.1 * reach_mm)
    axes.set_aspect("equal")
    # Beside the title, where no path runs under it.
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 0.99), ncols=2, fontsize=8, frameon=False, borderaxespad=0
    )


def _say(axes: Axes, sentence: str) -> None:
    axes.set(xticks=[], yticks=[])
    axes.text(0.5, 0.5, sentence, transform=axes.transAxes, ha="center", color=PATH_COLOUR)


def _over_time(over_ml: Axes, over_ap: Axes, analysis: Analysis) -> None:
    for stretch in analysis.stretches:
        over_ml.plot(stretch.t_s, stretch.piece.x_mm, color=ML_COLOUR, linewidth=0.8)
        over_ap.plot(stretch.t_s, stretch.piece.y_mm, color=AP_COLOUR, linewidth=0.8)
    over_ml.set(title="ML over time", ylabel="mm, right +")
    over_ap.set(title="AP over time", ylabel="mm, forward +", xlabel="Time (s)")
    over_ml.tick_params(labelbottom=False)
    if not analysis.stretches:
        _say(over_ml, "")
        _say(over_ap, "")
        return
    # One scale for both, so that their sway can be compared by eye.
    spans = [np.ptp(axes.get_ylim()) for axes in (over_ml, over_ap)]
    for axes in (over_ml, over_ap):
        middle, half = float(np.mean(axes.get_ylim())), float(max(spans)) / 2
        axes.set_ylim(middle - half, middle + half)
        axes.grid(color=FAINT, linewidth=0.6)
        axes.margins(x=0.01)


def _power(axes: Axes, analysis: Analysis) -> None:
    axes.set(title="Spectrum", xlabel="Frequency (Hz)")
    found = spectrum([stretch.piece for stretch in analysis.stretches], analysis.rate_hz)
    if found is None:
        _say(axes, f"A spectrum needs {SEGMENT_S:g} s without a gap.")
        return
    inside = (found.f_hz > 0) & (found.f_hz <= HIGH_HZ)
    shown = found.f_hz[inside]
    most = max(float(found.ml_mm2_hz[inside].max()), float(found.ap_mm2_hz[inside].max()))
    floor = most * LOWEST_POWER
    if most < STILL_MM2_HZ:
        _say(axes, "Nothing moved.")
        return
    axes.axvspan(LOW_HZ, HIGH_HZ, color="#F3F3F3", label=f"measured: {LOW_HZ:g}–{HIGH_HZ:g} Hz")
    for label, density, colour, style in (
        ("ML", found.ml_mm2_hz, ML_COLOUR, "--"),
        ("AP", found.ap_mm2_hz, AP_COLOUR, "-"),
    ):
        axes.semilogy(
            shown,
            np.maximum(density[inside], floor),
            color=colour,
            linestyle=style,
            linewidth=1.1,
            label=label,
        )
    axes.set(xlim=(0, HIGH_HZ), ylabel="Power (mm²/Hz)")
    axes.grid(color=FAINT, linewidth=0.6)
    axes.legend(loc="upper right", fontsize=8, frameon=True, framealpha=0.85, edgecolor="none")


def _numbers(axes: Axes, analysis: Analysis) -> None:
    axes.axis("off")
    measures = analysis.report.measures
    told = [(label, number(measures[name]), unit) for label, name, unit in SHOWN if name in measures]
    axes.text(0, 1, "Measures", va="top", fontweight="bold", fontsize=10)
    for line, (label, value, unit) in enumerate(told, start=1):
        y = 1 - 0.16 * line
        axes.text(0, y, label, va="top")
        axes.text(0.33, y, value, va="top", ha="right")
        axes.text(0.345, y, unit, va="top", color=PATH_COLOUR)
    if not told:
        axes.text(0, 0.84, "None is told: too short.", va="top")
    axes.text(0.55, 1, "Quality", va="top", fontweight="bold", fontsize=10)
    words = [textwrap.fill(line, 38) for line in quality_words(analysis.report)]
    axes.text(0.55, 0.84, "\n".join(words), va="top", linespacing=1.5)


def svg(figure: Figure) -> str:
    """Return a picture as an SVG element, to stand in a page."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
