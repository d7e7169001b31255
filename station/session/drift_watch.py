"""Keeps zero and noise of every session start, and tells the care team once a day why to calibrate again."""

from typing import Final, Protocol, TypeVar

import msgspec

from station.session.event import EventBody
from station.session.recorder import Recorder
from station.session.store import Store
from station.sway.drift import MOST_KEPT, Advice, SpanCheck, Zero, advice_of
from station.sway.plate import Four, Plate

ZEROS_NOTE: Final = "zeros"
CHECK_NOTE: Final = "span_check"
ADVISED_NOTE: Final = "recalibrate"
KIND: Final = "recalibrate"
T = TypeVar("T")


class Notes(Protocol):
    """Where small things are remembered."""

    def note(self, key: str) -> bytes | None:
        """Return a small thing."""
        ...


def known_zeros(notes: Notes) -> list[Zero]:
    """Return the zeros of the sessions so far, oldest first; what cannot be read counts as none."""
    return _decoded(notes, ZEROS_NOTE, list[Zero]) or []


def known_advice(notes: Notes, plate: Plate) -> list[Advice]:
    """Return the reasons to calibrate again that the station knows of; `plate` with its reference zero."""
    return advice_of(plate, known_zeros(notes), _decoded(notes, CHECK_NOTE, SpanCheck))


def remember_check(store: Store, check: SpanCheck) -> None:
    """Remember the newest check with a known mass. Raises StoreError."""
    store.remember(CHECK_NOTE, msgspec.json.encode(check))


class DriftWatch:
    """One station's watch over its own board."""

    def __init__(self, store: Store, recorder: Recorder, plate: Plate) -> None:
        """Watch over this plate, which still has the zero of its calibration."""
        self._store = store
        self._recorder = recorder
        self._plate = plate
        self._zeros = known_zeros(store)
        self._advised: dict[str, str] = _decoded(store, ADVISED_NOTE, dict[str, str]) or {}
        self._newest: tuple[Four, Four] | None = None

    @property
    def plate(self) -> Plate:
        """Return the plate that is watched over."""
        return self._plate

    def plate_taken(self, plate: Plate) -> None:
        """Watch over another plate from now on."""
        self._plate = plate

    def checked(self, off: float) -> None:
        """Remember that a known mass was just weighed, off by this share."""
        check = SpanCheck(t=self._recorder.header().t, cal=self._plate.calibration, off=off)
        self._recorder.write(lambda: remember_check(self._store, check))

    def known(self) -> list[Advice]:
        """Return the reasons to calibrate again that are known."""
        return advice_of(self._plate, self._zeros, _decoded(self._store, CHECK_NOTE, SpanCheck))

    def zero_taken(self, counts: Four, noise_n: Four | None) -> None:
        """Know the zero that the next session will begin with."""
        if noise_n is not None:
            self._newest = counts, noise_n

    def session_started(self) -> None:
        """Keep the zero of this session, and tell what it says of the calibration."""
        if self._newest is not None:
            counts, noise_n = self._newest
            header = self._recorder.header()
            zero = Zero(t=header.t, cal=self._plate.calibration, counts=counts, noise_n=noise_n)
            # The first ones after a calibration say how it was, so they are the last to be forgotten.
            own = [*(z for z in self._zeros if z.cal == zero.cal), zero]
            half = MOST_KEPT // 2
            self._zeros = own if len(own) <= MOST_KEPT else [*own[:half], *own[-half:]]
            kept = msgspec.json.encode(self._zeros)
            self._recorder.write(lambda: self._store.remember(ZEROS_NOTE, kept))
        for advice in self.known():
            self._advise(advice)

    def _advise(self, advice: Advice) -> None:
        header = self._recorder.header()
        day, about = header.t[:10], f"{advice.reason} {advice.cell or ''}".strip()
        if self._advised.get(about) == day:
            return
        # Other days are over; keeping them would only let the note grow.
        self._advised = {**{key: at for key, at in self._advised.items() if at == day}, about: day}
        note = (ADVISED_NOTE, msgspec.json.encode(self._advised))
        body = EventBody(kind=KIND, session=self._recorder.session, detail=advice.detail)
        self._recorder.write(lambda: self._store.post("event", body, header, notes=(note,)))


def _decoded(notes: Notes, key: str, kind: type[T]) -> T | None:
    value = notes.note(key)
    if value is None:
        return None
    try:
        return msgspec.json.decode(value, type=kind)
    except msgspec.DecodeError:
        return None
