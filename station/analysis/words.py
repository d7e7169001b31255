"""How a report reads: measures by axis, quality, what is withheld; for terminal, page and picture."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from station.sway.catalogue import CATALOGUE, Group
from station.sway.report import Report

GROUPS: Final[Mapping[Group, str]] = {
    "position": "Position",
    "size": "Size of the sway",
    "speed": "Speed",
    "spectrum": "Frequency",
    "regularity": "Regularity",
}

# What quality says, in the order it is told; `{}` is the number.
QUALITY: Final[Mapping[str, str]] = {
    "mean_load_n": "mean load {} N",
    "missing_percent": "{} % missing",
    "longest_gap_s": "longest gap {} s",
    "spikes": "{} spikes voided",
    "noise_n": "noise {} N a cell",
    "noise_velocity_mm_s": "noise alone shows {} mm/s",
    "noise_percent": "noise is {} % of the squared velocity",
}


class Row(NamedTuple):
    """One measure: its words, and its numbers across the three columns, empty where there is none."""

    group: str
    label: str
    unit: str
    ml: str
    ap: str
    both: str


def number(value: float) -> str:
    """Return a number as a person reads it: three figures or so, never an exponent."""
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
    return f"{value:.{digits}f}".replace("-", "−")


def rows(report: Report) -> list[Row]:
    """Return the measures of this report in the catalogue's order, both axes of one on one row."""
    found: dict[tuple[str, str], Row] = {}
    for name, value in report.measures.items():
        measure = CATALOGUE[name]
        label = _plain(measure.label)
        blank = Row(GROUPS[measure.group], label, measure.unit, "", "", "")
        key = (label, measure.unit)
        found[key] = found.get(key, blank)._replace(**{_axis(name): number(value)})
    return list(found.values())


def _axis(name: str) -> str:
    parts = name.split("_")
    return next((axis for axis in ("ml", "ap") if axis in parts), "both")


def _plain(label: str) -> str:
    return label.removesuffix(", ML").removesuffix(", AP")


def quality_words(report: Report) -> list[str]:
    """Return what is to be said of how far this recording may be trusted."""
    said = [
        text.format(_short(report.quality[name])) for name, text in QUALITY.items() if name in report.quality
    ]
    if report.quality.get("flagged"):
        said.append("FLAGGED: too much is missing to compare this trial with others")
    if report.quality.get("noise_dominates"):
        said.append("FLAGGED: the velocity is mostly the board's own noise")
    return said


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def withheld_words(report: Report) -> list[str]:
    """Return one sentence for each reason why measures are not told."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in report.withheld.items():
        labels = by_reason.setdefault(reason, [])
        label = _plain(CATALOGUE[name].label)
        if label not in labels:
            labels.append(label)
    return [f"{'; '.join(labels)}: {reason}" for reason, labels in by_reason.items()]


def heading(duration_s: float, rate_hz: float, filter_name: str, alg: str) -> str:
    """Return how long, how often, and by what method."""
    how = "taken as it is, no filter" if filter_name == "none" else f"method {alg}"
    return f"{duration_s:.1f} s at {rate_hz:.4g} Hz, {how}"
