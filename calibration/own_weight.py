"""The daily check with a person on the plate: their weight is known from a bathroom scale, and no better."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from calibration.dialogue import Step, Taken, zero_of
from calibration.procedures import EMPTY, GRAVITY_M_S2, not_empty
from calibration.refusal import Refusal, refuse
from calibration.still import Still
from station.sway.drift import SPAN_OFF
from station.sway.plate import Plate
from station.sway.reading import CELL_COUNT

# What bathroom scales are good for: 0.5 kg, and 1 % of heavier people.
SCALE_KG: Final = 0.5
SCALE_SHARE: Final = 0.01
MISTYPED: Final = 1.5  # times the weight named: no board is off by so much, a digit is

Agreement = Literal["agrees", "unsure", "wrong"]
WORDS: Final[dict[Agreement, str]] = {
    "agrees": "agrees with the bathroom scale, as far as that can tell",
    "unsure": "the board and the bathroom scale differ, and either may be wrong; check with a known mass",
    "wrong": "weighs wrong, whatever the bathroom scale is good for; calibrate again",
}


@dataclass(frozen=True, slots=True)
class OwnWeight:
    """Empty plate, a person of a known weight, empty plate; says nothing of the CoP."""

    plate: Plate
    force_n: float
    total: int = 3

    def next_step(self, taken: Sequence[Taken]) -> Step | None:
        """Return the step after those taken."""
        stand = Step("person", "step onto the middle of the plate and stand still", force_n=self.force_n)
        steps = (EMPTY, stand, Step("empty", "step off; leave the plate empty", key="step_off"))
        return steps[len(taken)] if len(taken) < len(steps) else None

    def refusal(self, step: Step, still: Still, taken: Sequence[Taken]) -> Refusal | None:
        """Refuse a plate not empty, and a weight so far off that it was mistyped."""
        if step.kind == "empty":
            return not_empty(self.plate, still, taken)
        zero = zero_of(taken) or (0.0,) * CELL_COUNT
        told = zip(still.counts, zero, self.plate.counts_per_n, strict=True)
        load_n = sum((now - tare) / per_n for now, tare, per_n in told)
        if 1 / MISTYPED < load_n / self.force_n < MISTYPED:
            return None
        kg, named_kg = load_n / GRAVITY_M_S2, self.force_n / GRAVITY_M_S2
        text = f"the board weighs about {kg:.0f} kg, not {named_kg:.1f} kg; begin again with the right weight"
        return refuse("weight_mistyped", text, kg=round(kg), asked_kg=round(named_kg, 1))


def scale_error(weight_kg: float) -> float:
    """Return how wrong a bathroom scale may be about somebody, as a share of the weight."""
    return max(SCALE_KG / weight_kg, SCALE_SHARE)


def agreement(off: float, weight_kg: float) -> Agreement:
    """Return what a difference between board and scale proves; `off` is relative.

    Within the error of the scale they agree. The board is wrong for sure when even the best scale leaves it
    off by more than a known mass may be told wrong.
    """
    if abs(off) <= scale_error(weight_kg):
        return "agrees"
    return "wrong" if abs(off) > scale_error(weight_kg) + SPAN_OFF else "unsure"
