"""Draw docs/figures/person.svg: sway of simulated against recorded people.

Run `.venv/bin/python docs/figures/person.py`; with `--recordings FOLDER` the people recorded there (HBEDB,
see docs/person.md) are drawn as well.
"""

import argparse
import csv
import statistics
from pathlib import Path
from typing import Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from station.board.load import Plate
from station.board.person import Person, Surface, Vision
from station.board.standing import Standing
from station.sway.measures import Piece, sway_measures

S: Final = 1_000_000_000
PEOPLE: Final = 40
SECONDS: Final = 60
INK, CALM, WARM, SOFT = "#1c2430", "#14606b", "#b5541c", "#c9dfe1"


class Condition(NamedTuple):
    """A way to stand, and the published medians of young and old people (mm/s) where there are any."""

    words: str
    surface: Surface
    vision: Vision
    young: float | None = None
    old: float | None = None
    range_mm_s: tuple[float, float] | None = None  # 5 to 95 % of all


CONDITIONS: Final = (
    Condition("firm, eyes open", "firm", "open", 8.0, 10.1, (5.2, 22.1)),
    Condition("firm, eyes closed", "firm", "closed"),
    Condition("foam, eyes open", "foam", "open", 22.3, 35.4),
    Condition("foam, eyes closed", "foam", "closed", 29.4, 41.5),
)


def velocity_mm_s(condition: Condition, seed: int) -> float:
    """Return the mean CoP velocity of one simulated person, sampled at 100 Hz as the published were."""
    standing = Standing(Person(Plate(), seed=seed))
    standing.stand(0, surface=condition.surface, vision=condition.vision)
    standing.step_on(0)
    times_ns = range(5 * S, (5 + SECONDS) * S, S // 100)
    fl, fr, rl, rr = np.array([standing.forces_n(t_ns) for t_ns in times_ns]).T
    load = fl + fr + rl + rr
    piece = Piece(200 * (fr + rr - fl - rl) / load, 200 * (fl + fr - rl - rr) / load)
    return sway_measures([piece], rate_hz=100)["velocity_mm_s"]


def recorded_mm_s(folder: Path | None, condition: Condition) -> list[float]:
    """Return the published velocities of the recordings in this folder."""
    if folder is None:
        return []
    with (folder / "published.csv").open(encoding="utf-8", newline="") as text:
        return [
            float(row["velocity_mm_s"])
            for row in csv.DictReader(text)
            if (row["surface"], row["vision"]) == (condition.surface, condition.vision)
        ]


def draw(folder: Path | None, file: Path) -> None:
    """Draw all conditions side by side."""
    mpl.rcParams.update({"svg.hashsalt": "person", "font.size": 11, "font.family": "DejaVu Sans"})
    figure, axes = plt.subplots(figsize=(8.6, 4.8), layout="constrained")
    for place, condition in enumerate(CONDITIONS):
        simulated = sorted(velocity_mm_s(condition, seed) for seed in range(PEOPLE))
        low, high = np.percentile(simulated, [5, 95])
        one = place == 0
        axes.bar(
            place - 0.16, high - low, 0.26, low, color=SOFT, label="simulated, 5 to 95 %" if one else None
        )
        median = statistics.median(simulated)
        axes.plot(
            [place - 0.29, place - 0.03],
            [median] * 2,
            color=CALM,
            lw=3,
            label="simulated, median" if one else None,
        )
        axes.annotate(
            f"{median:.1f}", (place - 0.31, median), ha="right", va="center", color=CALM, fontsize=10
        )
        if condition.range_mm_s is not None:
            axes.plot(
                [place + 0.16] * 2, condition.range_mm_s, color=INK, lw=1.2, label="published, 5 to 95 %"
            )
        for age, marker, value in (("young", "o", condition.young), ("old", "s", condition.old)):
            if value is not None:
                label = f"published median, {age}" if one else None
                axes.plot(place + 0.16, value, marker, color=INK, ms=7, label=label, zorder=3)
                axes.annotate(f"{value:.1f}", (place + 0.22, value), va="center", fontsize=10, color=INK)
        people = recorded_mm_s(folder, condition)
        label = "three recorded people" if one else None
        axes.plot([place + 0.02] * len(people), people, "x", color=WARM, ms=6, label=label)
    axes.set_xticks(range(len(CONDITIONS)), [condition.words for condition in CONDITIONS])
    axes.set_xlim(-0.55, len(CONDITIONS) - 0.4)
    axes.set_yscale("log")
    ticks = [5, 10, 20, 40, 80]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(4, 95)
    axes.set_ylabel("mean CoP velocity, mm/s")
    axes.grid(axis="y", color="#e4e7ea")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left", fontsize=9.5)
    figure.savefig(file, metadata={"Date": None})


def main() -> None:
    """Draw the figure beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, metavar="FOLDER", help="folder with HBEDB's published.csv")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".svg"))
    asked = parser.parse_args()
    draw(asked.recordings, asked.out)


if __name__ == "__main__":
    main()
