"""A simulated person: an inverted pendulum held up by ankles that feel it late.

Model: Peterka 2002 (doi 10.1152/jn.2002.88.3.1097), one such loop for each axis, driven by a torque that
wanders. Its size is set so that quiet standing sways as recorded people do (median velocity 8 to 10 mm/s).
"""

import math
import random
from collections import deque
from typing import Final, Literal, NamedTuple

from station.board.load import Forces, Plate

Stance = Literal["both", "one-leg", "board"]

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


class Disturbance(NamedTuple):
    """The torque that wanders in an axis: its size across (ML) and along (AP), and how long it keeps."""

    ml_nm: float
    ap_nm: float
    memory_s: float


DISTURBANCE: Final[dict[Stance, Disturbance]] = {
    "both": Disturbance(0.85, 1.15, 0.5),
    "one-leg": Disturbance(3.0, 2.4, 0.2),
    "board": Disturbance(2.2, 2.4, 0.4),
}


class Pendulum:
    """Sway in one axis."""

    def __init__(self, seed: str) -> None:
        self._gauss = random.Random(seed).gauss  # noqa: S311 -- a simulation, no secret
        self._tilt_rad = self._rate_rad_s = self._torque_nm = self._lean_rad_s = 0.0
        self._felt = deque([(0.0, 0.0)] * DELAY_STEPS)

    def step(self, size_nm: float, memory_s: float) -> float:
        """Go on by `STEP_S` and return the CoP in mm from where the person stands."""
        tilt_rad, rate_rad_s = self._felt.popleft()
        self._felt.append((self._tilt_rad, self._rate_rad_s))
        self._lean_rad_s += tilt_rad * STEP_S
        ankle_nm = (
            STIFFNESS_NM_PER_RAD * tilt_rad
            + DAMPING_NM_S_PER_RAD * rate_rad_s
            + INTEGRAL_NM_PER_RAD_S * self._lean_rad_s
        )
        kept = math.exp(-STEP_S / memory_s)
        self._torque_nm = kept * self._torque_nm + size_nm * math.sqrt(1 - kept * kept) * self._gauss(0, 1)
        push_nm = TOPPLING_NM_PER_RAD * self._tilt_rad - ankle_nm + self._torque_nm
        self._rate_rad_s += push_nm / INERTIA_KG_M2 * STEP_S
        self._tilt_rad += self._rate_rad_s * STEP_S
        return ankle_nm / BODY_WEIGHT_N * 1000


class Person:
    """Somebody who stands for as long as they are asked to; the same seed sways the same way."""

    duration_ns: int | None = None

    def __init__(self, plate: Plate, *, seed: int = 0) -> None:
        self._plate = plate
        self._axes = (Pendulum(f"ml {seed}"), Pendulum(f"ap {seed}"))
        self._disturbance = DISTURBANCE["both"]
        self._steadied = 1.0
        self._step = 0  # the newest step of the history, on a grid of STEP_NS
        self._history: deque[tuple[float, float]] = deque(maxlen=HISTORY_STEPS)
        for _ in range(WARM_UP_STEPS):
            self._go_on()

    def begin(self, t_ns: int) -> None:
        """Stand on the plate from now on."""
        self._step = t_ns // STEP_NS

    def take(self, stance: Stance | None, hands_share: float) -> None:
        """Stand like this from now on; None keeps the stance."""
        if stance is not None:
            self._disturbance = DISTURBANCE[stance]
        self._steadied = 1 - STEADYING * min(1.0, hands_share / STEADYING_SHARE)

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

    def _go_on(self) -> None:
        across, along = self._axes
        ml_nm, ap_nm, memory_s = self._disturbance
        self._history.append(
            (across.step(self._steadied * ml_nm, memory_s), along.step(self._steadied * ap_nm, memory_s))
        )
