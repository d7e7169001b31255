"""What the station remembers, person by person: at home one, in a clinic everybody who trains there."""

from collections.abc import Callable
from typing import Final

import msgspec

from station.session.memory import Memory, Note, Write
from station.session.moment import Moment
from station.session.stop import Stop
from station.session.store import Store

STOP_NOTE: Final = "stop"


class People:
    """Memories and stops by pseudonym. `rested`: simulated people, who need no rest between sessions."""

    def __init__(
        self, store: Store, *, now: Callable[[], Moment], write: Write, clinic: bool, rested: bool
    ) -> None:
        self._store = store
        self._now = now
        self._write = write
        self._clinic = clinic
        self._rested = rested
        self._memories: dict[str | None, Memory] = {}
        self._stops: dict[str, Stop | None] = {}

    def memory(self, subj: str | None) -> Memory:
        """Return what is remembered of a person; the same one each time, with what the disk has not taken."""
        if subj not in self._memories:
            self._memories[subj] = Memory(self._store, now=self._now, write=self._write, subj=subj)
            self._memories[subj].rested = self._rested
        return self._memories[subj]

    def stop(self, subj: str | None) -> Stop | None:
        """Return the last stop of this person; at home the station's, whoever it belongs to next."""
        key = self._stop_key(subj)
        if key not in self._stops:  # read once: it must hold although the disk takes nothing any more
            value = self._store.note(key)
            self._stops[key] = None if value is None else msgspec.json.decode(value, type=Stop)
        return self._stops[key]

    def stopped(self, subj: str | None, stop: Stop) -> Note:
        """Know from now on that this person may not train; return what is to be kept of it."""
        key = self._stop_key(subj)
        self._stops[key] = stop
        return key, msgspec.json.encode(stop)

    def _stop_key(self, subj: str | None) -> str:
        return f"{STOP_NOTE} {subj}" if self._clinic else STOP_NOTE
