"""What a person sees of the weeks behind: days and minutes of training, and own bests."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from station.training.programme import DAYS
from station.training.routine import Routine, Rung, Side, Stance, Support, Surface, Vision
from station.training.snapshot import BestView, ExerciseView, WeekView

MOST_WEEKS: Final = 4
MOST_BESTS: Final = 6
COUNTED: Final = ("targets", "repetitions", "steps", "guided")
LEAST_S: Final = 1.0  # shorter is no hold one would speak of

Name = tuple[str, Side | None]


class Reached(msgspec.Struct, frozen=True):
    """What is read of a result here."""

    routine: str
    rung: int
    side: Side | None
    stance: Stance
    support_kind: Support
    vision: Vision
    surface: Surface
    started: str
    hold_s: float
    sim: bool
    kind: str = "hold"
    count: int | None = None

    @property
    def amount(self) -> float:
        """Return what is compared: the count where something is counted, else the seconds."""
        return float(self.count or 0) if self.kind in COUNTED else self.hold_s


_reached = msgspec.json.Decoder(Reached)


def weeks_behind(minutes_by_days_ago: Mapping[int, float], weekday: int) -> tuple[WeekView, ...]:
    """Return the weeks since the first training, at most four, this one last.

    `minutes_by_days_ago` has an entry for every day of training; `weekday` is today's, 0 is Monday.
    """
    first = max(minutes_by_days_ago, default=0)
    weeks = []
    for back in range(MOST_WEEKS):
        agos = [weekday + DAYS * back - day for day in range(DAYS)]
        if back and agos[-1] > first:
            break
        days = tuple(ago in minutes_by_days_ago if 0 <= ago <= first else None for ago in agos)
        minutes = sum(minutes_by_days_ago.get(ago, 0.0) for ago in agos)
        weeks.append(WeekView(days=days, minutes=round(minutes, 1)))
    return tuple(reversed(weeks))


def own_bests(
    results: Sequence[bytes], routines: Mapping[str, Routine], *, sim: bool
) -> tuple[BestView, ...]:
    """Return the best of each exercise on the hardest rung reached, those trained last first, at most six.

    `results` are trials as they are kept (JSON), oldest first. What a simulated and what a real board
    measured are never mixed. An assessment has no best, and a routine no longer known is left out.
    """
    bests: dict[Name, Reached] = {}
    for one in map(_reached.decode, results):
        routine = routines.get(one.routine)
        if one.sim != sim or routine is None or not routine.feedback or not _counts(one):
            continue
        name = one.routine, one.side
        best = bests.pop(name, None)  # the one trained last stands last
        better = best is None or (one.rung, one.amount) > (best.rung, best.amount)
        bests[name] = one if best is None or better else best
    newest = list(reversed(bests.values()))[:MOST_BESTS]
    return tuple(_view(best, routines[best.routine]) for best in newest)


def _counts(one: Reached) -> bool:
    if one.kind in COUNTED:
        return bool(one.count)
    return one.kind == "hold" and one.hold_s >= LEAST_S


def _view(best: Reached, routine: Routine) -> BestView:
    rung: Rung = routine.rung(min(best.rung, len(routine.rungs)))
    exercise = ExerciseView(
        routine=best.routine,
        title=routine.title,
        rung=best.rung,
        stance=best.stance,
        side=best.side,
        support=best.support_kind,
        vision=best.vision,
        surface=best.surface,
        hold_s=best.hold_s,
        support_limit_percent=rung.support_limit_percent,
        attempts=1,
        cues=(),
        why="",
        kind=routine.kind,
        targets=rung.targets,
        repetitions=rung.repetitions,
        steps=rung.steps,
        minutes=rung.minutes,
    )
    day = datetime.fromisoformat(best.started).astimezone().date().isoformat()
    return BestView(exercise=exercise, day=day, held_s=best.hold_s, count=best.count)
