"""What a station says of itself: whether it is there, and its birth."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from station import __version__
from station.link.desk import Facts
from station.link.messages import Birth, State, ToldLimits
from station.link.presence import Presence
from station.link.wrap import wrap
from station.session.store import Header, Store, new_id
from station.training.health import MachineHealth, Trouble
from station.training.prescription import Limits

LOOK_S: Final = 30.0


class Telling:
    """Makes the messages that wait in no outbox; `presence` says when a birth is due again."""

    def __init__(
        self,
        store: Store,
        station: str,
        limits: Limits,
        header: Callable[[], Header],
        machine: Callable[[], MachineHealth],
    ) -> None:
        self.presence = Presence()
        self._store = store
        self._station = station
        self._limits = ToldLimits.of(limits)
        self._header = header
        self._machine = machine
        self._looked_s = -math.inf
        self.troubles: tuple[Trouble, ...] = ()  # as the session knows them

    def look(self, now_s: float) -> None:
        """Look at computer and clock now and then."""
        if now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            machine = msgspec.structs.replace(self._machine(), troubles=self.troubles)
            self.presence.machine, self.presence.clock = machine, self._header().clock

    def newest_header(self) -> Header:
        """Return the head of a message made now; the session knows best which plate is in use."""
        header, board = self._header(), self.presence.board
        return header if board is None else msgspec.structs.replace(header, cal=board.cal)

    def message(self, kind: str, body: msgspec.Struct) -> bytes:
        """Return a whole message of this kind."""
        raw = msgspec.Raw(msgspec.json.encode(body))
        return wrap(self._station, kind, self.newest_header(), raw, id_=new_id(), seq=0)

    def state(self, *, online: bool) -> bytes:
        """Return that the station is there, or not."""
        return self.message("state", State(online=online, boot=self._header().boot))

    def birth(self, rx_version: int | None, certificate_until: str | None, papers: Facts) -> bytes:
        """Return versions, plate, prescription in force, limits, what waits, and how the board is read."""
        header, dropped = self.newest_header(), self._store.dropped()
        backlog = self._store.backlog()
        return self.message(
            "birth",
            Birth(
                sw=__version__,
                cal=header.cal,
                alg=header.alg,
                rx_version=rx_version,
                outbox_depth=backlog.depth,
                outbox_oldest_s=_age_s(backlog.oldest, header),
                limits=self._limits,
                sim=header.sim,
                board=self.presence.board,
                certificate_until=certificate_until,
                **papers._asdict(),
                machine=self.presence.machine,
                traces_dropped=(dropped.delivered, dropped.undelivered),
            ),
        )


def _age_s(oldest: Header | None, now: Header) -> float | None:
    """Return how long ago a message was made; None where boots and an unset clock leave that unknown."""
    if oldest is None:
        return None
    if oldest.boot == now.boot and now.mono_ms >= oldest.mono_ms:
        return (now.mono_ms - oldest.mono_ms) / 1000
    if "unsynced" in {oldest.clock, now.clock}:
        return None
    return max(0.0, (datetime.fromisoformat(now.t) - datetime.fromisoformat(oldest.t)).total_seconds())
