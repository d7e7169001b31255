"""What a simulated body does beside swaying: values that ramp, calf raises, the other foot coming down."""

import random
from typing import Final, Literal

Side = Literal["left", "right"]

S: Final = 1_000_000_000

# A calf raise: how far the CoP goes forward, how long it takes, and how both vary from one to the next.
RAISE_MM: Final = (50.0, 3.0, 40.0, 60.0)  # mean, SD, least, most
RAISE_S: Final = (3.0, 0.2, 2.4, 3.6)
# Shares of it: going up, staying on the toes, coming down; the rest is flat.
UP: Final = 0.25
ON_TOES: Final = 0.22
DOWN: Final = 0.25
BEFORE_FIRST_NS: Final = 500_000_000

OTHER_FOOT_MM: Final = 95.0  # where the CoP goes when the other foot carries half
FOOT_DOWN_NS: Final = 180_000_000
STRIKE_SHARE: Final = 0.12  # of the load more, for a moment, as the foot strikes
STRIKE_NS: Final = 150_000_000


def _smooth(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


class Ramp:
    """A value that moves to its target over a while, without a corner at either end."""

    def __init__(self, value: float, duration_ns: int) -> None:
        self._from = self.target = value
        self._since_ns = 0
        self._duration_ns = self._takes_ns = duration_ns

    def move(self, target: float, t_ns: int, *, duration_ns: int | None = None) -> None:
        """Start moving at this time, which may be past or to come."""
        self._from, self.target, self._since_ns = self.at(t_ns), target, t_ns
        self._takes_ns = duration_ns or self._duration_ns

    def at(self, t_ns: int) -> float:
        """Return the value at a time not before the last move."""
        elapsed_ns = t_ns - self._since_ns
        if elapsed_ns >= self._takes_ns:
            return self.target
        return self._from + (self.target - self._from) * _smooth(elapsed_ns / self._takes_ns)


class CalfRaises:
    """Up onto the toes and down again, so many times from this moment on; none is quite like the last."""

    def __init__(self, t_ns: int, count: int, *, seed: str) -> None:
        draw = random.Random(seed)  # noqa: S311 -- a simulation, no secret
        self._raises: list[tuple[int, int, float]] = []  # begins, lasts, mm
        begins_ns = t_ns + BEFORE_FIRST_NS
        for _ in range(count):
            lasts_ns = round(_drawn(draw, RAISE_S) * S)
            self._raises.append((begins_ns, lasts_ns, _drawn(draw, RAISE_MM)))
            begins_ns += lasts_ns
        self.ends_ns = begins_ns

    def forward_mm(self, t_ns: int) -> float:
        """Return how far the CoP is in front of where it is on flat feet."""
        for begins_ns, lasts_ns, height_mm in self._raises:
            if begins_ns <= t_ns < begins_ns + lasts_ns:
                share = (t_ns - begins_ns) / lasts_ns
                return height_mm * (_smooth(share / UP) - _smooth((share - UP - ON_TOES) / DOWN))
        return 0.0


def _drawn(draw: random.Random, of: tuple[float, float, float, float]) -> float:
    mean, sd, least, most = of
    return min(max(draw.gauss(mean, sd), least), most)


class OtherFoot:
    """The foot in the air of somebody on one leg: where it takes the CoP when it comes down."""

    def __init__(self) -> None:
        self._aside_mm = Ramp(0.0, FOOT_DOWN_NS)
        self._struck_ns: int | None = None

    def come_down(self, t_ns: int, side: Side) -> None:
        """Come down on this side of the other foot."""
        self._aside_mm.move(OTHER_FOOT_MM if side == "right" else -OTHER_FOOT_MM, t_ns)
        self._struck_ns = t_ns

    def lift(self, t_ns: int) -> None:
        """Leave the plate again."""
        if self._aside_mm.target:
            self._aside_mm.move(0.0, t_ns)
        self._struck_ns = None

    def aside_mm(self, t_ns: int) -> float:
        """Return how far to the right it takes the CoP."""
        return self._aside_mm.at(t_ns)

    def strike(self, t_ns: int) -> float:
        """Return what the load is multiplied with."""
        if self._struck_ns is None or not 0 <= t_ns - self._struck_ns < STRIKE_NS:
            return 1.0
        share = (t_ns - self._struck_ns) / STRIKE_NS
        return 1.0 + STRIKE_SHARE * 4 * share * (1 - share)
