"""How often each thing has happened, in this session and in this trial, and which instants were marked."""

from collections import Counter
from collections.abc import Mapping

from station.session.trial_file import S, TrialHead


class Tally:
    """Counts by kind; those of a trial begin anew with each hold, and so do the marks."""

    def __init__(self) -> None:
        self.session: Counter[str] = Counter()
        self.trial: Counter[str] = Counter()
        self._marks_ns: list[int] = []

    def session_started(self) -> None:
        """Begin at nothing."""
        self.session.clear()
        self.trial.clear()

    def session_resumed(self, events: Mapping[str, int]) -> None:
        """Go on from these."""
        self.session.update(events)

    def hold_started(self) -> None:
        """Begin a trial at nothing."""
        self.trial.clear()
        self._marks_ns.clear()

    def count(self, kind: str) -> None:
        """Count one."""
        self.session[kind] += 1
        self.trial[kind] += 1

    def mark(self, t_ns: int, head: TrialHead) -> float:
        """Keep an instant of this trial; return how long after its hold had begun, in s."""
        self._marks_ns.append(t_ns)
        return round((t_ns - head.hold_started_ns) / S, 2)

    def end_trial(self, head: TrialHead) -> tuple[dict[str, int], tuple[float, ...]]:
        """Return events and marks (s after the hold began) of the trial that has ended."""
        marks_s = tuple(round((t_ns - head.hold_started_ns) / S, 2) for t_ns in self._marks_ns)
        events = dict(self.trial)
        self.trial.clear()
        return events, marks_s
