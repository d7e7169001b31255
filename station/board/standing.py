"""Who stands on the simulated plate, since when, and how much the hands carry."""

from typing import Final, Protocol

from station.board.load import EMPTY, Forces
from station.board.person import Stance
from station.board.recording import Recording

STEP_NS: Final = 600_000_000  # stepping on or off takes this long
GRASP_NS: Final = 1_000_000_000  # taking hold or letting go


class Ramp:
    """A value that moves to its target over a while, without a corner at either end."""

    def __init__(self, value: float, duration_ns: int) -> None:
        self._from = self.target = value
        self._since_ns = 0
        self._duration_ns = duration_ns

    def move(self, target: float, t_ns: int) -> None:
        """Start moving at this time, which may be past or to come."""
        self._from, self.target, self._since_ns = self.at(t_ns), target, t_ns

    def at(self, t_ns: int) -> float:
        """Return the value at a time not before the last move."""
        share = min(max((t_ns - self._since_ns) / self._duration_ns, 0.0), 1.0)
        return self._from + (self.target - self._from) * share * share * (3 - 2 * share)


class Body(Protocol):
    """What can stand on the plate."""

    duration_ns: int | None

    def begin(self, t_ns: int) -> None:
        """Start standing at this time."""
        ...

    def take(self, stance: Stance | None, hands_share: float) -> None:
        """Stand like this from now on; None keeps the stance."""
        ...

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force on each cell when nothing is carried by the hands."""
        ...


class RecordedPerson:
    """A recording that runs from the moment somebody steps on."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.duration_ns: int | None = recording.duration_ns
        self._begun_ns = 0

    @property
    def start_ns(self) -> int:
        """The clock's time at the recording's second zero."""
        return self._begun_ns - round(self.recording.first_s * 1e9)

    def begin(self, t_ns: int) -> None:
        """Start at the first row."""
        self._begun_ns = t_ns

    def take(self, stance: Stance | None, hands_share: float) -> None:
        """Change nothing: a recording sways as it did."""

    def forces_n(self, t_ns: int) -> Forces:
        """Return the recorded force on each cell."""
        return self.recording.forces_n(t_ns - self._begun_ns)


class Standing:
    """One body that steps on and off; a `Load`. It steps off by itself when it has no more to show."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._presence = Ramp(0.0, STEP_NS)
        self._hands = Ramp(0.0, GRASP_NS)
        self._leaves_ns: int | None = None

    @property
    def on_board(self) -> bool:
        """Whether somebody stands there or is stepping on."""
        return self._presence.target > 0

    def step_on(self, t_ns: int) -> None:
        """Begin to stand; somebody who stands already goes on standing."""
        if self.on_board:
            return
        self.body.begin(t_ns)
        self._presence.move(1.0, t_ns)
        duration_ns = self.body.duration_ns
        self._leaves_ns = None if duration_ns is None else t_ns + duration_ns

    def step_off(self, t_ns: int) -> None:
        """Leave the board."""
        self._leaves_ns = None
        if self.on_board:
            self._presence.move(0.0, t_ns)

    def stand(self, t_ns: int, *, stance: Stance | None, hands_share: float | None) -> None:
        """Change how to stand; None leaves it as it is."""
        if hands_share is not None:
            self._hands.move(hands_share, t_ns)
        self.body.take(stance, self._hands.target)

    def forces_n(self, t_ns: int) -> Forces:
        """Return the force on each cell."""
        if self._leaves_ns is not None and t_ns >= self._leaves_ns:
            self.step_off(self._leaves_ns)
        share = self._presence.at(t_ns)
        if share == 0:
            return EMPTY
        share *= 1 - self._hands.at(t_ns)
        fl_n, fr_n, rl_n, rr_n = self.body.forces_n(t_ns)
        return Forces(share * fl_n, share * fr_n, share * rl_n, share * rr_n)
