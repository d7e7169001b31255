"""What a recorder says of itself, and of others: whether the care side is there, and how each recorder is.

MQTT has one will a connection. It goes to `bal/v1/host/state`, which says whether any recorder is there: who
hears there that another one has gone, and is there itself, says so again. How each one is stands in a topic
of its own; of one that was killed, whoever hears of it notes the end.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from station import __version__
from station.link.messages import HOST_STATE, HostState, encode, host_topic

AGAIN_S: Final = 60.0


class Said(NamedTuple):
    """A retained message to be published."""

    topic: str
    payload: bytes


class Host:
    """One recorder's word on itself. Times in s are of any steady clock."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._since = _now()
        self._database = "ok"
        self._told_s: float | None = None
        self._told: HostState | None = None

    def will(self) -> bytes:
        """Return what the broker says for a recorder that is lost."""
        return encode(self._state(online=False, backlog=0))

    def here(self, now_s: float, *, backlog: int) -> Iterator[Said]:
        """Yield what a recorder says that is connected now."""
        state = self._state(online=True, backlog=backlog)
        self._told, self._told_s = state, now_s
        yield Said(HOST_STATE, encode(state))
        yield Said(host_topic(self._name), encode(state))

    def gone(self) -> Iterator[Said]:
        """Yield what a recorder says that leaves."""
        yield Said(host_topic(self._name), self.will())
        yield Said(HOST_STATE, self.will())

    def database(self, *, takes: bool) -> None:
        """Note whether the database takes what comes."""
        self._database = "ok" if takes else "takes nothing"

    def news(self, now_s: float, *, backlog: int) -> Iterator[Said]:
        """Yield how it is when that has changed, and now and then."""
        told, told_s = self._told, self._told_s
        if told is None or told_s is None:
            return
        if told.database != self._database or now_s - told_s >= AGAIN_S:
            self._told, self._told_s = self._state(online=True, backlog=backlog), now_s
            yield Said(host_topic(self._name), encode(self._told))

    def heard(self, payload: bytes, now_s: float, *, backlog: int) -> Iterator[Said]:
        """Yield what is to be said when it is heard that no recorder is there, which is not so."""
        try:
            state = msgspec.json.decode(payload, type=HostState)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            state = HostState(online=False)
        if state.online:
            return
        if state.name not in {"", self._name}:
            yield Said(host_topic(state.name), payload)
        yield from self.here(now_s, backlog=backlog)

    def _state(self, *, online: bool, backlog: int) -> HostState:
        return HostState(
            online=online, name=self._name, sw=__version__, since=self._since, t=_now(), backlog=backlog,
            database=self._database,
        )  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
