"""How like trials change over time. Trials under other conditions are never in one line."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ui.care.models import Trial
from ui.care.stabilogram import round_step
from ui.care.words import conditions_words, routine_words, seconds_words

WIDTH_PX: Final = 460.0
HEIGHT_PX: Final = 120.0
GRID_LINES: Final = 3
FEWEST: Final = 2
MOST_TRIALS: Final = 60


@dataclass(frozen=True, slots=True)
class Dot:
    """One trial in a chart."""

    x_px: float
    y_px: float
    value: float
    when: datetime
    reached: bool


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line of the scale."""

    label: str
    y_px: float


@dataclass(frozen=True, slots=True)
class Chart:
    """One quantity over the trials, from 0 at the bottom; trials are spaced evenly, in the order of time."""

    unit: str
    dots: tuple[Dot, ...]
    grid: tuple[GridLine, ...]
    width_px: float = WIDTH_PX
    height_px: float = HEIGHT_PX

    @property
    def line(self) -> str:
        """The dots as `points` of an SVG polyline."""
        return " ".join(f"{dot.x_px:.1f},{dot.y_px:.1f}" for dot in self.dots)


@dataclass(frozen=True, slots=True)
class Trend:
    """Like trials: the same exercise, rung, side, vision, surface and duration."""

    title: str
    conditions: str
    sim: bool
    hold: Chart
    velocity: Chart | None  # None where fewer than two trials carry it


def trends(trials: Iterable[Trial], *, most: int = 3) -> list[Trend]:
    """Return the trends of these trials, that with the newest trial first; lone trials have none."""
    groups: defaultdict[tuple[object, ...], list[Trial]] = defaultdict(list)
    for trial in sorted(trials, key=lambda trial: (trial.started, trial.number)):
        groups[trial.conditions].append(trial)
    like = [group[-MOST_TRIALS:] for group in groups.values() if len(group) >= FEWEST]
    like.sort(key=lambda group: group[-1].started, reverse=True)
    return [_trend(group) for group in like[:most]]


def _trend(group: Sequence[Trial]) -> Trend:
    newest = group[-1]
    conditions = conditions_words(newest.__dict__)
    return Trend(
        title=routine_words(newest.routine, newest.side),
        conditions=f"{conditions} · {seconds_words(newest.target_hold_s)}",
        sim=newest.sim,
        hold=_chart(group, "s", lambda trial: trial.hold_s),
        velocity=_velocity(group),
    )


def _velocity(group: Sequence[Trial]) -> Chart | None:
    # A hold that ended early is shorter, and velocity depends on duration: only full holds are alike.
    full = [trial for trial in group if trial.outcome == "done" and trial.velocity_mm_s is not None]
    return _chart(full, "mm/s", lambda trial: trial.velocity_mm_s or 0.0) if len(full) >= FEWEST else None


def _chart(group: Sequence[Trial], unit: str, value_of: Callable[[Trial], float]) -> Chart:
    step = round_step(max(1e-3, *(value_of(trial) for trial in group)) / GRID_LINES)
    top = step * GRID_LINES
    between_px = WIDTH_PX / (len(group) - 1)
    dots = tuple(
        Dot(
            x_px=n * between_px,
            y_px=HEIGHT_PX * (1 - value_of(trial) / top),
            value=value_of(trial),
            when=trial.started,
            reached=trial.outcome == "done",
        )
        for n, trial in enumerate(group)
    )
    grid = tuple(GridLine(f"{n * step:g}", HEIGHT_PX * (1 - n / GRID_LINES)) for n in range(GRID_LINES + 1))
    return Chart(unit, dots, grid)
