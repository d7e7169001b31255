"""Every measure by name: its unit, its formula, its source, and from how long a trial on it may be told.

x is ML, y is AP, both mean-removed; N samples at fs; T = (N−1)/fs.

Sources: P96 Prieto 1996 (doi 10.1109/10.532130); S14 Schubert & Kirchner 2014
(doi 10.1016/j.gaitpost.2013.09.001); Q21 Quijoux 2021 (doi 10.14814/phy2.15067);
R00 Richman & Moorman 2000 (doi 10.1152/ajpheart.2000.278.6.H2039).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Group = Literal["position", "size", "speed", "spectrum", "regularity"]

# Below 10 s the same person differs from trial to trial as much as people do from each other; frequencies and
# regularity need the whole minute (ICC(2,1) of the mean frequency: 0.43 at 10 s, 0.72 at 60 s).
SWAY_S: Final = 10.0
FREQUENCY_S: Final = 60.0
TOLERANCE: Final = 0.05  # a brief pause in a hold of 10 s leaves it a hold of 10 s


class Measure(NamedTuple):
    """What a measure is; `shortest_s` is the counted time from which a trial may carry it."""

    unit: str
    label: str
    formula: str
    source: str
    shortest_s: float
    group: Group


def _both(name: str, measure: Measure) -> dict[str, Measure]:
    """Return a measure of each axis: `*` in the name is the axis, `{u}` in the formula x or y."""
    return {
        name.replace("*", axis): measure._replace(
            label=f"{measure.label}, {axis.upper()}", formula=measure.formula.format(u=letter)
        )
        for axis, letter in (("ml", "x"), ("ap", "y"))
    }


CATALOGUE: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        **_both("mean_*_mm", Measure("mm", "Mean position", "mean({u})", "P96", SWAY_S, "position")),
        "load_asymmetry_percent": Measure(
            "%", "Load asymmetry, right of left", "100·(R−L)/(R+L)", "SWAY", SWAY_S, "position"
        ),
        **_both("rms_*_mm", Measure("mm", "RMS", "√mean({u}²)", "P96", SWAY_S, "size")),
        **_both("range_*_mm", Measure("mm", "Range", "max {u} − min {u}", "P96", SWAY_S, "size")),
        "mean_distance_mm": Measure("mm", "Mean distance", "mean √(x²+y²)", "P96", SWAY_S, "size"),
        "pea95_mm2": Measure(
            "mm²",
            "95 % prediction ellipse",
            "2π·F₀.₉₅;₂,ₙ₋₂·(n−1)(n+1)/(n(n−2))·√det S",
            "S14",
            SWAY_S,
            "size",
        ),
        "ellipse_major_mm": Measure(
            "mm", "Ellipse, half major axis", "√(2F(n−1)(n+1)/(n(n−2))·λ₁)", "S14", SWAY_S, "size"
        ),
        "ellipse_minor_mm": Measure(
            "mm", "Ellipse, half minor axis", "√(2F(n−1)(n+1)/(n(n−2))·λ₂)", "S14", SWAY_S, "size"
        ),
        "ellipse_angle_deg": Measure(
            "°", "Ellipse, major axis from +x", "atan2 of its eigenvector", "S14", SWAY_S, "size"
        ),
        "path_mm": Measure("mm", "Path length", "P = Σ√(Δx²+Δy²)", "P96", SWAY_S, "speed"),
        "velocity_mm_s": Measure("mm/s", "Mean velocity", "P/T", "P96", SWAY_S, "speed"),
        **_both("velocity_*_mm_s", Measure("mm/s", "Mean velocity", "Σ|Δ{u}|/T", "P96", SWAY_S, "speed")),
        "sway_area_mm2_s": Measure(
            "mm²/s", "Sway area per second", "Σ|yᵢ₊₁xᵢ − xᵢ₊₁yᵢ|/2T", "P96", SWAY_S, "speed"
        ),
        "mean_frequency_hz": Measure("Hz", "Mean frequency", "V/(2π·MDIST)", "P96", FREQUENCY_S, "spectrum"),
        **_both(
            "mean_frequency_*_hz",
            Measure("Hz", "Mean frequency", "V_{u}/(4√2·mean|{u}|)", "P96", FREQUENCY_S, "spectrum"),
        ),
        **_both(
            "power_*_mm2", Measure("mm²", "Power 0.15–5 Hz", "μ₀ = ΣG·Δf", "P96", FREQUENCY_S, "spectrum")
        ),
        **_both(
            "f50_*_hz",
            Measure("Hz", "Median frequency", "ΣG up to it = 0.50 μ₀", "P96", FREQUENCY_S, "spectrum"),
        ),
        **_both(
            "f95_*_hz",
            Measure("Hz", "95 % frequency", "ΣG up to it = 0.95 μ₀", "P96", FREQUENCY_S, "spectrum"),
        ),
        **_both(
            "centroid_*_hz", Measure("Hz", "Centroid frequency", "√(μ₂/μ₀)", "P96", FREQUENCY_S, "spectrum")
        ),
        **_both(
            "dispersion_*",
            Measure("", "Frequency dispersion", "√(1 − μ₁²/(μ₀μ₂))", "P96", FREQUENCY_S, "spectrum"),
        ),
        **_both(
            "entropy_*",
            Measure(
                "",
                "Sample entropy of velocity",
                "−ln(A/B), m = 2, r = 0.2 SD",
                "R00",
                FREQUENCY_S,
                "regularity",
            ),
        ),
    }
)


def withheld_reason(name: str, duration_s: float) -> str | None:
    """Return why a trial of this counted duration may not carry this measure, or None when it may."""
    shortest_s = CATALOGUE[name].shortest_s
    if duration_s >= shortest_s * (1 - TOLERANCE):
        return None
    return f"told from {shortest_s:g} s on; this trial has {duration_s:.1f} s"
