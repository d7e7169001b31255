"""Looking on at one station: when to ask for the lease again, and what is seen meanwhile. Pure."""

from typing import Final, NamedTuple

from station.link.client_connection import Waiting
from station.link.heard import STALE_S, Answer, Look, Message
from station.link.messages import LiveFrame

LEASE_S: Final = 15.0
ASK_AGAIN: Final = 0.4  # of the lease: an answer that is lost may be asked for once more
SILENT_S: Final = 1.5
ASK_SILENT_S: Final = 2.0  # a station that shows nothing may have been started again, and forgot the lease
NO_FRAME: Final = "no picture has come yet"


class News(NamedTuple):
    """What is new of several stations that are looked at.

    `frames`: the newest of each that sent one. `link`: why the broker is away, empty while it is there.
    `offline`: those of which it was said that they are away. `why`: of each, why the lease is not held.
    """

    frames: list[Message]
    events: list[Message]
    link: str
    offline: frozenset[str]
    why: dict[str, str]


class Watching:
    """Times in seconds of any steady clock."""

    def __init__(self, station: str, lease_s: float) -> None:
        self.station = station
        self._every_s = ASK_AGAIN * lease_s
        self._asked_s = 0.0
        self._away = False
        self._next_s: float | None = None
        self.asked_last: Waiting | None = None
        self._frame: LiveFrame | None = None
        self._age_s = 0.0
        self._seen_s = 0.0
        self.answer: Answer | None = None  # of the station, to the newest lease that it has answered

    def due(self, now_s: float) -> bool:
        """Return whether the lease is to be asked for now."""
        if self._next_s is None or now_s >= self._next_s:
            return True
        silent = now_s - self._seen_s > SILENT_S
        return silent and not self._away and now_s - self._asked_s >= ASK_SILENT_S

    def is_away(self, away: bool, now_s: float) -> None:  # noqa: FBT001
        """Note whether the station is known to be away; one that comes back is asked at once."""
        if self._away and not away:
            self._next_s = now_s
        self._away = away

    def missing(self, now_s: float) -> str:
        """Return why the station says that nobody may look, "" where it lets or has not answered."""
        if self.asked_last is not None and self.asked_last.answer is not None:
            self.answer = self.asked_last.answer
        if self.answer is None or self.answer.state == "done" or now_s - self._seen_s < SILENT_S:
            return ""
        return self.answer.reason

    def asked(self, waiting: Waiting, now_s: float) -> Waiting | None:
        """Note that it was asked for; return the one before, which nobody waits for any more."""
        before, self.asked_last, self._next_s = self.asked_last, waiting, now_s + self._every_s
        self._asked_s = now_s
        return before

    def saw(self, message: Message, now_s: float) -> None:
        """Take in a frame."""
        if isinstance(message.body, LiveFrame):
            self._frame, self._age_s, self._seen_s = message.body, message.age_s or 0.0, now_s

    def look(self, now_s: float, *, away: str = "") -> Look:
        """Return what is seen; `away` says why nothing can come, where that is known."""
        if self.asked_last is not None and self.asked_last.answer is not None:
            self.answer = self.asked_last.answer
        refused = self.answer is not None and self.answer.state != "done"
        why = away or (str(self.answer) if refused else "")
        if self._frame is None:
            return Look(None, None, stale=True, why=why or NO_FRAME)
        age_s = self._age_s + now_s - self._seen_s
        stale = age_s > STALE_S
        if stale and not why:
            why = f"the picture is {age_s:.1f} s old"
        return Look(self._frame, age_s, stale, why)
