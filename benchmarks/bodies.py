"""Simulated bodies at the level of samples, with known truth: what they do is laid over simulated sway."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from station.board.load import Plate
from station.board.person import Manner, Person, Stance, Vision
from station.sway.filter import LowPass
from station.sway.live import CUTOFF_HZ, PERIOD_NS, RATE_HZ
from station.sway.plate import MIN_LOAD_N
from station.sway.reading import Sample

CELL_NOISE_N = 0.25
S = 1_000_000_000
PLATE = Plate()
PLATE_MM = (PLATE.width_mm, PLATE.length_mm)
# The body bobs a little over its joints (SD, share of the load): not known of patients, and not nothing.
BOB = 0.004
BOB_KEPT = math.exp(-2 * math.pi * 1.5 / RATE_HZ)


@dataclass
class Load:
    """What presses on the plate at one instant: total force in N and its middle in mm."""

    n: float
    x_mm: float
    y_mm: float


Deed = Callable[[float, Load], None]  # at a time in s, changes the load


def smooth(share: float) -> float:
    """Return 0 to 1 without a corner at either end."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


class Body:
    """Somebody who sways like the simulated person and does `deeds`; time runs from the first sample."""

    def __init__(self, seed: int, stance: Stance = "both", vision: Vision = "open") -> None:
        self.person = Person(PLATE, seed=seed)
        self.person.take(Manner(stance, vision, "firm"), 0.0)
        self.person.begin(0)
        self.deeds: list[Deed] = []
        self.true_n = 0.0  # at the newest sample, without noise or filter
        self._t_ns = 0
        self._bob = 0.0
        self._random = random.Random(f"body {seed}")
        self._filter = LowPass(cutoff_hz=CUTOFF_HZ, rate_hz=RATE_HZ, channels=4)

    @property
    def t_s(self) -> float:
        """Return the time of the newest sample."""
        return self._t_ns / S

    def samples(self, seconds: float) -> Iterator[Sample]:
        """Yield the samples of the next while, as the live path makes them of such forces."""
        for _ in range(round(seconds * RATE_HZ)):
            self._t_ns += PERIOD_NS
            yield self._sample(self._load())

    def _load(self) -> Load:
        forces_n = self.person.forces_n(self._t_ns)
        load_n = sum(forces_n)
        x_mm, y_mm = _cop_mm(forces_n)
        self._bob = BOB_KEPT * self._bob + math.sqrt(1 - BOB_KEPT**2) * self._random.gauss(0, BOB)
        load = Load(load_n * (1 + self._bob), x_mm, y_mm)
        for deed in self.deeds:
            deed(self.t_s, load)
        self.true_n = load.n
        return load

    def _sample(self, load: Load) -> Sample:
        corners_n = PLATE.corners_n(load.n, load.x_mm, load.y_mm)
        felt_n = self._filter.step([n + self._random.gauss(0, CELL_NOISE_N) for n in corners_n])
        fl_n, fr_n, rl_n, rr_n = felt_n
        load_n = sum(felt_n)
        if load_n < MIN_LOAD_N:
            return Sample(self._t_ns, (fl_n, fr_n, rl_n, rr_n), load_n, None, None)
        x_mm, y_mm = _cop_mm(felt_n)
        return Sample(self._t_ns, (fl_n, fr_n, rl_n, rr_n), load_n, x_mm, y_mm)


def _cop_mm(forces_n: tuple[float, ...] | list[float]) -> tuple[float, float]:
    fl_n, fr_n, rl_n, rr_n = forces_n
    load_n = fl_n + fr_n + rl_n + rr_n
    return (
        PLATE.width_mm / 2 * (fr_n + rr_n - fl_n - rl_n) / load_n,
        PLATE.length_mm / 2 * (fl_n + fr_n - rl_n - rr_n) / load_n,
    )


def hands(share: Callable[[float], float]) -> Deed:
    """Return hands that carry this share of the body weight."""

    def carry(t_s: float, load: Load) -> None:
        load.n *= 1 - share(t_s)

    return carry


def leave(at_s: float, takes_s: float, *, shift_mm: float = 0.0, shift_s: float = 0.5) -> Deed:
    """Return somebody whose load leaves the board; before it does, it moves over one foot."""

    def leaving(t_s: float, load: Load) -> None:
        load.x_mm += shift_mm * smooth((t_s - at_s + shift_s) / shift_s)
        load.n *= 1 - smooth((t_s - at_s) / takes_s)

    return leaving


@dataclass
class Landing:
    """Another foot coming down: where beside the first, how much it carries, how quickly and how hard."""

    at_s: float
    aside_mm: float
    share: float
    takes_s: float
    bump: float

    @classmethod
    def drawn(cls, rng: random.Random, at_s: float, way: int) -> "Landing":
        """Return one of many landings."""
        return cls(
            at_s,
            way * rng.uniform(100, 220),
            rng.uniform(0.15, 0.5),
            rng.uniform(0.08, 0.25),
            rng.uniform(0.02, 0.12),
        )

    def __call__(self, t_s: float, load: Load) -> None:
        since_s = t_s - self.at_s
        share = self.share * smooth(since_s / self.takes_s)
        load.x_mm += share * (self.aside_mm - load.x_mm)
        if 0 <= since_s < 0.08:
            load.n *= 1 + self.bump * math.sin(math.pi * since_s / 0.08)
        elif 0.08 <= since_s < 0.2:
            load.n *= 1 - self.bump / 3 * math.sin(math.pi * (since_s - 0.08) / 0.12)


class CalfRaises:
    """A number of raises from a time on, each with its own height and pace; `end_s` is when all are done."""

    def __init__(self, rng: random.Random, number: int, from_s: float) -> None:
        self._raises: list[tuple[float, float, float, float, float, float]] = []
        at_s = from_s
        height_mm = rng.uniform(45, 90)
        for _ in range(number):
            up_s, top_s, down_s = rng.uniform(0.35, 1.2), rng.uniform(0.1, 1.2), rng.uniform(0.35, 1.2)
            back_mm = rng.uniform(0, 18)
            self._raises.append((at_s, up_s, top_s, down_s, height_mm * rng.uniform(0.8, 1.2), back_mm))
            at_s += up_s + top_s + down_s + 0.4 + rng.choice((rng.uniform(0, 0.8), rng.uniform(0, 4)))
        self.end_s = at_s
        self._drift_mm_s = rng.uniform(-0.25, 0.25)
        self._from_s = from_s
        self._phase = rng.uniform(0, 6)

    def __call__(self, t_s: float, load: Load) -> None:
        load.y_mm += self._drift_mm_s * max(0.0, t_s - self._from_s)
        for at_s, up_s, top_s, down_s, height_mm, back_mm in self._raises:
            since_s = t_s - at_s
            if not 0 <= since_s < up_s + top_s + down_s + 0.4:
                continue
            up = smooth(since_s / up_s) - smooth((since_s - up_s - top_s) / down_s)
            # On the toes people wobble; coming down they land a little behind, and come back.
            wobble_mm = 6 * up * math.sin(2 * math.pi * 1.7 * t_s + self._phase)
            settling = smooth((since_s - up_s - top_s - down_s * 0.7) / (down_s * 0.3))
            settling -= smooth((since_s - up_s - top_s - down_s) / 0.4)
            load.y_mm += height_mm * up + wobble_mm - back_mm * settling
            beat = 2 * math.pi / up_s
            load.n *= 1 + (0.03 * math.sin(beat * since_s) if since_s < up_s else 0.0)
            return
