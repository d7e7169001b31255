"""How surely training sees what people do: a thousand simulated holds a figure, truth known."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import Pool
from typing import NamedTuple

from benchmarks.bodies import PLATE_MM, Body, CalfRaises, Landing, hands, leave, smooth
from benchmarks.table import show
from station.board.person import BODY_WEIGHT_N, Stance
from station.sway.reading import Sample
from station.training.attempt import Attempt
from station.training.attempts import start_attempt
from station.training.conditions import STEP_OFF_SHARE
from station.training.fall import ANSWER_S, BACK_S, FallWatch
from station.training.programme import Planned
from station.training.routine import Side, shipped_routines

GETTING_READY_S = 4.0  # until the hold has begun, for somebody whose weight is known
WEIGHED_S = 8.0


class Row(NamedTuple):
    """One figure; `wanted` is what was promised."""

    figure: str
    holds: int
    found: str
    wanted: str
    slowest_s: str = "–"


class Seen(NamedTuple):
    """What came of one hold: whether it was as it should be, after how long, and a size."""

    right: bool
    after_s: float = 0.0
    size: float = 0.0


def attempt_at(
    name: str, rung: int, hold_s: float, *, side: Side | None = None, weighed: bool = False
) -> Attempt:
    """Return an attempt of the shipped routines."""
    routine = shipped_routines()[name]
    planned = Planned(routine, rung, routine.rung(rung), side, attempts=1, hold_s=hold_s, rest_s=20)
    weight_n = None if weighed else BODY_WEIGHT_N
    return start_attempt(planned, plate_mm=PLATE_MM, body_weight_n=weight_n)


def events(attempt: Attempt, samples: Iterator[Sample]) -> dict[str, float]:
    """Return the first time of every kind of happening, in s."""
    first_s: dict[str, float] = {}
    for sample in samples:
        for happening in attempt.step(sample):
            first_s.setdefault(happening.kind, happening.t_ns / 1e9)
        if attempt.outcome is not None:
            break
    return first_s


def step_off(seed: int) -> Seen:
    """Leave the board within 0.15 to 1.5 s, with hands that carry up to 15 %."""
    rng = random.Random(f"off {seed}")
    body = Body(seed)
    at_s, held = rng.uniform(5, 9), rng.uniform(0, 0.15)
    body.deeds = [hands(lambda _: held), leave(at_s, rng.uniform(0.15, 1.5))]
    attempt = attempt_at("supported-standing", 1, 20)
    gone_s, seen_s = None, None
    for sample in body.samples(12):
        if gone_s is None and body.t_s > at_s and body.true_n < STEP_OFF_SHARE * BODY_WEIGHT_N:
            gone_s = body.t_s
        if any(h.kind == "step_off" for h in attempt.step(sample)):
            seen_s = body.t_s
            break
    if gone_s is None or seen_s is None:
        return Seen(right=False)
    return Seen(seen_s - gone_s <= 0.4, seen_s - gone_s)


def touch_down(seed: int, *, stance: Stance = "one-leg") -> Seen:
    """Put the other foot down, or step out of line."""
    rng = random.Random(f"down {seed}")
    body = Body(seed, stance, rng.choice(("open", "closed")))
    side: Side = rng.choice(("left", "right"))
    way = (1 if side == "left" else -1) if stance == "one-leg" else rng.choice((-1, 1))
    at_s = rng.uniform(5, 9)
    body.deeds = [Landing.drawn(rng, at_s, way)]
    attempt = _on_one_line(stance, side, 20)
    first_s = events(attempt, body.samples(12))
    seen_s = first_s.get("touch_down", first_s.get("out_of_line", 99.0))
    return Seen(0 <= seen_s - at_s <= 0.3, seen_s - at_s)


def _on_one_line(stance: Stance, side: Side, hold_s: float) -> Attempt:
    if stance == "one-leg":
        return attempt_at("single-leg", 1, hold_s, side=side)
    return attempt_at("tandem", 8, hold_s, side=side)


def no_touch_down(seed: int, *, stance: Stance = "one-leg") -> Seen:
    """Stand for 20 s, with hands that take hold and let go."""
    rng = random.Random(f"quiet {seed}")
    body = Body(seed, stance, rng.choice(("open", "closed")))
    share, at_s = rng.uniform(0, 0.2), rng.uniform(6, 20)
    body.deeds = [hands(lambda t_s: share * (smooth(t_s - at_s) - smooth(t_s - at_s - 3)))]
    attempt = _on_one_line(stance, rng.choice(("left", "right")), 20)
    first_s = events(attempt, body.samples(26))
    return Seen(not {"touch_down", "out_of_line", "stumble", "step_off"} & set(first_s))


def support(seed: int) -> Seen:
    """Be weighed, then let the hands carry a share; the size is how wrong the told one is, in % of weight."""
    rng = random.Random(f"hands {seed}")
    body = Body(seed)
    share = rng.uniform(0, 0.38)
    body.deeds = [hands(lambda t_s: share * smooth(t_s - WEIGHED_S + 3))]
    attempt = attempt_at("supported-standing", 1, 10, weighed=True)
    events(attempt, body.samples(25))
    if attempt.support_mean_percent is None:
        return Seen(right=False)
    wrong = attempt.support_mean_percent - 100 * share
    return Seen(abs(wrong) <= 3, size=abs(wrong))


def calf_raises(seed: int) -> Seen:
    """Do 8 to 15 raises; right is the exact number. The size is how many it is off."""
    rng = random.Random(f"raises {seed}")
    body = Body(seed)
    number = rng.randint(8, 15)
    raises = CalfRaises(rng, number, GETTING_READY_S + 0.5)
    body.deeds = [raises]
    attempt = attempt_at("calf-raises", 2, 0)
    events(attempt, body.samples(raises.end_s + 3))
    return Seen(attempt.count == number, size=abs((attempt.count or 0) - number))


def _asked_and_told(attempt: Attempt, body: Body) -> bool:
    """Return whether the care team is told of a possible fall."""
    events(attempt, body.samples(14))
    if attempt.outcome != "lost" or attempt.gone_ns is None:
        return False
    watch = FallWatch(attempt.gone_ns)
    for sample in body.samples(BACK_S + ANSWER_S + 2):
        watch.step(sample)
    return watch.unanswered


def fall(seed: int) -> Seen:
    """Stumble, lose the load within 0.12 to 0.5 s, and stay away."""
    rng = random.Random(f"fall {seed}")
    one_leg = rng.random() < 0.5
    body = Body(seed, "one-leg" if one_leg else "both")
    at_s = rng.uniform(6, 9)
    attempt = (
        attempt_at("single-leg", 1, 20, side="left") if one_leg else attempt_at("supported-standing", 1, 20)
    )
    body.deeds = [leave(at_s, rng.uniform(0.12, 0.5))]
    events(attempt, body.samples(at_s - 0.35))
    body.person.stumble()
    return Seen(_asked_and_told(attempt, body))


def step_down(seed: int) -> Seen:
    """Step down within 0.6 to 1.5 s, first over one foot, and stay away: nothing to tell."""
    rng = random.Random(f"stepping {seed}")
    body = Body(seed)
    shift_mm = rng.choice((-1, 1)) * rng.uniform(40, 90)
    body.deeds = [
        leave(rng.uniform(6, 9), rng.uniform(0.6, 1.5), shift_mm=shift_mm, shift_s=rng.uniform(0.35, 0.9))
    ]
    return Seen(not _asked_and_told(attempt_at("supported-standing", 1, 20), body))


def stumble(seed: int) -> Seen:
    """Stumble and catch it: the hold goes on."""
    rng = random.Random(f"stumble {seed}")
    body = Body(seed)
    attempt = attempt_at("supported-standing", 1, 12)
    first_s = events(attempt, body.samples(rng.uniform(5, 9)))
    at_s = body.t_s
    body.person.stumble()
    first_s |= events(attempt, body.samples(12))
    return Seen("stumble" in first_s and attempt.outcome == "done", first_s.get("stumble", 99.0) - at_s)


def quiet(seed: int) -> Seen:
    """Stand on both feet for 20 s: nothing happens but the hold."""
    rng = random.Random(f"still {seed}")
    body = Body(seed, "both", rng.choice(("open", "closed")))
    first_s = events(attempt_at("supported-standing", 1, 20), body.samples(26))
    return Seen(set(first_s) == {"step_on", "hold_started", "hold_done"})


def found(seen: list[Seen]) -> str:
    """Return the share that was right, and how many were not."""
    wrong = sum(not s.right for s in seen)
    return f"{100 * (1 - wrong / len(seen)):.2f} % ({wrong} not)"


def slowest(seen: list[Seen]) -> str:
    """Return the longest time of those that were right."""
    return f"{max((s.after_s for s in seen if s.right), default=0.0):.2f}"


def wrong(seen: list[Seen]) -> str:
    """Return how many were not right."""
    return f"{sum(not s.right for s in seen)} of {len(seen)}"


def furthest(seen: list[Seen]) -> str:
    """Return the largest size."""
    return f"within {max(s.size for s in seen):.1f} %, {found(seen)}"


Tell = Callable[[list[Seen]], str]
FIGURES: tuple[tuple[str, Callable[[int], Seen], Tell, str, bool], ...] = (
    ("step-off, ≤ 0.4 s after the load is below the limit", step_off, found, "100 %", True),
    ("other foot down on one leg, ≤ 0.3 s", touch_down, found, "≥ 99 %", True),
    ("false alarm on one leg, 20 s", no_touch_down, wrong, "≤ 1 of 1,000", False),
    ("step out of line heel to toe, ≤ 0.3 s", partial(touch_down, stance="tandem"), found, "≥ 99 %", True),
    ("false alarm heel to toe, 20 s", partial(no_touch_down, stance="tandem"), wrong, "≤ 1 of 1,000", False),
    ("hand support, % of body weight", support, furthest, "within 3 %", False),
    ("calf raises, exact count of 8 to 15", calf_raises, found, "≥ 99 %", False),
    ("possible fall told", fall, found, "100 %", False),
    ("step-down taken for a fall", step_down, wrong, "≤ 1 of 1,000", False),
    ("stumble reported, the hold goes on", stumble, found, "–", True),
    ("anything but the hold, both feet, 20 s", quiet, wrong, "≤ 1 of 1,000", False),
)


def run(holds: int) -> list[Row]:
    """Return the table of docs/training.md."""
    rows = []
    with Pool() as pool:
        for figure, hold, tell, wanted, timed in FIGURES:
            seen = pool.map(hold, range(holds), chunksize=10)
            rows.append(Row(figure, holds, tell(seen), wanted, slowest(seen) if timed else "–"))
    return rows


def main(*, full: bool) -> None:
    """Print the table; in full a thousand holds a figure."""
    show("Training: what people do, and what the machines make of it", run(1000 if full else 40))
