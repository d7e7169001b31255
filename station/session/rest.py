"""When the board may be looked at seldom: nobody trains, nobody stands on it, and nobody records it.

A station waits most of the day. Each reading read by itself is a wake-up of the computer, 330 a second;
read some at a time nothing is lost, and it stays cool.
"""

from collections.abc import Iterable
from typing import Final

from station.session.supervision import SUPERVISOR, Named
from station.sway.reading import Fault, Sample
from station.training.closing import NOBODY_TRAINS
from station.training.snapshot import Phase

EVERY_S: Final = 0.4  # a button wakes it at once, and a foot on the board changes nothing on these pages
AWAKE_NS: Final = 1_000_000_000  # after anything a client said
SHOW_EVERY: Final = 40  # samples: a snapshot each time
EMPTY_N: Final = 20.0  # more than noise and drift, less than a hand
# Who looks at the board itself: a laboratory's stream, and somebody beside it or at the wall.
WATCHERS: Final = ("lsl", SUPERVISOR)


def may_rest(phase: Phase, sample: Sample | None, peers: Iterable[Named]) -> bool:
    """Return whether the readings may be left to gather for `EVERY_S`."""
    if phase not in NOBODY_TRAINS or sample is None or sample.fault is not Fault.NONE:
        return False
    return abs(sample.load_n) < EMPTY_N and all(peer.name not in WATCHERS for peer in peers)


class Rest:
    """Whether the loop rests in this turn. Times are CLOCK_MONOTONIC.

    `waited`: the readings of this turn may have gathered here, also when a client then ended the rest.
    """

    def __init__(self) -> None:
        self.on = self.waited = False
        self._awake_until_ns = 0

    def look(self, now_ns: int, *, may: bool) -> None:
        """Begin a turn."""
        self.on = self.waited = may and now_ns >= self._awake_until_ns

    def wake(self, now_ns: int) -> None:
        """End it for a while: what a client asked for is shown at once."""
        self.on, self._awake_until_ns = False, now_ns + AWAKE_NS
