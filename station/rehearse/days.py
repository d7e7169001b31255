"""Weeks of training in virtual time: a simulated patient, a station that eases and proposes, a therapist."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal

import msgspec

from station.errors import PrescriptionError
from station.rehearse.patient import Patient
from station.rehearse.play import Played, play_person
from station.rehearse.request import bounds_of
from station.rehearse.spec import Spec
from station.rehearse.stage import Event
from station.session.recovery import FALL
from station.session.reports import REPORTED
from station.training.caps import Allowance, too_much
from station.training.decision import EVENT_OF, Decision
from station.training.fitting import check_prescription
from station.training.history import PastSession, days_trained, past_session
from station.training.prescription import Exercise, Prescription, parse_time
from station.training.programme import Programme, programme_of
from station.training.progression import replay, rungs_in_force
from station.training.result import SessionResult, TrialResult
from station.training.words import HELD_WORDS

FIRST_HOUR: Final = 9
HOURS_BETWEEN: Final = 5  # two sessions of a day
WEEK: Final = timedelta(days=7)
MOST_AT_ONCE: Final = 2  # proposals a therapist takes up on one day: one thing at a time
STOPS: Final = ("red_flag", "pain_stop")  # no more training on that day

Away = Literal["missed", "rests"]


@dataclass(frozen=True, slots=True)
class Session:
    """One session: what was planned and done, what the station decided, what the care team was told."""

    number: int
    programme: Programme
    played: Played
    result: SessionResult
    decisions: tuple[Decision, ...]

    @property
    def trials(self) -> tuple[TrialResult, ...]:
        """Return what was done, in order."""
        return tuple(trial.result for trial in self.played.trials)

    @property
    def minutes(self) -> float:
        """Return for how long was trained."""
        ended = self.played.ended
        return ended.trained_s / 60 if ended is not None else 0.0

    @property
    def reports(self) -> tuple[Event, ...]:
        """Return what the care team is told at once."""
        return tuple(event for event in self.played.events if event.kind in REPORTED and not event.beside)


@dataclass(slots=True)
class Day:
    """One day, counted from 1.

    `away` says why nobody came, `enough` why the station let nobody train, `accepted` what the therapist took
    up; `answered` a possible fall that the therapist answered with a new prescription, `absent_days` an
    absence the care team was told of. `rungs` are in force at the end of the day, by exercise.
    """

    number: int
    date: date
    sessions: list[Session] = field(default_factory=list)
    away: Away | None = None
    enough: tuple[str, ...] = ()
    accepted: list[Decision] = field(default_factory=list)
    refused: str = ""
    answered: bool = False
    absent_days: int | None = None
    rungs: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Weeks:
    """The whole rehearsal; `rx` is the first prescription, `last` the one at the end."""

    spec: Spec
    rx: Prescription
    last: Prescription
    days: list[Day]


class _Programme:
    """The prescription in force and what has been decided under it, and what waits for the therapist."""

    def __init__(self, rx: Prescription, spec: Spec) -> None:
        self.rx = rx
        self._spec = spec
        self._bounds = bounds_of(rx)
        self.history: list[PastSession] = []  # under this prescription
        self._decisions: list[Decision] = []
        self._waiting: list[tuple[int, Decision]] = []  # the day of the proposal
        self.held_on: int | None = None  # the day of a possible fall that nobody has answered yet

    def rungs(self) -> list[int]:
        """Return the rung of every exercise as it is now."""
        return rungs_in_force(self.rx, self._decisions, self._bounds)

    def today(self, today: date) -> Programme:
        """Return what is trained today; nothing when every exercise rests."""
        resting = {
            place
            for place, exercise in enumerate(self.rx.exercises)
            if exercise.days_a_week
            <= days_trained(self.history, exercise.routine, exercise.side, after=today - WEEK, before=today)
        }
        return programme_of(self.rx, self._bounds.routines, rungs=self.rungs(), resting=resting)

    def decide(self, past: PastSession, day: int) -> tuple[Decision, ...]:
        """Take a session; return what it decides."""
        self.history.append(past)
        if FALL in past.stops:
            self.held_on = day
        fresh = [d for d in replay(self.history, self.rx, self._bounds) if d.session == past.session]
        self._decisions += fresh
        if past.every_stop:
            self._waiting.clear()  # no therapist makes anything harder over a stop
        for decision in fresh:
            # What was proposed of an exercise that has changed since is out of date.
            self._waiting = [(d, w) for d, w in self._waiting if w.line != decision.line]
            if decision.kind == "propose":
                self._waiting.append((day, decision))
        return tuple(fresh)

    def answer_fall(self, day: int, at: datetime) -> bool:
        """Let the therapist answer a possible fall: sign anew what is trained; return whether they did."""
        if self.held_on is None or not 0 <= self._spec.therapist_days <= day - self.held_on:
            return False
        if self._sign(self.rungs(), at):
            return False
        self.held_on = None
        return True

    def accept(self, day: int, at: datetime) -> tuple[list[Decision], str]:
        """Let the therapist look: return which proposals a new prescription takes up, or why it may not."""
        wait = self._spec.therapist_days
        due = [decision for d, decision in self._waiting if 0 <= wait <= day - d]
        due = due[:MOST_AT_ONCE]
        if not due:
            return [], ""
        self._waiting = [(d, decision) for d, decision in self._waiting if decision not in due]
        rungs = self.rungs()
        for decision in due:
            rungs[decision.line - 1] = decision.to_rung
        refused = self._sign(rungs, at)
        return ([], refused) if refused else (due, "")

    def _sign(self, rungs: Sequence[int], at: datetime) -> str:
        """Put a new prescription into force; return why the device refuses it, if it does."""
        rx = msgspec.structs.replace(
            self.rx,
            version=self.rx.version + 1,
            issued=at.isoformat(),
            exercises=tuple(
                _at_rung(exercise, rung) for exercise, rung in zip(self.rx.exercises, rungs, strict=True)
            ),
        )
        try:
            check_prescription(rx, self._bounds, applied_version=self.rx.version, now=at)
        except PrescriptionError as error:
            return str(error)
        self.rx, self._decisions, self.history = rx, [], []
        return ""


def _at_rung(exercise: Exercise, rung: int) -> Exercise:
    """Return the exercise prescribed anew; beyond what the station might do alone, it only proposes."""
    alone = exercise.alone_up_to
    return msgspec.structs.replace(
        exercise, rung=rung, alone_up_to=alone if alone is not None and alone >= rung else None
    )


def rehearse_days(spec: Spec, rx: Prescription, days: int) -> Weeks:
    """Return so many days of a simulated patient under this prescription, from the day it was issued."""
    began = parse_time(rx.issued, where="issued").replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
    programme = _Programme(rx, spec)
    told: list[Day] = []
    number = 0
    for place in range(days):
        at = began + timedelta(days=place)
        day = Day(place + 1, at.date())
        day.answered = programme.answer_fall(day.number, at)
        if programme.held_on is None:
            day.accepted, day.refused = programme.accept(day.number, at)
            day.absent_days = _absent_days([*told, day])
        day.away = _away(spec, day)
        while day.away is None and len(day.sessions) < spec.sessions_a_day:
            session_at = at + timedelta(hours=HOURS_BETWEEN * len(day.sessions))
            allowance = _allowance([*told, day], session_at)
            day.enough = too_much(allowance, programme.today(day.date))
            if programme.held_on is not None:
                day.enough = HELD_WORDS
            if day.enough:
                break
            number += 1
            session = _session(spec, programme, day, session_at, number, allowance)
            day.sessions.append(session)
            if any(event.kind in STOPS for event in session.played.events):
                break
        day.rungs = programme.rungs()
        told.append(day)
    return Weeks(spec, rx, programme.rx, told)


def _allowance(days: Sequence[Day], at: datetime) -> Allowance:
    """Return what was trained on the last of these days so far, and on the six before."""
    today = days[-1]
    trained = [session for day in days for session in day.sessions if session.trials]
    since_s = (at - datetime.fromisoformat(trained[-1].result.ended)).total_seconds() if trained else None
    of_today = [session for session in today.sessions if session.trials]
    return Allowance(
        sessions_today=len(of_today),
        minutes_today=sum(session.minutes for session in of_today),
        since_last_s=since_s,
        days_ago=frozenset(
            today.number - day.number
            for day in days[-7:-1]
            if any(session.trials for session in day.sessions)
        ),
    )


def _absent_days(days: Sequence[Day]) -> int | None:
    """Return how long nobody has trained, on the day on which the station tells of it."""
    trained = [day.number for day in days if any(session.trials for session in day.sessions)]
    away = days[-1].number - trained[-1] if trained else 0
    return away if away == WEEK.days else None


def _away(spec: Spec, day: Day) -> Away | None:
    if spec.missed_week == (day.number - 1) // 7 + 1:
        return "missed"
    return None if Patient(spec, day.number).trains else "rests"


def _session(
    spec: Spec, programme: _Programme, day: Day, at: datetime, number: int, allowance: Allowance
) -> Session:
    patient = Patient(spec, day.number, len(day.sessions) + 1)
    planned = programme.today(day.date)
    name = f"session-{number}"
    played = play_person(patient, planned, allowance=allowance, name=name)
    events: dict[str, int] = {}
    for event in played.events:
        if not event.beside:
            events[event.kind] = events.get(event.kind, 0) + 1
    ended = played.ended
    result = SessionResult(
        session=name,
        started=at.isoformat(),
        ended=(at + timedelta(seconds=played.lasted_s)).isoformat(),
        complete=ended is not None and ended.ended_by == "finished",
        ended_by=ended.ended_by if ended is not None else "interrupted",
        trials=len(played.trials),
        answers=dict(ended.answers) if ended is not None else {},
        rx_version=programme.rx.version,
        sim=True,
        events=events,
    )
    past = past_session(result, [trial.result for trial in played.trials], number=number, zone=at.tzinfo)
    return Session(number, planned, played, result, programme.decide(past, day.number))


def event_of(decision: Decision) -> str:
    """Return the kind of event by which the care team hears of a decision."""
    return EVENT_OF[decision.kind]
