"""The programmes of a simulated person: a block of three weeks each, a little harder each time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from station.training.prescription import HARDEST_RUNG, Device, Exercise, Prescription, Surgery
from ui.care.prescribing.programme import VALID_FOR
from ui.care.simulated.stories import Story

BLOCK: Final = timedelta(weeks=3)
DAYS_A_WEEK: Final = 5
SURGERIES: Final[tuple[Surgery, ...]] = ("fusion", "microdiscectomy", "laminectomy")
DEVICES: Final[tuple[Device, ...]] = ("walker", "cane", "crutches", "none")
NOTES: Final = (
    "We begin gently. Keep both hands on your support.",
    "Well done. Now with a little less support.",
    "You are getting steadier. One new exercise this time.",
    "Keep going at your own pace. Rest when you need it.",
)


@dataclass(frozen=True, slots=True)
class Block:
    """One version of a programme, and from when it was in force."""

    since: datetime
    rx: Prescription
    number: int  # of the block, counted from 0; with a plateau it stays


@dataclass(frozen=True, slots=True)
class Course:
    """Whose programmes: from when to when, on which station; `pin` is the number on a shared one."""

    start: datetime
    now: datetime
    station: str
    subj: str
    pin: str | None


def blocks(story: Story, rng: Random, course: Course) -> list[Block]:
    """Return every version from the start on, oldest first."""
    start, now = course.start, course.now
    surgery, device = rng.choice(SURGERIES), rng.choice(DEVICES)
    made: list[Block] = []
    starts = []
    since = start
    while since < now - timedelta(days=story.answer_days) - BLOCK / 3:
        starts.append(since)
        since += BLOCK
    if story.answer_days < (now - start) / timedelta(days=1) - 1:
        starts.append(now - timedelta(days=story.answer_days))
    still = now - timedelta(weeks=story.plateau_weeks)
    for version, begins in enumerate(starts or [start], start=1):
        number = (
            min(version - 1, max(0, int((still - start) / BLOCK))) if story.plateau_weeks else version - 1
        )
        rx = Prescription(
            version=version,
            station=course.station,
            subj=course.subj,
            issued=rfc3339(begins),
            expires=rfc3339(begins + VALID_FOR),
            exercises=_exercises(int(number * story.pace)),
            device=device,
            note=NOTES[(version - 1) % len(NOTES)],
            surgery=surgery,
            surgery_date=(start - timedelta(days=rng.randint(18, 40))).date(),
            number=course.pin,
        )
        made.append(Block(begins, rx, number))
    return made


def _exercises(level: int) -> tuple[Exercise, ...]:
    top = HARDEST_RUNG
    exercises = [
        Exercise(
            routine="supported-standing",
            rung=min(1 + level, top["supported-standing"]),
            days_a_week=DAYS_A_WEEK,
        ),
        Exercise(routine="quiet-standing", rung=1, attempts=1, days_a_week=2),
    ]
    if level < 2:
        exercises.append(Exercise(routine="heel-slides", rung=1, side="left", attempts=1, days_a_week=5))
    if level >= 1:
        rung = min(level, top["single-leg"])
        exercises += [
            Exercise(routine="single-leg", rung=rung, side="left", attempts=1, days_a_week=5),
            Exercise(routine="single-leg", rung=rung, side="right", attempts=1, days_a_week=5),
        ]
    if level >= 3:
        exercises.append(Exercise(routine="calf-raises", rung=1, attempts=1, days_a_week=3))
    return tuple(exercises)


def rfc3339(time: datetime) -> str:
    """Return a time as messages carry it."""
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
