"""Simulated bodies at the level of samples, with known truth: what they do is laid over simulated sway.

The sway is that of `station.board.person`, a whole crowd at a time.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from station.board.load import Plate
from station.board.person import (
    BODY_WEIGHT_N,
    DAMPING_NM_S_PER_RAD,
    DELAY_STEPS,
    FEET_MM,
    INERTIA_KG_M2,
    INTEGRAL_NM_PER_RAD_S,
    SPREAD,
    STEP_S,
    STIFFNESS_NM_PER_RAD,
    STUMBLE_NM,
    STUMBLE_STEPS,
    TOPPLING_NM_PER_RAD,
    WARM_UP_STEPS,
    WHERE_MM,
    WIDEST_SPREAD,
    Stance,
    Vision,
    disturbance,
)
from station.sway.live import CUTOFF_HZ, PERIOD_NS, RATE_HZ
from station.sway.plate import MIN_LOAD_N
from station.sway.reading import Sample

Floats = NDArray[np.float64]

CELL_NOISE_N = 0.25
PLATE = Plate()
PLATE_MM = (PLATE.width_mm, PLATE.length_mm)
STEPS_A_SAMPLE = round(1 / RATE_HZ / STEP_S)
# The body bobs a little over its joints (SD, share of the load): not known of patients, and not nothing.
BOB = 0.004
BOB_HZ = 1.5
LOW_PASS = signal.butter(2, CUTOFF_HZ, fs=RATE_HZ)


@dataclass
class Load:
    """What presses on the plate over time: total force in N and its middle in mm."""

    t_s: Floats
    n: Floats
    x_mm: Floats
    y_mm: Floats


Deed = Callable[[Load], None]  # changes the load


@dataclass
class Body:
    """How somebody stands and what they do; a push at `push_s` makes them stumble."""

    seconds: float
    deeds: Sequence[Deed] = ()
    stance: Stance = "both"
    vision: Vision = "open"
    push_s: float | None = None
    true_n: Floats = field(default_factory=lambda: np.zeros(0))  # without noise or filter


def _sway_mm(bodies: Sequence[Body], axis: int, steps: int, rng: np.random.Generator) -> Floats:
    """Return the CoP of everybody in one axis around where they stand, mm, shape (bodies, steps)."""
    people = len(bodies)
    ways = [disturbance(body.stance, body.vision, "firm") for body in bodies]
    trait = np.exp(np.clip(rng.normal(0, SPREAD, people), -WIDEST_SPREAD, WIDEST_SPREAD))
    size_nm = trait * np.array([way[axis] for way in ways])
    kept = np.exp(-STEP_S / np.array([way.memory_s for way in ways]))
    drive_nm = size_nm * np.sqrt(1 - kept * kept)
    push_step = np.array([-1 if b.push_s is None else round(b.push_s / STEP_S) for b in bodies])
    tilt_rad, rate_rad_s, torque_nm, lean_rad_s = np.zeros((4, people))
    felt = np.zeros((DELAY_STEPS, 2, people))
    cop_mm = np.empty((people, steps))
    for step in range(-WARM_UP_STEPS, steps):
        felt_tilt_rad, felt_rate_rad_s = felt[step % DELAY_STEPS].copy()
        felt[step % DELAY_STEPS] = tilt_rad, rate_rad_s
        lean_rad_s += felt_tilt_rad * STEP_S
        ankle_nm = (
            STIFFNESS_NM_PER_RAD * felt_tilt_rad
            + DAMPING_NM_S_PER_RAD * felt_rate_rad_s
            + INTEGRAL_NM_PER_RAD_S * lean_rad_s
        )
        torque_nm = kept * torque_nm + drive_nm * rng.standard_normal(people)
        pushed = (push_step >= 0) & (step >= push_step) & (step < push_step + STUMBLE_STEPS)
        push_nm = TOPPLING_NM_PER_RAD * tilt_rad - ankle_nm + torque_nm + pushed * STUMBLE_NM[axis]
        rate_rad_s = rate_rad_s + push_nm / INERTIA_KG_M2 * STEP_S
        tilt_rad = tilt_rad + rate_rad_s * STEP_S
        if step >= 0:
            cop_mm[:, step] = ankle_nm / BODY_WEIGHT_N * 1000
    return np.clip(cop_mm, -FEET_MM[axis], FEET_MM[axis])


def crowd(bodies: Sequence[Body], seed: int) -> Iterator[list[Sample]]:
    """Yield the samples of each body, as the live path makes them of its forces."""
    rng = np.random.default_rng(seed)
    samples = round(max(body.seconds for body in bodies) * RATE_HZ)
    steps = samples * STEPS_A_SAMPLE
    x_mm, y_mm = (
        WHERE_MM[axis] + _sway_mm(bodies, axis, steps, rng)[:, ::STEPS_A_SAMPLE] for axis in range(2)
    )
    kept = math.exp(-2 * math.pi * BOB_HZ / RATE_HZ)
    shaken = rng.normal(0, BOB * math.sqrt(1 - kept * kept), x_mm.shape)
    bob = signal.lfilter([1.0], [1.0, -kept], shaken, axis=1)
    t_s = (np.arange(samples) + 1) / RATE_HZ
    for person, body in enumerate(bodies):
        load = Load(t_s, BODY_WEIGHT_N * (1 + bob[person]), x_mm[person].copy(), y_mm[person].copy())
        for deed in body.deeds:
            deed(load)
        body.true_n = load.n
        yield _samples(load, rng)[: round(body.seconds * RATE_HZ)]


def _samples(load: Load, rng: np.random.Generator) -> list[Sample]:
    across, along = 2 * load.x_mm / PLATE.width_mm, 2 * load.y_mm / PLATE.length_mm
    sides = [(1 - across) * (1 + along), (1 + across) * (1 + along)]
    sides += [(1 - across) * (1 - along), (1 + across) * (1 - along)]
    forces_n = load.n / 4 * np.array(sides) + rng.normal(0, CELL_NOISE_N, (4, len(load.n)))
    b, a = LOW_PASS
    at_rest = signal.lfilter_zi(b, a) * forces_n[:, :1]
    fl, fr, rl, rr = felt_n = signal.lfilter(b, a, forces_n, axis=1, zi=at_rest)[0]
    load_n = felt_n.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        x_mm = PLATE.width_mm / 2 * (fr + rr - fl - rl) / load_n
        y_mm = PLATE.length_mm / 2 * (fl + fr - rl - rr) / load_n
    rows = zip(felt_n.T.tolist(), load_n.tolist(), x_mm.tolist(), y_mm.tolist(), strict=True)
    return [
        Sample((k + 1) * PERIOD_NS, (n[0], n[1], n[2], n[3]), load, x, y)
        if load >= MIN_LOAD_N
        else Sample((k + 1) * PERIOD_NS, (n[0], n[1], n[2], n[3]), load, None, None)
        for k, (n, load, x, y) in enumerate(rows)
    ]


def smooth(share: Floats) -> Floats:
    """Return 0 to 1 without a corner at either end."""
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3 - 2 * share)


def hands(share: float, from_s: float, to_s: float = math.inf) -> Deed:
    """Return hands that take a share of the body weight within a second, and let go again within another."""

    def carry(load: Load) -> None:
        load.n *= 1 - share * (smooth(load.t_s - from_s) - smooth(load.t_s - to_s))

    return carry


def leave(at_s: float, takes_s: float, *, shift_mm: float = 0.0, shift_s: float = 0.5) -> Deed:
    """Return somebody whose load leaves the board; before it does, it moves over one foot."""

    def leaving(load: Load) -> None:
        load.x_mm += shift_mm * smooth((load.t_s - at_s + shift_s) / shift_s)
        load.n *= 1 - smooth((load.t_s - at_s) / takes_s)

    return leaving


def landing(rng: random.Random, at_s: float, way: int) -> Deed:
    """Return another foot coming down to the right (1) or left (-1): one of many landings."""
    aside_mm = way * rng.uniform(100, 220)
    carries, takes_s, bump = rng.uniform(0.15, 0.5), rng.uniform(0.08, 0.25), rng.uniform(0.02, 0.12)

    def land(load: Load) -> None:
        since_s = load.t_s - at_s
        share = carries * smooth(since_s / takes_s)
        load.x_mm += share * (aside_mm - load.x_mm)
        up = (since_s >= 0) & (since_s < 0.08)
        down = (since_s >= 0.08) & (since_s < 0.2)
        load.n *= 1 + bump * up * np.sin(np.pi * since_s / 0.08)
        load.n *= 1 - bump / 3 * down * np.sin(np.pi * (since_s - 0.08) / 0.12)

    return land


def calf_raises(rng: random.Random, number: int, from_s: float) -> tuple[Deed, float]:
    """Return a number of raises from a time on, each of its own height and pace, and when all are done."""
    raises = []
    at_s = from_s
    usual_mm = rng.uniform(45, 90)
    for _ in range(number):
        up_s, top_s, down_s = rng.uniform(0.35, 1.2), rng.uniform(0.1, 1.2), rng.uniform(0.35, 1.2)
        raises.append((at_s, up_s, top_s, down_s, usual_mm * rng.uniform(0.8, 1.2), rng.uniform(0, 18)))
        at_s += up_s + top_s + down_s + 0.4 + rng.choice((rng.uniform(0, 0.8), rng.uniform(0, 4)))
    drift_mm_s, phase = rng.uniform(-0.25, 0.25), rng.uniform(0, 6)

    def rise(load: Load) -> None:
        load.y_mm += drift_mm_s * np.maximum(0.0, load.t_s - from_s)
        for at_s, up_s, top_s, down_s, height_mm, back_mm in raises:
            since_s = load.t_s - at_s
            up = smooth(since_s / up_s) - smooth((since_s - up_s - top_s) / down_s)
            # On the toes people wobble; coming down they land a little behind, and come back.
            wobble_mm = 6 * up * np.sin(2 * np.pi * 1.7 * load.t_s + phase)
            down_at_s = up_s + top_s + down_s
            behind = smooth((since_s - down_at_s + 0.3 * down_s) / (0.3 * down_s))
            behind -= smooth((since_s - down_at_s) / 0.4)
            load.y_mm += height_mm * up + wobble_mm - back_mm * behind
            rising = (since_s >= 0) & (since_s < up_s)
            load.n *= 1 + 0.03 * rising * np.sin(2 * np.pi * since_s / up_s)

    return rise, at_s
