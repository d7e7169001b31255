"""A simulated patient from day to day: how well they stand, what hurts, what they answer.

Not a model of recovery: a few plain rules that let a programme meet good days, bad days and a fall.
"""

import math
import random
from dataclasses import dataclass
from typing import Final

from station.rehearse.spec import Spec
from station.training.programme import Planned
from station.training.questions import HIGHEST
from station.training.routine import Stance
from station.training.snapshot import Question

DAYS: Final = 7
SETBACK: Final = 1.5  # a painful week makes everything harder by so much
PAIN_FADES: Final = 0.88  # a week
HARD_FADES: Final = 0.93
# How much more the hands must carry than on both feet, and how much shorter one stands without them.
HARDER: Final[dict[Stance, float]] = {
    "both": 1.0, "together": 1.3, "semi-tandem": 1.3, "tandem": 1.6, "one-leg": 1.5, "board": 1.4, "off": 1.0,
}  # fmt: skip
CLOSED: Final = 1.2
FOAM: Final = 1.3
LETS_GO_PERCENT: Final = 2.0  # who needs no more than this from the hands can stand without
RESTS_ON_HANDS: Final = 0.4  # of what a rung allows: hands that may rest on something do
HURTS_A_LITTLE: Final = 0.08  # of the sessions end with one more on the scale of pain
SWAY_LEFT: Final = 0.7  # of the first day's sway stays, however strong somebody gets
VARIES: Final = 0.12  # SD of the log, from one attempt to the next
ENDURANCE_VARIES: Final = 0.25
# How far the CoP goes to the sides, forward and back of somebody who is well; what is left of it at first.
REACH_MM: Final = (110.0, 100.0, 55.0)
REACH_LEFT: Final = 0.7
AS_LAST_TIME: Final = 1  # places of the answers to how hard it was
HARDER_TODAY: Final = 2
LEG_STANCES: Final = ("one-leg", "tandem", "semi-tandem")
HEEL_TO_TOE: Final = 2.0  # one stands heel to toe so many times longer than on one leg
STEADIED_BY_PERCENT: Final = 4.0  # each such share on the hands adds the time once more


@dataclass(frozen=True, slots=True)
class Manner:
    """How one attempt will go: what the hands carry, and when the other foot must come down (None: not)."""

    hands_percent: float
    foot_down_s: float | None


class Patient:
    """The person of a `Spec` on one day."""

    def __init__(self, spec: Spec, day: int = 1, session: int = 1) -> None:
        self.spec = spec
        self.day = day
        self.occasion = 10 * day + session
        self._draw = random.Random(f"patient {spec.seed} {day} {session}")  # noqa: S311 -- a simulation
        self._weeks = (day - 1) / DAYS
        self.painful = spec.painful_week == (day - 1) // DAYS + 1
        self._pain_before = self._pain()

    @property
    def trains(self) -> bool:
        """Return whether they come to train on this day."""
        week, day = divmod(self.day - 1, DAYS)
        if self.spec.missed_week == week + 1:
            return False
        # Rest days are spread over the week: with two of them the fourth and the seventh.
        rests = {
            DAYS - 1 - round(n * DAYS / self.spec.rest_days_a_week) for n in range(self.spec.rest_days_a_week)
        }
        return day not in rests

    @property
    def sway_factor(self) -> float:
        """Return how much they sway today, of what most people sway."""
        return self.spec.sways * (SWAY_LEFT + (1 - SWAY_LEFT) * self._weaker())

    def _weaker(self) -> float:
        """Return what is left of the first day's weakness; a painful week brings some of it back."""
        left = (1 - self.spec.improves_percent / 100) ** self._weeks
        return float(left * (SETBACK if self.painful else 1.0))

    def manner(self, planned: Planned) -> Manner:
        """Return how an attempt at this exercise will go."""
        stance, rung = self.spec.stance or planned.stance, planned.rung
        harder = HARDER[stance] * (CLOSED if rung.vision == "closed" else 1.0)
        harder *= FOAM if rung.surface != "firm" else 1.0
        varies = math.exp(self._draw.gauss(0, VARIES))
        needs_percent = self.spec.hands_percent * harder * self._weaker() * varies
        rests_percent = RESTS_ON_HANDS * rung.support_limit_percent
        if rung.support in ("hovering", "none"):
            rests_percent = 0.0
            needs_percent = needs_percent if needs_percent > LETS_GO_PERCENT else 0.0
        hands_percent = min(90.0, max(needs_percent, rests_percent))
        return Manner(round(hands_percent, 1), self._foot_down_s(stance, harder, hands_percent))

    def _foot_down_s(self, stance: Stance, harder: float, hands_percent: float) -> float | None:
        if stance not in LEG_STANCES:
            return None
        alone_s = self.spec.stands_on_one_leg_s * HARDER["one-leg"] / harder / self._weaker()
        alone_s *= HEEL_TO_TOE if stance != "one-leg" else 1.0
        varies = math.exp(self._draw.gauss(0, ENDURANCE_VARIES))
        return alone_s * varies * (1 + hands_percent / STEADIED_BY_PERCENT)

    def reach(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Return where somebody gets who wants to lean there: no further than they can."""
        side_mm, forward_mm, back_mm = REACH_MM
        able = REACH_LEFT + (1 - REACH_LEFT) * (1 - min(1.0, self._weaker()))
        furthest = able / max(1e-9, math.hypot(x_mm / side_mm, y_mm / (forward_mm if y_mm > 0 else back_mm)))
        share = min(1.0, furthest)
        return share * x_mm, share * y_mm

    # -- answers -------------------------------------------------------------------------------------------

    def answer(self, question: Question) -> bool | int:
        """Return the answer to a question: what the spec says, else that of somebody who is well enough."""
        spec = self.spec
        if question.key in spec.answers and spec.answers_day in (None, self.day):
            return spec.answers[question.key]
        known = self._known(question.key)
        if known is not None:
            return known
        if question.kind == "yes_no":
            # `safest` rather keeps from training: a good day answers the opposite.
            return not question.safest
        return question.usual

    def _known(self, key: str) -> bool | int | None:
        """Return the answer of how this person is today, where that says it."""
        match key:
            case "pain" | "pain_now":
                return self._pain_before
            case "pain_after":
                return min(HIGHEST, self._pain_before + self._pain_rise())
            case "effort":
                return self._effort()
            case "overdone":
                return self.painful and (self.day - 1) % DAYS == 1
            case "compared":
                return HARDER_TODAY if self.painful else AS_LAST_TIME
            case _:
                return None

    def _pain(self) -> int:
        usual = float(self.spec.pain * PAIN_FADES**self._weeks)
        today = usual + (self.spec.painful_by if self.painful else 0)
        return min(HIGHEST, max(0, round(today + self._draw.gauss(0, 0.4))))

    def _pain_rise(self) -> int:
        """Return by how much training hurts: on the first days of a painful week, by two."""
        if self.painful and (self.day - 1) % DAYS < 2:
            return 2
        return 1 if self._draw.random() < HURTS_A_LITTLE else 0

    def _effort(self) -> int:
        usual = float(self.spec.effort * HARD_FADES**self._weeks + (2 if self.painful else 0))
        return min(HIGHEST, max(0, round(usual + self._draw.gauss(0, 0.5))))
