"""The procedures: tare, cells, plate, verify and the daily check, each a list of steps with its refusals."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from calibration.dialogue import Step, Taken, zero_of
from calibration.points import Point, Use
from calibration.refusal import Refusal, RefusedError, refuse
from calibration.still import Still
from station.sway.plate import CORNERS_X, CORNERS_Y, Plate
from station.sway.reading import CELL_COUNT, CELLS

GRAVITY_M_S2: Final = 9.80665  # standard gravity (CGPM 1901)
EMPTY_N: Final = 10.0  # an empty plate seen twice within one calibration
FAR_N: Final = 60.0  # from the reference zero: something stands on it, or a cell has walked
LEAST_APART: Final = 0.01  # Klipper's rule: readings less than 1 % apart are of the same load
MASS_OFF: Final = 0.1
PLACE_OFF_MM: Final = 40.0
PRESSED: Final = 2.0  # a pressed corner answers with this many times the next one
LEAST_PRESS_COUNTS: Final = 20_000
WORDS: Final = ("front left", "front right", "rear left", "rear right")

EMPTY: Final = Step("empty", "take everything off the plate")


def _net(still: Still, taken: Sequence[Taken]) -> list[float]:
    zero = zero_of(taken) or (0.0,) * CELL_COUNT
    return [counts - tare for counts, tare in zip(still.counts, zero, strict=True)]


@dataclass(frozen=True, slots=True)
class Tare:
    """The zero of the empty plate."""

    plate: Plate
    total: int = 1

    def next_step(self, taken: Sequence[Taken]) -> Step | None:
        """Return the one step there is."""
        return None if taken else EMPTY

    def refusal(self, step: Step, still: Still, taken: Sequence[Taken]) -> Refusal | None:  # noqa: ARG002
        """Refuse a plate that is loaded or whose zero is far from the calibration's."""
        if self.plate.nominal:
            return None
        off_n = [self.plate.force_n(cell, still.counts[cell]) for cell in range(CELL_COUNT)]
        if abs(sum(off_n)) > FAR_N:
            load_n = sum(off_n)
            text = f"the plate carries {load_n:.0f} N; take everything off, or calibrate again if it is empty"
            return refuse("plate_loaded", text, load_n=round(load_n))
        return None


@dataclass(frozen=True, slots=True)
class Corners:
    """Which chip is at which corner, found by pressing them."""

    plate: Plate
    total: int = 1 + CELL_COUNT

    def next_step(self, taken: Sequence[Taken]) -> Step | None:
        """Return: empty, then the corners in their order."""
        if not taken:
            return EMPTY
        corner = len(taken) - 1
        if corner == CELL_COUNT:
            return None
        x_mm, y_mm = above_cells(self.plate)[corner]
        return Step("press", f"press the {WORDS[corner]} corner with your hand and keep pressing", x_mm, y_mm)

    def refusal(self, step: Step, still: Still, taken: Sequence[Taken]) -> Refusal | None:
        """Refuse a press that no chip answers clearly, or one that answered before."""
        if step.kind == "empty":
            return None
        answers = sorted((abs(n) for n in _net(still, taken)), reverse=True)
        if answers[0] < LEAST_PRESS_COUNTS or answers[0] < PRESSED * answers[1]:
            text = "no single cell answered; press right above one corner and harder"
            return refuse("no_single_cell", text, corner=step.corner)
        chip = self._answers(still, taken)
        if chip in self.order(taken):
            text = "the same cell answered before; press the corner that is named"
            return refuse("corner_again", text, corner=step.corner)
        return None

    def order(self, taken: Sequence[Taken]) -> list[int]:
        """Return the chip at each corner pressed so far."""
        return [self._answers(t.still, taken) for t in taken if t.step.kind == "press"]

    def _answers(self, still: Still, taken: Sequence[Taken]) -> int:
        net = _net(still, taken)
        return max(range(CELL_COUNT), key=lambda cell: abs(net[cell]))


