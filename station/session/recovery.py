"""What a power cut or a kill left behind, at the next start: kept, marked so, and never lost."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from station.errors import StationError
from station.session.clock import WallClock
from station.session.memory import LeftOff, Memory
from station.session.store import Header, Store, Unfinished
from station.session.trial import finish_interrupted
from station.session.trial_file import discard, left_behind, read_trial, set_aside
from station.training.progress import Progress
from station.training.result import SessionResult

FALL: Final = "possible_fall"


@dataclass(frozen=True, slots=True)
class Recovery:
    """Where things were left, and whom to tell; `header` is that of a message made after its time.

    `unanswered` is called with a session that was broken off before anybody said that they were all right.
    """

    store: Store
    folder: Path
    memory: Memory
    wall: WallClock
    header: Callable[[], Header]
    log: Callable[[str], None]
    sim: bool
    unanswered: Callable[[str], None]

    def trials(self) -> None:
        """Keep the trials that were broken off; what cannot be read is set aside and said."""
        for path in left_behind(self.folder):
            try:
                self._trial(path)
            except (StationError, ValueError) as error:
                self.log(f"{error}; the file is kept as {set_aside(path).name}")

    def _trial(self, path: Path) -> None:
        head, readings = read_trial(path)
        known = {trial.trial for trial in self.store.trials_of(head.result.session)}
        if head.result.trial not in known:
            kept = finish_interrupted(head, readings)
            left = self.memory.broken_off(head.result.session)
            events = dict(left.trial_events) if left is not None else {}
            result = msgspec.structs.replace(kept.result, events=events)
            self.store.keep_trial(result, kept.raw, self.header())
            self.log(f"trial {head.result.number} of an interrupted session was recovered")
        discard(path)

    def sessions(self) -> LeftOff | None:
        """End the sessions that were broken off, but for one that may still go on, which is returned."""
        left_off: LeftOff | None = None
        unfinished = self.store.unfinished_sessions()
        remembered = self.memory.left_off() if unfinished else None
        for session in unfinished:
            trials = len(self.store.trials_of(session.id))
            if remembered is not None and session.id == remembered.session:
                progress: Progress = msgspec.structs.replace(remembered.progress, trials=trials)
                left_off = msgspec.structs.replace(remembered, started=session.started, progress=progress)
            else:
                self._end(session, trials)
        return left_off

    def _end(self, session: Unfinished, trials: int) -> None:
        left = self.memory.broken_off(session.id)
        events = dict(left.events) if left is not None else {}
        if left is not None and left.progress.fallen and not events.get(FALL):
            events[FALL] = 1
            self.unanswered(session.id)
        result = SessionResult(
            session=session.id,
            started=session.started,
            ended=self.wall.text(),
            complete=False,
            ended_by="interrupted",
            trials=trials,
            answers=session.answers,
            rx_version=session.rx_version,
            sim=self.sim,
            events=events,
        )
        notes = self.memory.interrupted_notes(session.id) if trials else []
        self.store.end_session(result, self.header(), notes=notes)
