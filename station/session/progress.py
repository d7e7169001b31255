"""How far a patient has come: decisions made from what is kept, and the programme they lead to."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import msgspec

from station.session.event import EventBody
from station.session.store import Decided, Finished, Header, Store
from station.training.decision import EVENT_OF, Decision
from station.training.fitting import Bounds
from station.training.history import PastSession, days_trained, last_safe_rung, past_session
from station.training.prescription import Prescription
from station.training.programme import Programme, fallback_programme, programme_of
from station.training.progression import replay, rungs_in_force
from station.training.saying import DAY_OF_REST

WEEK: Final = timedelta(days=7)


class Progress:
    """The programme in force: the prescription with the easings, and the steps it permits, decided so far."""

    def __init__(self, store: Store, bounds: Bounds, *, log: Callable[[str], None]) -> None:
        self._store = store
        self._bounds = bounds
        self._log = log

    def decide(self, rx: Prescription, header: Header) -> tuple[Decision, ...]:
        """Decide what the sessions that were not looked at yet ask for; keep it and tell the care team.

        What a simulated and what a real board measured are never counted together. Raises StoreError.
        """
        number = self._store.newest_prescription_number(self._bounds.whose)
        if number is None:
            return ()
        history, open_sessions = self._history(rx=number, sim=header.sim)
        made: list[Decision] = []
        decisions = replay(history, rx, self._bounds)
        for session in open_sessions:
            fresh = [decision for decision in decisions if decision.session == session]
            self._store.keep_decisions(number, session, [_told(d, session, rx) for d in fresh], header)
            made += fresh
        return tuple(made)

    def programme(self, rx: Prescription, today: date) -> Programme:
        """Return what is trained under this prescription today."""
        number = self._store.newest_prescription_number(self._bounds.whose)
        try:
            decisions = [] if number is None else self._store.decisions(number)
        except msgspec.DecodeError as error:
            # What was eased is not known any more: the prescribed rungs may be too hard.
            self._log(f"what was decided so far cannot be read; the safe fall-back is trained: {error}")
            return self.fallback()
        history = [] if number is None else self._history(rx=number)[0]
        resting = {
            place
            for place, exercise in enumerate(rx.exercises)
            if exercise.days_a_week
            <= days_trained(history, exercise.routine, exercise.side, after=today - WEEK, before=today)
        }
        news = _news(history, decisions)
        if len(resting) == len(rx.exercises):
            news = DAY_OF_REST
        return programme_of(
            rx,
            self._bounds.routines,
            rungs=rungs_in_force(rx, decisions, self._bounds),
            resting=resting,
            news=news,
        )

    def fallback(self) -> Programme:
        """Return what is trained without a prescription: supported standing, this person's last safe rung."""
        subj = self._bounds.subj
        history = [] if subj is None else self._history(subj=subj)[0]
        return fallback_programme(
            self._bounds.routines, limits=self._bounds.limits, last_safe_rung=last_safe_rung(history)
        )

    def _history(
        self, *, rx: int | None = None, subj: str | None = None, sim: bool | None = None
    ) -> tuple[list[PastSession], list[str]]:
        """Return the sessions kept, and the ids of those not decided on; none when they cannot be read."""
        try:
            finished = self._store.finished_sessions(rx=rx, subj=subj)
            kept = [one for one in finished if sim is None or one.result.sim == sim]
            return [_past(one) for one in kept], [one.result.session for one in kept if not one.decided]
        except (msgspec.DecodeError, ValueError) as error:
            self._log(f"what was trained so far cannot be read, so nothing gets harder by it: {error}")
            return [], []


def _past(one: Finished) -> PastSession:
    return past_session(one.result, one.trials, number=one.number)


def _told(decision: Decision, session: str, rx: Prescription) -> Decided:
    body = EventBody(kind=EVENT_OF[decision.kind], session=session, detail=decision.detail(rx.version))
    return Decided(decision, body)


def _news(history: list[PastSession], decisions: list[Decision]) -> str:
    """Return what the patient is told at the next check-in: what the last session decided, and only then."""
    if not history:
        return ""
    return "\n".join(d.patient for d in decisions if d.session == history[-1].session and d.patient)
