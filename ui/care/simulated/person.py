"""One simulated person: what their station says of every session, day by day."""

import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import msgspec

from station.link.messages import Envelope, RxRef, StationEvent, encode, up_topic
from station.sway.plate import NOMINAL_ID, Plate
from station.training.prescription import Exercise, hold_of
from station.training.questions import GOAL, JOURNAL
from station.training.result import JournalResult, SessionResult, TrialResult
from station.training.routine import Rung, Side, shipped_routines
from ui.care.recording.heard import Arrival
from ui.care.simulated.programmes import DAYS_A_WEEK, Block, rfc3339
from ui.care.simulated.results import counted, measures_of, support_of
from ui.care.simulated.stories import Happened, Story
from ui.care.simulated.traces import Hold, trace

ALG: Final = "cop-1"
# How much the hands carry on a rung of each support, as a share of the weight, when it is new and later.
CARRIED: Final = {
    "two-hands": (0.32, 0.16),
    "one-hand": (0.20, 0.09),
    "fingertips": (0.085, 0.035),
    "hovering": (0.03, 0.01),
    "none": (0.02, 0.005),
}
SMALL: Final = ("step_off", "touch_down", "stumble", "minutes_reached")
RECENT: Final = timedelta(days=10)
MORE_THAN_PLANNED: Final = 1.12  # some train on days of rest
CHOICES: Final = {asked.key: asked.choices for asked in (*JOURNAL, GOAL)}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a session a trial stands."""

    session: str
    number: int
    attempt: int
    block: Block
    traced: bool


@dataclass
class Person:
    """Who trains, on which station, with which course; `traced` newest sessions keep their raw traces.

    Of more than `most_sessions` only the newest are told.
    """

    subj: str
    sid: str
    story: Story
    blocks: list[Block]
    start: datetime
    now: datetime
    rng: Random
    seq: Iterator[int]
    traced: int = 3
    most_sessions: int | None = None
    weight_n: float = field(init=False)
    plate: Plate = field(init=False)
    _velocity_mm_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Draw what stays the same for this person."""
        self.weight_n = round(self.rng.uniform(560, 960), 0)
        self._velocity_mm_s = self.rng.uniform(17, 27)
        calibration = f"cal-{self.rng.getrandbits(48):012x}" if self.story.calibrated else NOMINAL_ID
        spans = tuple(round(self.rng.uniform(396, 404), 2) for _ in range(4))
        self.plate = Plate(
            (spans[0], spans[1], spans[2], spans[3]),
            (8120.0, -3410.0, 990.0, 15200.0),
            width_mm=400.0,
            length_mm=300.0,
            calibration=calibration,
        )

    def says(self) -> Iterator[Arrival]:
        """Return every message, oldest first."""
        days = self._training_days()
        if self.most_sessions is not None:
            days = days[-self.most_sessions :]
        first_traced = max(0, len(days) - self.traced)
        for number, (started, block) in enumerate(days):
            yield from self._session(started, block, traced=number >= first_traced)
        for happened in self.story.happened:
            when = self.now - timedelta(days=happened.days_ago)
            session = self._id(when) if happened.kind == "red_flag" else None
            event = StationEvent(kind=happened.kind, session=session, detail=self._detail(happened))
            yield self._message(event, "event", when)
            if session is not None:
                yield self._stopped(session, when, str(dict(happened.detail)["question"]))

    def _detail(self, happened: Happened) -> dict[str, str | float | int | bool | None]:
        """Return what the station says of it; rungs are those of the programme in force."""
        detail = dict(happened.detail)
        if "from_rung" in detail:
            rung = self.blocks[-1].rx.exercises[0].rung
            to_rung = max(1, rung + (1 if happened.kind == "proposal" else -1))
            why = str(detail["why"]).format(from_rung=rung, to_rung=to_rung)
            detail |= {"from_rung": rung, "to_rung": to_rung, "why": why}
        return detail

    def _training_days(self) -> list[tuple[datetime, Block]]:
        last = self.now - timedelta(days=self.story.away_days)
        hour = self.rng.randint(8, 17)
        days: list[tuple[datetime, Block]] = []
        day = self.start
        while day < last - timedelta(hours=2):
            recent = self.story.adherence_now is not None and day > self.now - RECENT
            share = self.story.adherence_now if recent and self.story.adherence_now else self.story.adherence
            if self.rng.random() < share * DAYS_A_WEEK / 7 * MORE_THAN_PLANNED:
                minute, second = self.rng.randint(-70, 70), self.rng.randint(0, 59)
                started = day.replace(hour=hour, minute=0, second=second) + timedelta(minutes=minute)
                if started < last - timedelta(minutes=30):
                    in_force = [block for block in self.blocks if block.since <= started]
                    days.append((started, (in_force or self.blocks)[-1 if in_force else 0]))
            day += timedelta(days=1)
        return days

    def _session(self, started: datetime, block: Block, *, traced: bool) -> Iterator[Arrival]:
        session = self._id(started)
        pain = self._pain(started)
        at = started + timedelta(minutes=2)
        number = 0
        for exercise in block.rx.exercises:
            if self.rng.random() > exercise.days_a_week / DAYS_A_WEEK:
                continue
            for attempt in range(1, exercise.attempts + 1):
                number += 1
                place = _Place(session, number, attempt, block, traced)
                yield from self._trial(place, exercise, at)
                at += timedelta(seconds=75)
        after = min(10, max(0, pain + self.rng.choice((-1, 0, 0, 0, 1))))
        answers: dict[str, bool | int] = {"numbness": False, "weakness": False, "pain": pain, "support": True}
        answers |= {"pain_after": after, "effort": self.rng.choice((2, 3, 3, 4, 4, 5)), "compared": 1}
        result = SessionResult(
            session=session,
            started=rfc3339(started),
            ended=rfc3339(at),
            complete=True,
            ended_by="finished",
            trials=number,
            answers={**answers, "swollen": False},
            rx_version=block.rx.version,
            sim=True,
            supervised=block.rx.number is not None,
        )
        yield self._message(result, "result/session", at, block)
        if self.rng.random() < 0.05:
            event = StationEvent(kind=self.rng.choice(SMALL), session=session)
            yield self._message(event, "event", at, block)
        if self.rng.random() < 0.4:
            yield self._message(self._journal(session, at), "result/journal", at, block)

    def _stopped(self, session: str, when: datetime, question: str) -> Arrival:
        """Return a session that ended at the check-in, before any exercise."""
        result = SessionResult(
            session=session,
            started=rfc3339(when),
            ended=rfc3339(when),
            complete=False,
            ended_by="red_flag",
            trials=0,
            answers={question: True},
            rx_version=self.blocks[-1].rx.version,
            sim=True,
        )
        return self._message(result, "result/session", when, self.blocks[-1])

    def _trial(self, place: "_Place", exercise: Exercise, at: datetime) -> Iterator[Arrival]:
        block = place.block
        routine = shipped_routines()[exercise.routine]
        rung = routine.rung(exercise.rung)
        since = at - block.since
        practice = min(1.0, since / timedelta(weeks=3))
        target_s = 0.0 if routine.stance == "off" else hold_of(exercise, routine)
        held = self.rng.random() < 0.62 + 0.36 * practice
        base: dict[str, Any] = {
            "trial": self._id(at), "session": place.session, "number": place.number, "attempt": place.attempt,
            "routine": exercise.routine, "rung": exercise.rung, "side": exercise.side,
            "surface": rung.surface, "stance": rung.stance or routine.stance,
            "support_kind": rung.support, "vision": rung.vision,
            "started": rfc3339(at), "target_hold_s": target_s, "in_target_percent": None, "faults": (),
            "cal": self.plate.calibration, "alg": ALG, "sim": True, "kind": routine.kind,
        }  # fmt: skip
        if routine.kind != "hold":
            carried = self._carried(rung, practice)
            yield self._message(counted(base, rung, self.weight_n, carried), "result/trial", at, block)
            return
        hold_s = target_s if held else round(target_s * self.rng.uniform(0.25, 0.9), 1)
        carried = self._carried(rung, practice)
        velocity = self._velocity(at, exercise.routine, exercise.side, carried)
        base |= {"outcome": "done" if held else "lost", "hold_s": hold_s, "body_weight_n": self.weight_n}
        base["support"] = support_of(carried, rung)
        if rung.vision != "closed" and not routine.assessment:
            base["in_target_percent"] = round(self.rng.uniform(72, 98), 1)
        if place.traced:
            pause_s = self.rng.choice((0.0, 0.0, 0.8)) if hold_s > 8 else 0.0
            of = trace(
                base["trial"], self.rng, self.plate, Hold(self.weight_n, hold_s, velocity, carried, pause_s)
            )
            result = TrialResult(**base, measures=of.report.measures, quality=of.report.quality)
            yield self._message(result, "result/trial", at, block)
            yield self._message(of.raw, "raw", at, block)
            return
        quality = {"missing_percent": round(self.rng.uniform(0, 0.2), 3), "longest_gap_s": 0.02}
        measures = measures_of(velocity, hold_s, self.rng) if hold_s >= 9.5 else {}
        result = TrialResult(**base, measures=measures, quality={**quality, "flagged": False})
        yield self._message(result, "result/trial", at, block)

    def _pain(self, when: datetime) -> int:
        before, after = self.story.pain
        share = min(1.0, (when - self.start) / max(timedelta(days=1), self.now - self.start))
        pain = before + (after - before) * share + self.rng.gauss(0, 0.5)
        if when > self.now - RECENT:
            pain += self.story.pain_rise
        return min(10, max(0, round(pain)))

    def _carried(self, rung: Rung, practice: float) -> float:
        new, later = CARRIED[rung.support]
        carried = new + (later - new) * practice
        return max(0.0, carried * self.rng.uniform(0.85, 1.15))

    def _velocity(self, when: datetime, routine: str, side: Side | None, carried: float) -> float:
        """Return a mean velocity: it falls as training goes on, until the plateau, and scatters."""
        still = self.now - timedelta(weeks=self.story.plateau_weeks)
        weeks = max(0.0, (min(when, still) - self.start) / timedelta(weeks=1))
        of_routine = {"single-leg": 2.1, "quiet-standing": 0.8}.get(routine, 1.0)
        weaker = 1.15 if side == "left" else 1.0
        falls = 0.38 + 0.62 * math.exp(-weeks * self.story.pace / 9)
        return self._velocity_mm_s * of_routine * weaker * falls * self.rng.gauss(1, 0.09) * (1 - carried)

    def _journal(self, session: str, at: datetime) -> JournalResult:
        counts: dict[str, int] = {}
        choices = {"mood": self.rng.choice(CHOICES["mood"][:4])}
        if self.rng.random() < 0.7:
            counts["walk_minutes"] = self.rng.choice((5, 10, 15, 20, 30))
            choices["walk_distance"] = self.rng.choice(CHOICES["walk_distance"][1:4])
            choices["walk_hard"] = self.rng.choice(CHOICES["walk_hard"])
        if self.rng.random() < 0.25:
            choices["goal"] = self.rng.choice(CHOICES["goal"])
        return JournalResult(
            session=session, written=rfc3339(at), counts=counts, choices=choices, guided={}, sim=True
        )

    def _message(
        self, body: msgspec.Struct, kind: str, when: datetime, block: Block | None = None
    ) -> Arrival:
        envelope = Envelope(
            id=self._id(when),
            type=kind,
            station=self.sid,
            boot=f"boot-{when:%G-%V}",
            seq=next(self.seq),
            t=rfc3339(when),
            mono_ms=int((when - self.start) / timedelta(milliseconds=1)),
            clock="synced",
            subj=self.subj,
            rx=RxRef(version=block.rx.version) if block else None,
            sw="0.1.0",
            cal=self.plate.calibration,
            alg=ALG,
            sim=True,
            body=msgspec.Raw(encode(body)),
        )
        return Arrival(up_topic(self.sid, kind), encode(envelope))

    def _id(self, when: datetime) -> str:
        """Return a time-ordered UUID (version 7, RFC 9562) of the person's own chance."""
        ms = int(when.timestamp() * 1000)
        value = ms << 80 | 7 << 76 | self.rng.getrandbits(12) << 64 | 2 << 62 | self.rng.getrandbits(62)
        return str(uuid.UUID(int=value))


def weeks_of(story: Story, sessions: int) -> float:
    """Return in how many weeks a person of this story surely trains so many times."""
    a_week = story.adherence * DAYS_A_WEEK * MORE_THAN_PLANNED
    return 1.15 * sessions / a_week + (story.away_days + RECENT.days) / 7
