"""How well the board is read, put together from what the acquisition process says of itself."""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec

from station.sway.plate import Four
from station.sway.reading import CELL_COUNT
from station.training.health import BoardHealth

# What the process says once of itself ("started"), and again and again ("rates").
ONCE: Final = ("priority", "core", "locked", "gc_frozen", "refused")
AGAIN: Final = ("sps", "recoveries")
DELAYS: Final = 1800  # readings of some five seconds


class HealthWatch:
    """Takes the notes; `now` is how things stand."""

    def __init__(self, *, sim: bool, cal: str, made: Callable[[str], str | None] = lambda _: None) -> None:
        """`made` says when the plate of this name was made (RFC 3339), None where that is not known."""
        self._made = made
        self.now = BoardHealth(sim=sim, cal=cal, calibrated=made(cal))
        self._delays_ns: deque[int] = deque(maxlen=DELAYS)

    def arrived(self, delay_ns: int) -> None:
        """Take how long after its conversion a good reading has arrived."""
        self._delays_ns.append(delay_ns)

    def note(self, note: dict[str, Any]) -> bool:
        """Take one note; return whether it was about health. One not understood changes nothing."""
        if note["note"] == "started":
            told = {"source": note.get("source"), "sim": note.get("sim")}
            return self._take({**told, **_those(note.get("rt"), ONCE), "sps": (None,) * 4})
        if note["note"] == "rates":
            return self._take({**_those(note, AGAIN), "arrival_ms": self._arrival_ms()})
        return False

    def restarted(self) -> None:
        """Count a restart of the acquisition process."""
        self._take({"restarts": self.now.restarts + 1})

    def weighs(self, cal: str, noise_n: float | None, noises_n: Four | None = None) -> None:
        """Take what the session itself knows: the plate in use, and the noise of the empty board."""
        told: dict[str, Any] = {"cal": cal, "noise_n": None if noise_n is None else round(noise_n, 3)}
        if cal != self.now.cal:
            told["calibrated"] = self._made(cal)
        told["noises_n"] = [round(n, 3) for n in noises_n] if noises_n else (None,) * CELL_COUNT
        self._take(told)

    def _arrival_ms(self) -> tuple[float, float] | None:
        delays_ms = sorted(delay_ns / 1e6 for delay_ns in self._delays_ns)
        if not delays_ms:
            return None
        last = len(delays_ms) - 1
        return round(delays_ms[last // 2], 2), round(delays_ms[round(0.99 * last)], 2)

    def _take(self, changed: dict[str, Any]) -> bool:
        try:
            self.now = msgspec.convert({**msgspec.structs.asdict(self.now), **changed}, BoardHealth)
        except msgspec.ValidationError:
            return False
        return True


def _those(told: object, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: told[key] for key in keys if key in told} if isinstance(told, dict) else {}
