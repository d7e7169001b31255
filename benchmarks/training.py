"""How surely training sees what people do: a thousand simulated holds a figure, truth known."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool
from typing import NamedTuple

import numpy as np

from benchmarks.bodies import PLATE_MM, Body, calf_raises, crowd, hands, landing, leave
from benchmarks.table import show
from station.board.person import BODY_WEIGHT_N, Stance
from station.sway.live import PERIOD_NS, RATE_HZ
from station.sway.reading import Sample
from station.training.attempt import Attempt
from station.training.attempts import start_attempt
from station.training.conditions import STEP_OFF_SHARE
from station.training.fall import ANSWER_S, BACK_S, FallWatch
from station.training.programme import Planned
from station.training.routine import Side, shipped_routines

CHUNK = 50
WEIGHED_S = 6.0
NEVER_S = 99.0


class Seen(NamedTuple):
    """What came of one hold: whether it was as it should be, after how long, and a size."""

    right: bool
    after_s: float = 0.0
    size: float = 0.0


Events = dict[str, float]  # the first time of every kind of happening, s


@dataclass
class Case:
    """A body, the attempt it makes, and how that is judged."""

    body: Body
    attempt: Attempt
    judge: Callable[["Case", Events], Seen]


def attempt_at(
    name: str, rung: int, hold_s: float, *, side: Side | None = None, weighed: bool = False
) -> Attempt:
    """Return an attempt at a shipped routine."""
    routine = shipped_routines()[name]
    planned = Planned(routine, rung, routine.rung(rung), side, attempts=1, hold_s=hold_s, rest_s=20)
    weight_n = None if weighed else BODY_WEIGHT_N
    return start_attempt(planned, plate_mm=PLATE_MM, body_weight_n=weight_n)


def both_feet(hold_s: float = 20) -> Attempt:
    """Return an attempt at supported standing."""
    return attempt_at("supported-standing", 1, hold_s)


def in_line(stance: Stance, side: Side, hold_s: float = 20) -> Attempt:
    """Return an attempt on one leg or heel to toe."""
    name, rung = ("single-leg", 1) if stance == "one-leg" else ("tandem", 8)
    return attempt_at(name, rung, hold_s, side=side)


def step_off(rng: random.Random) -> Case:
    """Leave the board within 0.15 to 1.5 s, with hands that carry up to 15 %."""
    at_s = rng.uniform(4.5, 7)

    def judge(case: Case, first_s: Events) -> Seen:
        gone = np.flatnonzero(case.body.true_n < STEP_OFF_SHARE * BODY_WEIGHT_N)[0]
        after_s = first_s.get("step_off", NEVER_S) - (gone + 1) / RATE_HZ
        return Seen(after_s <= 0.4, after_s)

    deeds = [hands(rng.uniform(0, 0.15), 0), leave(at_s, rng.uniform(0.15, 1.5))]
    return Case(Body(at_s + 3, deeds), both_feet(), judge)


def foot_down(rng: random.Random, *, stance: Stance) -> Case:
    """Put the other foot down, or step out of line."""
    side: Side = rng.choice(("left", "right"))
    way = rng.choice((-1, 1)) if stance == "tandem" else 1 if side == "left" else -1
    at_s = rng.uniform(4.5, 7)

    def judge(_: Case, first_s: Events) -> Seen:
        after_s = first_s.get("touch_down", first_s.get("out_of_line", NEVER_S)) - at_s
        return Seen(0 <= after_s <= 0.3, after_s)

    body = Body(at_s + 1, [landing(rng, at_s, way)], stance, rng.choice(("open", "closed")))
    return Case(body, in_line(stance, side), judge)


def no_foot_down(rng: random.Random, *, stance: Stance) -> Case:
    """Stand for 20 s, with hands that take hold and let go."""
    at_s = rng.uniform(4, 20)
    body = Body(
        26, [hands(rng.uniform(0, 0.2), at_s, at_s + 3)], stance, rng.choice(("open", "closed"))
    )  # fmt: skip
    wrong = {"touch_down", "out_of_line", "stumble", "step_off"}
    attempt = in_line(stance, rng.choice(("left", "right")))
    return Case(body, attempt, lambda _, first_s: Seen(not wrong & set(first_s)))


def support(rng: random.Random) -> Case:
    """Be weighed, then let the hands carry a share; the size is how wrong the told one is, in % of weight."""
    share = rng.uniform(0, 0.38)

    def judge(case: Case, _: Events) -> Seen:
        told = case.attempt.support_mean_percent
        wrong = NEVER_S if told is None else abs(told - 100 * share)
        return Seen(wrong <= 3, size=wrong)

    body = Body(25, [hands(share, WEIGHED_S - 2)])
    return Case(body, attempt_at("supported-standing", 1, 10, weighed=True), judge)


def raises(rng: random.Random) -> Case:
    """Do 8 to 15 calf raises; right is the exact number."""
    number = rng.randint(8, 15)
    deed, end_s = calf_raises(rng, number, 4.5)
    attempt = attempt_at("calf-raises", 2, 0)
    return Case(Body(end_s + 3, [deed]), attempt, lambda case, _: Seen(case.attempt.count == number))


def told_of_a_fall(attempt: Attempt) -> bool:
    """Return whether the care team is told, when nobody comes back."""
    if attempt.outcome != "lost" or attempt.gone_ns is None:
        return False
    watch = FallWatch(attempt.gone_ns)
    for number in range(round((BACK_S + ANSWER_S + 2) * RATE_HZ)):
        watch.step(Sample(attempt.gone_ns + number * PERIOD_NS, (0.0, 0.0, 0.0, 0.0), 0.0, None, None))
    return watch.unanswered


def fall(rng: random.Random) -> Case:
    """Stumble, lose the load within 0.12 to 0.5 s, and stay away."""
    stance: Stance = rng.choice(("both", "one-leg"))
    at_s = rng.uniform(4.5, 7)
    body = Body(at_s + 3, [leave(at_s, rng.uniform(0.12, 0.5))], stance, push_s=at_s - 0.35)
    attempt = both_feet() if stance == "both" else in_line(stance, "left")
    return Case(body, attempt, lambda case, _: Seen(told_of_a_fall(case.attempt)))


def step_down(rng: random.Random) -> Case:
    """Step down within 0.6 to 1.5 s, first over one foot, and stay away: nothing to tell."""
    shift_mm, shift_s = rng.choice((-1, 1)) * rng.uniform(40, 90), rng.uniform(0.35, 0.9)
    at_s = rng.uniform(4.5, 7)
    body = Body(at_s + 4, [leave(at_s, rng.uniform(0.6, 1.5), shift_mm=shift_mm, shift_s=shift_s)])
    return Case(body, both_feet(), lambda case, _: Seen(not told_of_a_fall(case.attempt)))


def stumble(rng: random.Random) -> Case:
    """Stumble and catch it: the hold goes on."""
    at_s = rng.uniform(4.5, 8)

    def judge(case: Case, first_s: Events) -> Seen:
        after_s = first_s.get("stumble", NEVER_S) - at_s
        return Seen(after_s < 3 and case.attempt.outcome == "done", after_s)

    return Case(Body(20, push_s=at_s), both_feet(10), judge)


def quiet(rng: random.Random) -> Case:
    """Stand on both feet for 20 s: nothing happens but the hold."""
    body = Body(26, vision=rng.choice(("open", "closed")))
    right = {"step_on", "hold_started", "hold_done"}
    return Case(body, both_feet(), lambda _, first_s: Seen(set(first_s) == right))


def events(attempt: Attempt, samples: Sequence[Sample]) -> Events:
    """Run an attempt; return the first time of every kind of happening, in s."""
    first_s: Events = {}
    for sample in samples:
        for happening in attempt.step(sample):
            first_s.setdefault(happening.kind, happening.t_ns / 1e9)
        if attempt.outcome is not None:
            break
    return first_s


def holds(make: Callable[[random.Random], Case], seed: int) -> list[Seen]:
    """Return what came of a chunk of holds."""
    cases = [make(random.Random(f"hold {seed} {number}")) for number in range(CHUNK)]
    traces = crowd([case.body for case in cases], seed)
    return [
        case.judge(case, events(case.attempt, samples)) for case, samples in zip(cases, traces, strict=True)
    ]


class Row(NamedTuple):
    """One figure; `wanted` is what was promised."""

    figure: str
    holds: int
    found: str
    wanted: str
    slowest_s: str


def found(seen: list[Seen]) -> str:
    """Return the share that was right, and how many were not."""
    wrong = sum(not s.right for s in seen)
    return f"{100 * (1 - wrong / len(seen)):.1f} % ({wrong} not)"


def wrongly(seen: list[Seen]) -> str:
    """Return how many were not right."""
    return f"{sum(not s.right for s in seen)}"


def furthest(seen: list[Seen]) -> str:
    """Return the largest size."""
    return f"within {max(s.size for s in seen):.1f} %"


FIGURES: tuple[tuple[str, Callable[[random.Random], Case], Callable[[list[Seen]], str], str], ...] = (
    ("other foot down on one leg, within 0.3 s", partial(foot_down, stance="one-leg"), found, "≥ 99 %"),
    ("false alarms on one leg, 20 s", partial(no_foot_down, stance="one-leg"), wrongly, "≤ 1 in 1,000"),
    ("step out of line heel to toe, within 0.3 s", partial(foot_down, stance="tandem"), found, "≥ 99 %"),
    ("false alarms heel to toe, 20 s", partial(no_foot_down, stance="tandem"), wrongly, "≤ 1 in 1,000"),
    ("calf raises, exact count of 8 to 15", raises, found, "≥ 99 %"),
    ("possible fall, told", fall, found, "100 %"),
    ("step-down taken for a fall", step_down, wrongly, "≤ 1 in 1,000"),
    ("step-off, told ≤ 0.4 s after the load is below the limit", step_off, found, "100 %"),
    ("hand support, of body weight", support, furthest, "within 3 %"),
    ("stumble told, and the hold goes on", stumble, found, "–"),
    ("anything but the hold on both feet, 20 s", quiet, wrongly, "≤ 1 in 1,000"),
)  # fmt: skip


def run(number: int) -> list[Row]:
    """Return the table of docs/training.md."""
    rows = []
    with Pool() as pool:
        for figure, make, tell, wanted in FIGURES:
            chunks = pool.map(partial(holds, make), range(number // CHUNK), chunksize=1)
            seen = [one for chunk in chunks for one in chunk]
            slowest_s = max((s.after_s for s in seen if s.right), default=0.0)
            rows.append(Row(figure, len(seen), tell(seen), wanted, f"{slowest_s:.2f}" if slowest_s else "–"))
            print(*rows[-1], sep=" · ", flush=True)
    return rows


def main(*, full: bool) -> None:
    """Print the table; in full a thousand holds a figure."""
    show("Training: what people do, and what the machines make of it", run(1000 if full else CHUNK))
