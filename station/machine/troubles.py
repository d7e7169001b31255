"""What is or was wrong with the computer, with beginning and end. Pure: looks at it in, troubles out."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import structs

from station.training.health import MachineHealth, PowerState, Trouble

HOT_C: Final = 80.0  # a Raspberry Pi slows down from here on
COOL_C: Final = 75.0
FAN_STANDS_C: Final = 65.0  # the fan of a Pi 5 turns from 50 °C on
STALLED_PERCENT: Final = 10.0
LITTLE_MEMORY_MB: Final = 50
AGAIN: Final = timedelta(hours=1)  # so soon after its end it is the same trouble once more
MOST: Final = 12

Clock = Literal["synced", "unsynced"]


class TroubleWatch:
    """Takes one look after the other; `known` are troubles the station remembers, the newest first."""

    def __init__(self, known: Sequence[Trouble] = ()) -> None:
        self.troubles = tuple(known)[:MOST]
        self._since: PowerState | None = None  # as the firmware told it at the last look

    def look(self, machine: MachineHealth, t: str, *, clock: Clock, date: str = "") -> bool:
        """Take one look at `t` (RFC 3339); `date` says what is wrong with it. Return whether any changed.

        A trouble that a restart left open ends at the first look that does not find it: that is the latest it
        can have ended.
        """
        before = self.troubles
        found = dict(self._found(machine))
        if date:
            found["date"] = date
        for kind, detail in found.items():
            self._begin(kind, t, clock, detail)
        for trouble in self.troubles:
            if trouble.until is None and trouble.kind not in found:
                self._change(trouble, structs.replace(trouble, until=t))
        for kind in self._dips(machine):
            self._begin(kind, t, clock, "for a moment")
            self._change(self.troubles[0], structs.replace(self.troubles[0], until=t))
        return self.troubles != before

    @property
    def open(self) -> tuple[Trouble, ...]:
        """Return those that last."""
        return tuple(trouble for trouble in self.troubles if trouble.until is None)

    def _lasts(self, kind: str) -> bool:
        return any(trouble.kind == kind for trouble in self.open)

    def _found(self, machine: MachineHealth) -> Iterator[tuple[str, str]]:
        power, hot_c = machine.power_now or PowerState(), machine.cpu_c
        for kind in ("undervoltage", "capped", "throttled"):
            if getattr(power, kind):
                yield kind, ""
        if power.hot or (hot_c is not None and hot_c >= (COOL_C if self._lasts("hot") else HOT_C)):
            yield "hot", "" if hot_c is None else f"{hot_c:.0f} °C"
        if machine.fan_rpm == 0 and hot_c is not None and hot_c >= FAN_STANDS_C:
            yield "fan", f"{hot_c:.0f} °C"
        stalled, free_mb = machine.memory_stall_percent, machine.memory_free_mb
        if stalled is not None and stalled >= STALLED_PERCENT:
            yield "memory", f"{stalled:.0f} % of the time some program waits for memory"
        elif free_mb is not None and free_mb < LITTLE_MEMORY_MB:
            yield "memory", f"{free_mb} MB free"

    def _dips(self, machine: MachineHealth) -> list[str]:
        """Return what came and went between two looks; the firmware remembers it, once a start."""
        now, since = machine.power_now, machine.power_since_start
        if now is None or since is None:
            return []
        known, self._since = self._since, since
        return [
            kind
            for kind in ("undervoltage", "capped", "throttled")
            if getattr(since, kind) and not getattr(now, kind) and not (known and getattr(known, kind))
        ]

    def _begin(self, kind: str, t: str, clock: Clock, detail: str) -> None:
        if self._lasts(kind):
            return
        for trouble in self.troubles:
            if trouble.kind == kind and _soon(trouble, t):
                again = structs.replace(trouble, until=None, times=trouble.times + 1)
                self._change(trouble, again)
                self.troubles = (again, *(other for other in self.troubles if other is not again))
                return
        new = Trouble(kind=kind, since=t, clock=clock, detail=detail)
        self.troubles = (new, *self.troubles)[:MOST]

    def _change(self, trouble: Trouble, to: Trouble) -> None:
        self.troubles = tuple(to if other is trouble else other for other in self.troubles)


def _soon(trouble: Trouble, t: str) -> bool:
    if trouble.until is None:
        return False
    apart = datetime.fromisoformat(t) - datetime.fromisoformat(trouble.until)
    return timedelta(0) <= apart < AGAIN
