"""What the station remembers, person by person: at home one, in a clinic everybody who trains there."""

from collections.abc import Callable

from station.session.memory import Memory, Write
from station.session.moment import Moment
from station.session.stop import Stops
from station.session.store import Store


class People:
    """Memories and stops by pseudonym: the same ones each time, with what the disk has not taken yet.

    `rested`: simulated people, who need no rest between sessions.
    """

    def __init__(
        self, store: Store, *, now: Callable[[], Moment], write: Write, clinic: bool, rested: bool
    ) -> None:
        self._store = store
        self._now = now
        self._write = write
        self._clinic = clinic
        self._rested = rested
        self._memories: dict[str | None, Memory] = {}
        self._stops: dict[str | None, Stops] = {}

    def memory(self, subj: str | None) -> Memory:
        """Return what is remembered of a person."""
        if subj not in self._memories:
            self._memories[subj] = Memory(self._store, now=self._now, write=self._write, subj=subj)
            self._memories[subj].rested = self._rested
        return self._memories[subj]

    def stops(self, subj: str | None) -> Stops:
        """Return what keeps a person from training."""
        if subj not in self._stops:
            self._stops[subj] = Stops(
                self._store, now=self._now, write=self._write, subj=subj, clinic=self._clinic
            )
        return self._stops[subj]
