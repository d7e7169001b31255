"""What is seen of the boards that somebody looks at: the newest of each, and nothing of any other. Pure."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from station.link.client import LiveFrame, Message, News, StationEvent

MARKS: Final = 4
STALE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Mark:
    """An event that stands on a tile; `at` is the station's wall time (RFC 3339)."""

    id: str
    kind: str
    at: str
    sim: bool
    detail: dict[str, str | float | int | bool | None]


@dataclass(slots=True)
class Board:
    """One board. `version` grows with whatever is new; `sampled_s` is when the newest sample was taken."""

    station: str
    version: int = 0
    frame: LiveFrame | None = None
    sim: bool = False
    sampled_s: float = 0.0
    offline: bool = False
    why: str = ""
    marks: deque[Mark] = field(default_factory=lambda: deque(maxlen=MARKS))

    def age_s(self, now_s: float) -> float | None:
        """Return how old the newest sample is, None where there is none."""
        return None if self.frame is None else max(0.0, now_s - self.sampled_s)


class Hub:
    """Keeps the newest of each board for every viewer: a slow one misses frames, and holds nobody up.

    Times in seconds of any steady clock. Called under a lock of the caller's.
    """

    def __init__(self) -> None:
        self._looked_at: dict[object, frozenset[str]] = {}
        self._boards: dict[str, Board] = {}
        self._count = 0
        self.link = ""  # why no board can be seen, empty while the broker is there

    @property
    def wanted(self) -> frozenset[str]:
        """The boards that somebody looks at."""
        return frozenset(self._boards)

    @property
    def watched(self) -> bool:
        """Whether anybody is there."""
        return bool(self._looked_at)

    def look(self, viewer: object, stations: Collection[str]) -> None:
        """Let somebody look at these boards from now on, and at no others."""
        self._looked_at[viewer] = frozenset(stations)
        self._keep_wanted()

    def leave(self, viewer: object) -> None:
        """Let somebody go; what nobody looks at any more is forgotten."""
        self._looked_at.pop(viewer, None)
        self._keep_wanted()

    def _keep_wanted(self) -> None:
        wanted = frozenset[str]().union(*self._looked_at.values())
        for station in self._boards.keys() - wanted:
            del self._boards[station]
        for station in wanted - self._boards.keys():
            self._boards[station] = Board(station, self._next())

    def _next(self) -> int:
        self._count += 1
        return self._count

    def take(self, news: News, now_s: float) -> bool:
        """Take in what is new; return whether anything is."""
        before = self._count
        for message in news.frames:
            self._take_frame(message, now_s)
        for message in news.events:
            self._take_event(message)
        for station, board in self._boards.items():
            offline, why = station in news.offline, news.why.get(station, "")
            if (board.offline, board.why) != (offline, why):
                board.offline, board.why, board.version = offline, why, self._next()
        self.away(news.link)
        return self._count != before

    def away(self, why: str) -> None:
        """Note why no board can be seen, "" for the broker being there."""
        if why != self.link:
            self.link = why
            self._next()

    def _take_frame(self, message: Message, now_s: float) -> None:
        board = self._boards.get(message.station)
        if board is None or not isinstance(message.body, LiveFrame):
            return
        board.frame, board.sim = message.body, message.body.sim or message.envelope.sim
        board.sampled_s = now_s - (message.age_s or 0.0)
        board.version = self._next()

    def _take_event(self, message: Message) -> None:
        board, body = self._boards.get(message.station), message.body
        if board is None or not isinstance(body, StationEvent):
            return
        envelope = message.envelope
        self.add(board, Mark(envelope.id, body.kind, envelope.t, envelope.sim, body.detail))

    def recall(self, station: str, marks: Collection[Mark]) -> None:
        """Add what happened before anybody looked, oldest first."""
        board = self._boards.get(station)
        if board is not None:
            for mark in marks:
                self.add(board, mark)

    def add(self, board: Board, mark: Mark) -> None:
        """Let an event stand on a tile, once."""
        if all(known.id != mark.id for known in board.marks):
            board.marks.append(mark)
            board.version = self._next()

    def news(self, viewer: object, seen: dict[str, int]) -> list[Board]:
        """Return the boards of a viewer that are other than the versions they have `seen`, and note that."""
        boards = [self._boards[s] for s in self._looked_at.get(viewer, ()) if s in self._boards]
        new = [board for board in boards if seen.get(board.station) != board.version]
        seen.update((board.station, board.version) for board in new)
        return new