@dataclass(frozen=True, slots=True)
class Masses:
    """Known masses at known places: `cells` (right above each cell), `plate`, `verify` and `daily` alike.

    Each place begins with an empty plate, and another one ends it all.
    """

    plate: Plate  # nominal is enough: it tells one corner from another
    places_mm: Sequence[tuple[float, float]]
    forces_n: Sequence[float]
    check_scale: bool = False  # the plate is calibrated, so its own weight of a mass may be believed

    def __post_init__(self) -> None:
        """Refuse masses that are too few, or nearly alike. Raises CalibrationError."""
        if not self.forces_n or min(self.forces_n) <= 0:
            raise RefusedError("no_mass", "name at least one mass above 0 kg")
        for lighter, heavier in pairwise(sorted(self.forces_n)):
            if heavier - lighter < LEAST_APART * heavier:
                text = "two masses are less than 1 % apart; use masses that differ more"
                raise RefusedError("masses_alike", text)

    @property
    def total(self) -> int:
        """Return how many steps there are."""
        return len(self.places_mm) * (1 + len(self.forces_n)) + 1

    def steps(self) -> list[Step]:
        """Return all steps."""
        steps: list[Step] = []
        for x_mm, y_mm in self.places_mm:
            steps.append(EMPTY)
            for force_n in self.forces_n:
                kg = force_n / GRAVITY_M_S2
                text = f"put {kg:.2f} kg at {_where(x_mm, y_mm)} and let go"
                steps.append(Step("mass", text, x_mm, y_mm, force_n))
        return [*steps, EMPTY]

    def next_step(self, taken: Sequence[Taken]) -> Step | None:
        """Return the step after those taken."""
        steps = self.steps()
        return steps[len(taken)] if len(taken) < len(steps) else None

    def refusal(self, step: Step, still: Still, taken: Sequence[Taken]) -> Refusal | None:
        """Refuse a plate not empty, a load unchanged, a wrong mass or a wrong place."""
        if step.kind == "empty":
            return not_empty(self.plate, still, taken)
        net = _net(still, taken)
        load, usual = sum(net), self._counts_per_n(taken)
        floor = EMPTY_N * abs(sum(self.plate.counts_per_n)) / CELL_COUNT
        if abs(load) < floor:
            return refuse("nothing_put", "nothing was put on the plate")
        before = sum(_net(taken[-1].still, taken)) if taken[-1].step.kind == "mass" else 0.0
        if abs(load - before) < LEAST_APART * abs(load):
            return refuse("same_as_before", "the plate reads the same as before; put the next mass on it")
        if usual is not None and abs(load / usual / step.force_n - 1) > MASS_OFF:
            weighed_kg, named_kg = load / usual / GRAVITY_M_S2, step.force_n / GRAVITY_M_S2
            text = (
                f"this weighs {weighed_kg:.1f} kg, not {named_kg:.1f} kg; "
                "take the right mass, or go back if the one before was wrong"
            )
            return refuse("wrong_mass", text, kg=round(weighed_kg, 1), asked_kg=round(named_kg, 2))
        return self._misplaced(step, net)

    def _counts_per_n(self, taken: Sequence[Taken]) -> float | None:
        """Return what the masses before gave in counts per newton, the middle of them."""
        if self.check_scale:
            return sum(self.plate.counts_per_n) / CELL_COUNT
        ratios = sorted(
            sum(_net(t.still, taken[: at + 1])) / t.step.force_n
            for at, t in enumerate(taken)
            if t.step.kind == "mass"
        )
        return ratios[len(ratios) // 2] if ratios else None

    def _misplaced(self, step: Step, net: Sequence[float]) -> Refusal | None:
        forces_n = [n / scale for n, scale in zip(net, self.plate.counts_per_n, strict=True)]
        x_mm, y_mm = self.plate.cop_mm(forces_n, sum(forces_n))
        if abs(x_mm - step.x_mm) < PLACE_OFF_MM and abs(y_mm - step.y_mm) < PLACE_OFF_MM:
            return None
        text = (
            f"the mass stands near {_where(x_mm, y_mm)}, not at {_where(step.x_mm, step.y_mm)}; "
            "move it, or check the order of the corners with: balance-calibrate corners"
        )
        told = {"x_mm": round(x_mm), "y_mm": round(y_mm)}
        asked = {"asked_x_mm": round(step.x_mm), "asked_y_mm": round(step.y_mm)}
        return refuse("misplaced", text, **told, **asked)


def not_empty(plate: Plate, still: Still, taken: Sequence[Taken]) -> Refusal | None:
    """Refuse a plate that carries more than when it was first seen empty."""
    if not taken:
        return None
    first = zip(still.counts, taken[0].still.counts, plate.counts_per_n, strict=True)
    load_n = sum((now - then) / scale for now, then, scale in first)
    if abs(load_n) <= EMPTY_N:
        return None
    text = f"something is still on the plate ({load_n:.0f} N)"
    return refuse("not_empty", text, load_n=round(load_n))


def _where(x_mm: float, y_mm: float) -> str:
    across = f"{abs(x_mm):.0f} mm {'left' if x_mm < 0 else 'right'}" if abs(x_mm) >= 1 else ""
    along = f"{abs(y_mm):.0f} mm {'behind' if y_mm < 0 else 'in front'}" if abs(y_mm) >= 1 else ""
    both = " and ".join(way for way in (along, across) if way)
    return f"{both} of the middle" if both else "the middle"


def above_cells(plate: Plate) -> list[tuple[float, float]]:
    """Return the places right above the cells, in corner order."""
    return [
        (x * plate.width_mm / 2, y * plate.length_mm / 2) for x, y in zip(CORNERS_X, CORNERS_Y, strict=True)
    ]


def points_of(taken: Sequence[Taken], use: Use = "fit") -> list[Point]:
    """Return what was taken as points of a fit."""
    return [
        Point(f"step {at + 1}", t.step.x_mm, t.step.y_mm, t.step.force_n, t.still.counts, use)
        for at, t in enumerate(taken)
    ]


def resumed(points: Sequence[Point], procedure: Masses) -> list[Taken]:
    """Return earlier points as steps taken, as far as they belong to this procedure."""
    taken: list[Taken] = []
    for point, step in zip(points, procedure.steps(), strict=False):
        here = abs(point.x_mm - step.x_mm) < 0.01 and abs(point.y_mm - step.y_mm) < 0.01
        if not here or abs(point.force_n - step.force_n) > 0.01:
            return []
        taken.append(Taken(step, Still(point.counts, (0.0,) * CELL_COUNT)))
    return taken


def cells_of(taken: Sequence[Taken]) -> dict[str, tuple[list[float], list[float]]]:
    """Return forces in N and net counts of each cell, from masses put right above it."""
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in CELLS}
    for at, t in enumerate(taken):
        if t.step.kind == "mass":
            cell = next(
                c
                for c in range(CELL_COUNT)
                if CORNERS_X[c] * t.step.x_mm > 0 and CORNERS_Y[c] * t.step.y_mm > 0
            )
            forces_n, counts = found[CELLS[cell]]
            forces_n.append(t.step.force_n)
            counts.append(_net(t.still, taken[: at + 1])[cell])
    return found
