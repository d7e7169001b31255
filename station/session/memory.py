"""What the station remembers of a person from session to session, as small notes in the store."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeVar

import msgspec

from station.errors import StoreError
from station.session.moment import Moment
from station.session.store import Store
from station.training.caps import Allowance
from station.training.ended import JournalEnded, SessionEnded
from station.training.history import STOPS_A_SESSION, STOPS_A_TRIAL
from station.training.progress import Progress

TRAINED_NOTE: Final = "trained"
WEIGHT_NOTE: Final = "body_weight"
GOAL_NOTE: Final = "goal"
PROGRESS_NOTE: Final = "progress"
MOST_SESSIONS: Final = 60
WEEK: Final = 7
RESTED_S: Final = 7 * 24 * 3600.0
RESUME_S: Final = 1800.0  # a session broken off for longer is over; a check-in older than that is asked again

T = TypeVar("T")
Write = Callable[[Callable[[], None]], None]
Note = tuple[str, bytes]
Events = Mapping[str, int]
STOPS: Final = frozenset({*STOPS_A_TRIAL, *STOPS_A_SESSION})


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """A session in which something was trained, at its end."""

    session: str
    ended: Moment
    minutes: float


class LeftOff(msgspec.Struct, frozen=True, kw_only=True):
    """Where a session was, when, when its check-in was done, and how often each event had happened.

    `trial_events` are those since its last hold began.
    """

    session: str
    started: str
    at: Moment
    checked_in: Moment | None
    progress: Progress
    events: dict[str, int] = {}
    trial_events: dict[str, int] = {}


class Memory:
    """Sessions of the last days, body weight, the goal of the week, and how far the session has come.

    Each person, known by pseudonym, has an own one. `rested`: a simulated person who needs no rest between
    sessions.
    """

    def __init__(
        self, store: Store, *, now: Callable[[], Moment], write: Write, subj: str | None = None
    ) -> None:
        self._subj = subj
        self.rested = False
        self._store = store
        self._now = now
        self._write = write
        self._trained = self._read(TRAINED_NOTE, tuple[Trained, ...]) or ()
        self._kept: tuple[Progress, dict[str, int]] | None = None  # the last progress, and its stop events
        self._checked_in: Moment | None = None

    def _key(self, note: str) -> str:
        return note if self._subj is None else f"{note} {self._subj}"

    def _read(self, key: str, kind: type[T]) -> T | None:
        """Return a note, or None where there is none or one that cannot be read."""
        value = self._store.note(self._key(key))
        if not value:
            return None
        try:
            return msgspec.json.decode(value, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    # -- caps ----------------------------------------------------------------------------------------------

    def allowance(self) -> Allowance:
        """Return what has been trained today and in the days before."""
        now = self._now()
        days = [(trained.ended.days_ago(now), trained) for trained in self._trained]
        today = [trained for ago, trained in days if ago == 0]
        ages_s = [trained.ended.at_least_s(now) for trained in self._trained]
        if self.rested:
            return Allowance(since_last_s=RESTED_S if ages_s else None)
        return Allowance(
            sessions_today=len(today),
            minutes_today=sum(trained.minutes for trained in today),
            since_last_s=min(ages_s, default=None),
            days_ago=frozenset(ago for ago, _trained in days if 1 <= ago < WEEK),
        )

    def week(self) -> tuple[bool, ...]:
        """Return on which of the six days before today was trained, oldest first."""
        now = self._now()
        days_ago = {trained.ended.days_ago(now) for trained in self._trained}
        return tuple(ago in days_ago for ago in range(WEEK - 1, 0, -1))

    def last_trained(self) -> Trained | None:
        """Return the last session in which something was trained."""
        return self._trained[-1] if self._trained else None

    def days_away(self) -> int | None:
        """Return how many days ago somebody last trained; None where nobody ever did."""
        return self._trained[-1].ended.days_ago(self._now()) if self._trained else None

    def today(self) -> date:
        """Return the local date."""
        return date.fromisoformat(self._now().day)

    def session_notes(self, session: str, ended: SessionEnded) -> list[Note]:
        """Return what is remembered with the end of a session, for the same transaction."""
        self.forget_progress()
        trained = [self._trained_note(session, self._now(), ended.trained_s)] if ended.trials else []
        return [(self._key(PROGRESS_NOTE), b""), *trained]

    def interrupted_notes(self, session: str) -> list[Note]:
        """Return what is remembered of a session that was broken off and will not go on."""
        left = self.broken_off(session)
        if left is None:
            return []
        return [
            (self._key(PROGRESS_NOTE), b""),
            self._trained_note(session, left.at, left.progress.trained_s),
        ]

    def _trained_note(self, session: str, ended: Moment, trained_s: float) -> Note:
        trained = Trained(session=session, ended=ended, minutes=round(trained_s / 60, 2))
        self._trained = (*self._trained, trained)[-MOST_SESSIONS:]
        return self._key(TRAINED_NOTE), msgspec.json.encode(self._trained)

    # -- body weight and goal ------------------------------------------------------------------------------

    def body_weight_n(self) -> float | None:
        """Return the weight last taken without doubt."""
        return self._read(WEIGHT_NOTE, float)

    def keep_weight(self, weight_n: float) -> None:
        """Remember a weight that was taken without doubt."""
        note = self._key(WEIGHT_NOTE), msgspec.json.encode(round(weight_n, 1))
        self._write(lambda: self._store.remember(*note))

    def asks_goal(self) -> bool:
        """Return whether the goal of the week was last chosen seven days ago or more."""
        chosen = self._read(GOAL_NOTE, Moment)
        return chosen is None or chosen.days_ago(self._now()) >= WEEK

    def journal_notes(self, journal: JournalEnded) -> list[Note]:
        """Return what is remembered with a journal."""
        return [(self._key(GOAL_NOTE), msgspec.json.encode(self._now()))] if "goal" in journal.choices else []

    # -- loss of power -------------------------------------------------------------------------------------

    def keep_progress(
        self, session: str, started: str, progress: Progress, *, events: Events, trial_events: Events
    ) -> None:
        """Keep how far the session has come, when it has come further or something stopped it."""
        stops = {kind: events[kind] for kind in STOPS if kind in events}
        step = msgspec.structs.replace(progress, trained_s=0.0), stops
        if step == self._kept:
            return
        self._kept = step
        now = self._now()
        if progress.checked_in and self._checked_in is None:
            self._checked_in = now
        left = LeftOff(
            session=session,
            started=started,
            at=now,
            checked_in=self._checked_in,
            progress=progress,
            events=dict(events),
            trial_events=dict(trial_events),
        )
        note = self._key(PROGRESS_NOTE), msgspec.json.encode(left)
        self._write(lambda: self._store.remember(*note))

    def forget_progress(self) -> None:
        """Begin anew."""
        self._kept = self._checked_in = None

    def broken_off(self, session: str) -> LeftOff | None:
        """Return where a session was left, however long ago; None where nothing is known of it."""
        try:
            left = self._read(PROGRESS_NOTE, LeftOff)
        except StoreError:
            return None
        return left if left is not None and left.session == session else None

    def left_off(self) -> LeftOff | None:
        """Return the session that was broken off, unless it had hardly begun or is known to be too old."""
        try:
            left = self._read(PROGRESS_NOTE, LeftOff)
        except StoreError:
            return None
        if left is None or not (left.progress.checked_in or left.progress.trials):
            return None
        age_s = left.at.age_s(self._now())
        self._checked_in = left.checked_in
        return left if age_s is None or age_s <= RESUME_S else None

    def check_in_stands(self) -> bool:
        """Return whether the check-in of the session is known to be young enough."""
        if self._checked_in is None:
            return False
        age_s = self._checked_in.age_s(self._now())
        stands = age_s is not None and age_s <= RESUME_S
        if not stands:
            self._checked_in = None
        return stands
