"""What a patient has done: the sessions kept, as progression reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from station.training.result import Outcome, SessionResult, TrialResult
from station.training.routine import Rung, Side

# What counts against a rung at once. A foot that touches down or a hand that holds on ends or pauses a hold,
# and counts by that alone.
STOPS_A_TRIAL: Final = ("step_off", "stumble", "possible_fall")
STOPS_A_SESSION: Final = ("pain_up", "possible_fall", "red_flag", "pain_stop", "swollen")
SWOLLEN: Final = "swollen"  # asked at the check-out, of this session
OVERDONE: Final = "overdone"  # asked at the check-in, of the session before
PAIN_RISE: Final = 2


@dataclass(frozen=True, slots=True)
class PastTrial:
    """One attempt; `count` is what was counted, where the kind of exercise counts something."""

    trial: str
    routine: str
    side: Side | None
    rung: int
    outcome: Outcome
    count: int | None = None
    stops: tuple[str, ...] = ()  # the stop events in it, by name

    @property
    def counts(self) -> bool:
        """Return whether it says something of the patient: a fault of the board, or a stop, does not."""
        return self.outcome in ("done", "lost")

    @property
    def stopped_by(self) -> tuple[str, ...]:
        """Return the stop events that count: a board that fails may make some up, and who stops steps off."""
        if self.outcome == "fault":
            return ()
        return tuple(stop for stop in self.stops if self.outcome != "stopped" or stop != "step_off")

    def held(self, rung: Rung) -> bool:
        """Return whether it reached what its rung asks for."""
        goal = rung.repetitions or rung.steps or rung.minutes
        return self.outcome == "done" and (self.count is None or goal is None or self.count >= goal)


@dataclass(frozen=True, slots=True)
class PastSession:
    """One session; `number` is its place among those of this station, `day` the local date it began on.

    `overdone`: it began with the answer that the one before had been too much.
    """

    session: str
    number: int
    day: date
    trials: tuple[PastTrial, ...] = ()
    pain: int | None = None
    pain_after: int | None = None
    effort: int | None = None
    stops: tuple[str, ...] = ()  # the stop events that belong to no one trial, by name
    overdone: bool = False

    @property
    def blocked(self) -> bool:
        """Return whether its check-in ended it."""
        return "red_flag" in self.stops or "pain_stop" in self.stops

    @property
    def every_stop(self) -> tuple[str, ...]:
        """Return all stop events, of the session and of its trials."""
        return (*self.stops, *(stop for trial in self.trials for stop in trial.stopped_by))


def past_session(
    result: SessionResult, trials: Iterable[TrialResult], *, number: int, zone: tzinfo | None = None
) -> PastSession:
    """Return a kept session as history, by local date. Raises ValueError for a date that is none."""
    pain, after = _scale(result, "pain"), _scale(result, "pain_after")
    stops = {kind for kind in STOPS_A_SESSION if result.events.get(kind)}
    if result.ended_by == "red_flag":
        stops.add("red_flag")
    # A pain that rose in a pause ends a session too, and says so; it is no pain above the limit.
    if result.ended_by == "pain" and "pain_up" not in stops:
        stops.add("pain_stop")
    if pain is not None and after is not None and after - pain >= PAIN_RISE:
        stops.add("pain_up")
    if result.answers.get(SWOLLEN) is True:
        stops.add(SWOLLEN)
    return PastSession(
        session=result.session,
        number=number,
        day=datetime.fromisoformat(result.started).astimezone(zone).date(),
        trials=tuple(_past_trial(trial) for trial in sorted(trials, key=lambda t: (t.number, t.trial))),
        pain=pain,
        pain_after=after,
        effort=_scale(result, "effort"),
        stops=tuple(sorted(stops)),
        overdone=result.answers.get(OVERDONE) is True,
    )


def _past_trial(result: TrialResult) -> PastTrial:
    return PastTrial(
        trial=result.trial,
        routine=result.routine,
        side=result.side,
        rung=result.rung,
        outcome=result.outcome,
        count=result.count,
        stops=tuple(kind for kind in STOPS_A_TRIAL if result.events.get(kind)),
    )


def _scale(result: SessionResult, key: str) -> int | None:
    value = result.answers.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def last_safe_rung(history: Sequence[PastSession]) -> int:
    """Return the rung of the last supported standing done in a session that was not too much; else 1."""
    overdone = False
    for session in sorted(history, key=lambda past: past.number, reverse=True):
        safe = [
            trial.rung
            for trial in session.trials
            if trial.routine == "supported-standing" and trial.outcome == "done"
        ]
        if safe and not session.every_stop and not overdone:
            return min(safe)
        overdone = session.overdone or (overdone and not session.trials)
    return 1


def days_trained(
    history: Iterable[PastSession], routine: str, side: Side | None, *, after: date, before: date
) -> int:
    """Return on how many days between these two (neither counted) an exercise was done."""
    return len(
        {
            session.day
            for session in history
            if after < session.day < before
            and any(trial.routine == routine and trial.side == side for trial in session.trials)
        }
    )
