"""How much of a velocity the board's own noise would show."""

import math
from functools import cache
from typing import Final

import numpy as np

from station.sway.filter import butterworth, response
from station.sway.grid import CUTOFF_HZ, ORDER, RATE_HZ
from station.sway.plate import Plate

CHIP_HZ: Final = 87.0  # the middle of 80 to 94 SPS, over which a chip's noise is spread


@cache
def _velocity_per_noise_s() -> float:
    """Return the rms velocity, per rms of the noise of one reading, that passes the method's filter (1/s).

    White noise of variance 1 at the chips' rate has the one-sided density 2/rate up to rate/2; forward and
    backward the filter passes |H|⁴ of the power; differentiating multiplies it by (2πf)².
    """
    f_hz = np.linspace(0, CHIP_HZ / 2, 4000)
    gain = response(butterworth(ORDER, CUTOFF_HZ, RATE_HZ), f_hz, RATE_HZ)
    power = (2 / CHIP_HZ) * gain**4 * (2 * np.pi * f_hz) ** 2
    return float(np.sqrt(np.trapezoid(power, f_hz)))


def noise_velocity_mm_s(noise_n: float, load_n: float, plate: Plate) -> float:
    """Return the mean velocity in mm/s that a motionless load would show.

    Four cells of noise σ move the CoP by W·σ/F in x and L·σ/F in y (rms). The speed of two independent
    normal velocities has the mean √(π/2) times their rms when both are equal; here their mean square is used.
    """
    per_axis = math.sqrt((plate.width_mm**2 + plate.length_mm**2) / 2) * noise_n / load_n
    return math.sqrt(math.pi / 2) * per_axis * _velocity_per_noise_s()
