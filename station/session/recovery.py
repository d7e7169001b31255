"""What a power cut or a kill left behind, at the next start: kept, marked so, and never lost."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from station.errors import StationError
from station.session.begun import begun
from station.session.clock import WallClock
from station.session.memory import LeftOff, Memory
from station.session.moment import Moment
from station.session.room import with_room
from station.session.store import Header, Store, Unfinished
from station.session.supervision import was_supervised
from station.session.trial import finish_interrupted
from station.session.trial_file import discard, is_empty, left_behind, read_trial, set_aside
from station.training.progress import Progress
from station.training.result import SessionResult

FALL: Final = "possible_fall"


class Resumed(NamedTuple):
    """A session that may go on, and whose it is."""

    subj: str | None
    left_off: LeftOff


@dataclass(frozen=True, slots=True)
class Recovery:
    """Where things were left, and whom to tell; `header` is that of a message made after its time.

    `memory` is what the station remembers of a person. `goes_on` says whether a session of this person may
    still go on; it may not where the station belongs to somebody else by now. `unanswered` is called with a
    session that was broken off before anybody said that they were all right, whose it is, and the head of a
    message about it.
    """

    store: Store
    folder: Path
    memory: Callable[[str | None], Memory]
    goes_on: Callable[[str | None], bool]
    wall: WallClock
    header: Callable[[], Header]
    log: Callable[[str], None]
    sim: bool
    unanswered: Callable[[str, str | None, Header], None]
    sends_traces: bool
    now: Callable[[], Moment]

    def trials(self) -> None:
        """Keep the trials that were broken off; what cannot be read is set aside and said."""
        for path in left_behind(self.folder):
            try:
                if is_empty(path):  # the power went before anything of it was on the disk
                    discard(path)
                else:
                    self._trial(path)
            except (StationError, ValueError) as error:
                self.log(f"{error}; the file is kept as {set_aside(path).name}")

    def _trial(self, path: Path) -> None:
        head, readings = read_trial(path)
        known = {trial.trial for trial in self.store.trials_of(head.result.session)}
        if head.result.trial not in known:
            kept = finish_interrupted(head, readings)
            left = self.memory(self._subj(head.result.session)).broken_off(head.result.session)
            events = dict(left.trial_events) if left is not None else {}
            started, clock = begun(head.started_at, head.result.started, self.now())
            result = msgspec.structs.replace(kept.result, events=events, started=started, clock=clock)
            header, sent = self._header(head.result.session), kept.sent if self.sends_traces else b""
            with_room(
                lambda: self.store.keep_trial(result, kept.raw, header, sent=sent),
                lambda: self.store.make_room(self.header()),
            )
            self.log(f"trial {head.result.number} of an interrupted session was recovered")
        discard(path)

    def _subj(self, session: str) -> str | None:
        owner = self.store.owner_of(session)
        return None if owner is None else owner.subj

    def _header(self, session: str) -> Header:
        """Return the head of a message about this session: its own person's, whoever trains next."""
        header, owner = self.header(), self.store.owner_of(session)
        if owner is None or owner.subj is None:
            return header
        return msgspec.structs.replace(header, subj=owner.subj, rx_version=owner.rx_version)

    def sessions(self) -> Resumed | None:
        """End the sessions that were broken off, but for one that may still go on, which is returned."""
        resumed: Resumed | None = None
        for session in self.store.unfinished_sessions():
            trials = len(self.store.trials_of(session.id))
            left = self.memory(session.subj).left_off() if self.goes_on(session.subj) else None
            if resumed is None and left is not None and session.id == left.session:
                progress: Progress = msgspec.structs.replace(left.progress, trials=trials)
                left = msgspec.structs.replace(left, started=session.started, progress=progress)
                resumed = Resumed(session.subj, left)
            else:
                self._end(session, trials)
        return resumed

    def _end(self, session: Unfinished, trials: int) -> None:
        left = self.memory(session.subj).broken_off(session.id)
        events = dict(left.events) if left is not None else {}
        if left is not None and left.progress.fallen and not events.get(FALL):
            events[FALL] = 1
            self.unanswered(session.id, session.subj, self._header(session.id))
        result = SessionResult(
            session=session.id,
            started=session.started,
            clock="synced" if left is None or left.at.synced else "unsynced",
            ended=self.wall.text(),
            complete=False,
            ended_by="interrupted",
            trials=trials,
            answers=session.answers,
            rx_version=session.rx_version,
            sim=self.sim,
            events=events,
            supervised=was_supervised(self.store, session.id),
        )
        notes = self.memory(session.subj).interrupted_notes(session.id) if trials else []
        self.store.end_session(result, self._header(session.id), notes=notes)
