"""A simulated person: an inverted pendulum held up by ankles that feel it late.

Model: Peterka 2002 (doi 10.1152/jn.2002.88.3.1097), one such loop for each axis, driven by a torque that
wanders. Its size is set so that people sway as those recorded by Santos & Duarte 2016 (doi
10.7717/peerj.2648) do: see docs/person.md for simulated against recorded.
"""

import math
import random
from collections import deque
from functools import cache
from typing import Final, Literal, NamedTuple

from station.board.load import Forces, Plate

Stance = Literal["both", "together", "one-leg", "semi-tandem", "tandem", "board"]
Vision = Literal["open", "closed"]
Surface = Literal["firm", "foam", "rocker-side", "rocker-forward", "wobble"]

BODY_WEIGHT_N: Final = 700.0
MASS_KG: Final = BODY_WEIGHT_N / 9.80665
COM_HEIGHT_M: Final = 0.9
TOPPLING_NM_PER_RAD: Final = BODY_WEIGHT_N * COM_HEIGHT_M
INERTIA_KG_M2: Final = 1.1 * MASS_KG * COM_HEIGHT_M**2
STIFFNESS_NM_PER_RAD: Final = 850.0
DAMPING_NM_S_PER_RAD: Final = 260.0
INTEGRAL_NM_PER_RAD_S: Final = 20.0
STEP_S: Final = 0.005
STEP_NS: Final = 5_000_000
DELAY_STEPS: Final = 24  # 120 ms from tilt to torque
HISTORY_STEPS: Final = 64  # chips ask for times up to some 20 ms apart
WARM_UP_STEPS: Final = 2_000
LONGEST_CATCH_UP_NS: Final = 1_000_000_000
WHERE_MM: Final = (3.0, -12.0)  # people stand a little behind the centre
# Hands that carry a fifth of the body weight halve what disturbs it; more does not help further.
STEADYING_SHARE: Final = 0.2
STEADYING: Final = 0.5


# A push that makes somebody stumble, and how far the feet let the CoP go.
STUMBLE_NM: Final = (18.0, 55.0)  # across (ML) and along (AP)
STUMBLE_STEPS: Final = 40  # 200 ms
FEET_MM: Final = (150.0, 130.0)
# People differ: the standard deviation of the log of their sway's size, and how far it goes.
SPREAD: Final = 0.2
WIDEST_SPREAD: Final = 0.35


class Manner(NamedTuple):
    """How somebody stands; None leaves it as it is."""

    stance: Stance | None = None
    vision: Vision | None = None
    surface: Surface | None = None
    sway_factor: float | None = None  # 1 sways as most people do, 2 twice as much: skill, or the lack of it


class Disturbance(NamedTuple):
    """The torque that wanders in an axis: its size across (ML) and along (AP), and how long it keeps."""

    ml_nm: float
    ap_nm: float
    memory_s: float


DISTURBANCE: Final[dict[Stance, Disturbance]] = {
    "both": Disturbance(0.76, 1.02, 0.5),
    "together": Disturbance(1.2, 1.1, 0.45),
    "one-leg": Disturbance(3.0, 2.4, 0.2),
    "semi-tandem": Disturbance(1.6, 1.3, 0.35),
    "tandem": Disturbance(2.4, 1.7, 0.25),
    "board": Disturbance(2.2, 2.4, 0.4),
}
# Medians on foam are about 2.8 times those on firm ground with open eyes, 3.5 times with closed eyes.
HARDER: Final[dict[tuple[Vision, Surface], float]] = {
    ("open", "firm"): 1.0,
    ("closed", "firm"): 1.25,
    ("open", "foam"): 2.8,
    ("closed", "foam"): 3.5,
}


def disturbance(stance: Stance, vision: Vision, surface: Surface) -> Disturbance:
    """Return what disturbs somebody who stands like this.

    Foam under a stance that is hard already adds half of what it adds to quiet standing; a board that tilts
    is a stance of its own.
    """
    ml_nm, ap_nm, memory_s = DISTURBANCE[stance]
    harder = HARDER[vision, "foam" if surface == "foam" else "firm"]
    if stance != "both":
        harder = (1 + harder) / 2
    return Disturbance(harder * ml_nm, harder * ap_nm, 0.8 * memory_s if surface == "foam" else memory_s)


@cache
def _wandering(memory_s: float) -> tuple[float, float]:
    """Return what a step keeps of a torque that wanders, and how much of a new one comes in."""
    kept = math.exp(-STEP_S / memory_s)
    return kept, math.sqrt(1 - kept * kept)


