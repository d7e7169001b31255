"""The live view: what the station shows, while somebody holds a lease of it, and not a moment longer."""

from typing import Final

from station.link.messages import LiveFrame
from station.training.snapshot import Snapshot

EVERY_S: Final = 0.1
NS_PER_MS: Final = 1_000_000


class Lease:
    """Lapses by itself: whoever looks must ask again. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._until_s: float | None = None
        self._next_s = 0.0

    def take(self, now_s: float, lease_s: float) -> None:
        """Hold it for so long from now, or until later when it was held for longer."""
        self._until_s = max(now_s + lease_s, self._until_s or 0.0)

    def held(self, now_s: float) -> bool:
        """Return whether somebody is looking."""
        return self._until_s is not None and now_s < self._until_s

    def due(self, now_s: float) -> bool:
        """Return whether a frame may be sent now; from then on the next one may in a tenth of a second."""
        if not self.held(now_s) or now_s < self._next_s:
            return False
        # Kept in step, so that ten a second are ten; after a gap the step begins anew.
        in_step = now_s - self._next_s < EVERY_S
        self._next_s = (self._next_s if in_step else now_s) + EVERY_S
        return True


def frame_of(snapshot: Snapshot, now_ns: int) -> LiveFrame:
    """Return what a snapshot shows; `now_ns` is CLOCK_MONOTONIC like its own time."""
    exercise, live = snapshot.exercise, snapshot.live
    return LiveFrame(
        phase=snapshot.phase,
        age_ms=max(0, now_ns - snapshot.t_ns) / NS_PER_MS,
        session=snapshot.session,
        routine=None if exercise is None else exercise.routine,
        rung=None if exercise is None else exercise.rung,
        side=None if exercise is None else exercise.side,
        attempt=snapshot.attempt,
        held_s=snapshot.held_s,
        hold_s=None if exercise is None else exercise.hold_s,
        counting=snapshot.counting,
        paused_by=snapshot.paused_by,
        load_n=live.load_n,
        x_mm=live.x_mm,
        y_mm=live.y_mm,
        support_percent=live.support_percent,
        target_x_mm=live.target_x_mm,
        target_y_mm=live.target_y_mm,
        target_radius_mm=live.target_radius_mm,
        in_target=live.in_target,
        plate_mm=snapshot.plate_mm,
        board_fault=snapshot.board_fault,
        sim=snapshot.sim,
        rest_s=snapshot.rest_s,
        countdown_s=snapshot.countdown_s,
        support_limit_percent=None if exercise is None else exercise.support_limit_percent,
        number=snapshot.number,
    )
