"""Sample entropy: how little the past of a signal says about its next value (Richman & Moorman 2000)."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from station.sway.measures import Floats, Piece

M: Final = 2
R_SD: Final = 0.2
# Sway holds nothing above 10 Hz. At 100 Hz neighbouring samples are nearly equal and entropy would measure
# the sampling rate; at 20 Hz it measures the person.
RATE_HZ: Final = 20.0


def sample_entropy(values: Floats, *, m: int = M, r_sd: float = R_SD) -> float | None:
    """Return −ln(A/B) of `values`, shape (n,), with tolerance `r_sd` standard deviations.

    B counts pairs of templates of length m within the tolerance (largest difference), A those that also agree
    in the next value; no template is compared with itself. None when nothing agrees, or nothing varies.
    """
    n = len(values)
    spread = float(values.std())
    if n <= m + 1 or spread == 0:
        return None
    scaled = (values / (r_sd * spread)).astype(np.float32)
    near = np.abs(scaled[:, None] - scaled[None, :]) <= 1
    of_m = near[: n - m, : n - m].copy()
    for shift in range(1, m):
        of_m &= near[shift : n - m + shift, shift : n - m + shift]
    pairs_b = int(np.count_nonzero(of_m)) - (n - m)
    of_m &= near[m:, m:]
    pairs_a = int(np.count_nonzero(of_m)) - (n - m)
    return -math.log(pairs_a / pairs_b) if pairs_a > 0 and pairs_b > 0 else None


def velocity_entropy(pieces: Sequence[Piece], rate_hz: float) -> dict[str, float]:
    """Return the sample entropy of the velocity of each axis at 20 Hz, from the longest piece."""
    step = max(1, round(rate_hz / RATE_HZ))
    longest = max(pieces, key=lambda piece: len(piece.x_mm))
    entropies = {
        "entropy_ml": sample_entropy(np.diff(longest.x_mm[::step])),
        "entropy_ap": sample_entropy(np.diff(longest.y_mm[::step])),
    }
    return {name: value for name, value in entropies.items() if value is not None}