class Pendulum:
    """Sway in one axis."""

    def __init__(self, seed: str) -> None:
        self._gauss = random.Random(seed).gauss  # noqa: S311 -- a simulation, no secret
        self._tilt_rad = self._rate_rad_s = self._torque_nm = self._lean_rad_s = 0.0
        self._felt = deque([(0.0, 0.0)] * DELAY_STEPS)

    def step(self, size_nm: float, memory_s: float, pushed_nm: float = 0.0) -> float:
        """Go on by `STEP_S` and return the CoP in mm from where the person stands."""
        felt, now_rad, rate_rad_s = self._felt, self._tilt_rad, self._rate_rad_s
        tilt_rad, felt_rad_s = felt.popleft()
        felt.append((now_rad, rate_rad_s))
        lean_rad_s = self._lean_rad_s = self._lean_rad_s + tilt_rad * STEP_S
        ankle_nm = (
            STIFFNESS_NM_PER_RAD * tilt_rad
            + DAMPING_NM_S_PER_RAD * felt_rad_s
            + INTEGRAL_NM_PER_RAD_S * lean_rad_s
        )
        kept, fresh = _wandering(memory_s)
        torque_nm = self._torque_nm = kept * self._torque_nm + size_nm * fresh * self._gauss(0, 1)
        push_nm = TOPPLING_NM_PER_RAD * now_rad - ankle_nm + torque_nm + pushed_nm
        rate_rad_s = self._rate_rad_s = rate_rad_s + push_nm / INERTIA_KG_M2 * STEP_S
        self._tilt_rad = now_rad + rate_rad_s * STEP_S
        return ankle_nm / BODY_WEIGHT_N * 1000


class Person:
    """Somebody who stands for as long as they are asked to; the same seed sways the same way.

    `again` is the same person on another occasion: as steady, and not the same motion.
    """

    duration_ns: int | None = None

    def __init__(
        self, plate: Plate, *, seed: int = 0, sway_factor: float = 1.0, again: int | None = None
    ) -> None:
        self._plate = plate
        moment = f"{seed}" if again is None else f"{seed} {again}"
        self._axes = (Pendulum(f"ml {moment}"), Pendulum(f"ap {moment}"))
        draw = random.Random(f"person {seed}")  # noqa: S311 -- a simulation, no secret
        self._trait = math.exp(min(max(draw.gauss(0, SPREAD), -WIDEST_SPREAD), WIDEST_SPREAD))
        self._stance: Stance = "both"
        self._vision: Vision = "open"
        self._surface: Surface = "firm"
        self._hands_share = 0.0
        self._sway_factor = sway_factor
        self._disturbance = self._disturbed()
        self._pushed_steps = 0
        self._step = 0  # the newest step of the history, on a grid of STEP_NS
        self._history: deque[tuple[float, float]] = deque(maxlen=HISTORY_STEPS)
        for _ in range(WARM_UP_STEPS):
            self._go_on()

    def begin(self, t_ns: int) -> None:
        """Stand on the plate from now on."""
        self._step = t_ns // STEP_NS

    def take(self, manner: Manner, hands_share: float) -> None:
        """Stand like this from now on."""
        self._stance = manner.stance or self._stance
        self._vision = manner.vision or self._vision
        self._surface = manner.surface or self._surface
        self._sway_factor = self._sway_factor if manner.sway_factor is None else manner.sway_factor
        self._hands_share = hands_share
        self._disturbance = self._disturbed()

    def stumble(self) -> None:
        """Be pushed forward and to the side, and catch oneself."""
        self._pushed_steps = STUMBLE_STEPS

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force on each cell with the whole body weight on the plate."""
        step, rest_ns = divmod(t_ns, STEP_NS)
        if t_ns - self._step * STEP_NS > LONGEST_CATCH_UP_NS:
            self._step = step
        while self._step < step + 1:
            self._go_on()
            self._step += 1
        behind = min(self._step - step, HISTORY_STEPS - 1)
        (x_mm, y_mm), (next_x_mm, next_y_mm) = self._history[-1 - behind], self._history[-behind]
        share = rest_ns / STEP_NS
        return self._plate.corners_n(
            BODY_WEIGHT_N,
            WHERE_MM[0] + x_mm + share * (next_x_mm - x_mm),
            WHERE_MM[1] + y_mm + share * (next_y_mm - y_mm),
        )

    def _disturbed(self) -> Disturbance:
        ml_nm, ap_nm, memory_s = disturbance(self._stance, self._vision, self._surface)
        size = (
            self._sway_factor * self._trait * (1 - STEADYING * min(1.0, self._hands_share / STEADYING_SHARE))
        )
        return Disturbance(size * ml_nm, size * ap_nm, memory_s)

    def _go_on(self) -> None:
        ml_nm, ap_nm, memory_s = self._disturbance
        pushed = self._pushed_steps > 0
        self._pushed_steps -= pushed
        across, along = self._axes
        push_ml_nm, push_ap_nm = STUMBLE_NM if pushed else (0.0, 0.0)
        x_mm = across.step(ml_nm, memory_s, push_ml_nm)
        y_mm = along.step(ap_nm, memory_s, push_ap_nm)
        reach_x_mm, reach_y_mm = FEET_MM
        self._history.append(
            (
                x_mm if -reach_x_mm < x_mm < reach_x_mm else math.copysign(reach_x_mm, x_mm),
                y_mm if -reach_y_mm < y_mm < reach_y_mm else math.copysign(reach_y_mm, y_mm),
            )
        )
