"""The other foot coming down in a single-leg stance."""

from typing import Final

from station.sway.reading import Sample
from station.training.arrival import Stood
from station.training.lasting import Lasting

# Sideways from where the one foot stood: the other foot must carry part of the load.
ASIDE_MM: Final = 60.0
ASIDE_S: Final = 0.2


class TouchDown:
    """Watches the CoP of somebody who stands on one leg."""

    def __init__(self, stood: Stood) -> None:
        self._stood = stood
        self._lasting = Lasting()

    def step(self, sample: Sample) -> bool:
        """Take the next sample; return whether the other foot is down."""
        aside = sample.x_mm is not None and abs(sample.x_mm - self._stood.x_mm) > ASIDE_MM
        return self._lasting.so("aside", now=aside, t_ns=sample.t_ns, at_least_s=ASIDE_S)
