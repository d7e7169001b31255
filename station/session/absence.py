"""Tells the care team once that somebody has not trained for a week."""

from typing import Final

from station.session.event import EventBody
from station.session.memory import WEEK
from station.session.recorder import Recorder
from station.session.store import Store

KIND: Final = "not_trained"
TOLD_NOTE: Final = "absence"
EVERY_NS: Final = 600 * 1_000_000_000


class Absence:
    """One person's absence, told once until they have trained again.

    A station that is switched off tells nothing; that it is off, the care side knows by itself. Nor does one
    that several `shared`: whoever comes there may train at home between.
    """

    def __init__(self, store: Store, recorder: Recorder, *, subj: str | None, shared: bool = False) -> None:
        self._shared = shared
        self._store = store
        self._recorder = recorder
        self._key = TOLD_NOTE if subj is None else f"{TOLD_NOTE} {subj}"
        self._told = store.note(self._key)  # the last session before the absence that was told of
        self._next_ns = 0

    def look(self, now_ns: int) -> None:
        """Look now and then; never while training is stopped, which the care team knows."""
        if self._shared or now_ns < self._next_ns:
            return
        self._next_ns = now_ns + EVERY_NS
        memory = self._recorder.memory
        last, days = memory.last_trained(), memory.days_away()
        if last is None or days is None or days < WEEK or self._recorder.stops.words():
            return
        told = last.session.encode()
        if told == self._told:
            return
        self._told = told
        header = self._recorder.header()
        body = EventBody(kind=KIND, session=None, detail={"days": days, "last": last.ended.day})
        notes = [(self._key, told)]
        self._recorder.write(lambda: self._store.post("event", body, header, notes=notes))
