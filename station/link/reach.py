"""Whether the care team's computer answers, and since when it does not."""

from typing import Final

import msgspec

from station.link.messages import HostState
from station.training.health import CareSide, Reach

PATIENCE_S: Final = 20.0  # from the connection until the broker must have said whether a recorder is there


class CareWatch:
    """Takes what is heard of the care side. `t` is RFC 3339, `now_s` any steady clock."""

    def __init__(self, known: CareSide | None) -> None:
        """Go on from what was known before a restart: since when it does not answer."""
        self.now = known
        self._patient_until_s: float | None = None

    def away(self, t: str) -> bool:
        """Note that the broker is away; return whether that is news."""
        self._patient_until_s = None
        return self._is("away", t)

    def connected(self, now_s: float) -> None:
        """Note that the broker is there: it says now whether a recorder is."""
        self._patient_until_s = now_s + PATIENCE_S

    def heard(self, payload: bytes, t: str) -> bool:
        """Take the recorders' own word; return whether it is news. What is not understood says nothing."""
        try:
            online = msgspec.json.decode(payload, type=HostState).online
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        return self._is("answers" if online else "silent", t)

    def answered(self, t: str) -> bool:
        """Note that something was acknowledged; return whether it is news that it answers."""
        return self._is("answers", t)

    def turn(self, now_s: float, t: str) -> bool:
        """Note that nothing was said in time; return whether that is news."""
        if self._patient_until_s is None or now_s < self._patient_until_s:
            return False
        return self._is("silent", t)

    def _is(self, reach: Reach, t: str) -> bool:
        if reach != "away":
            self._patient_until_s = None
        if self.now is not None and self.now.reach == reach:
            return False
        since = self.now.since if self.now is not None and "answers" not in {reach, self.now.reach} else t
        self.now = CareSide(reach=reach, since=since)
        return True
