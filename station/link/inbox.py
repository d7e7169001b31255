"""What was heard and not taken yet: bounded, each message once, and honest about what had to go. Pure."""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from station.link.heard import Dropped, Heard, Message, Refused, may_repeat
from station.link.messages import LiveFrame

MOST: Final = 5_000
MOST_BYTES: Final = 64_000_000
KNOWN_IDS: Final = 20_000  # a station says again what the recorder has not committed yet
# What goes first when there is no room: pictures of the past, then traces, which can be asked for again.
GOES_FIRST: Final = ("live", "raw")
SLIP: Final = 2e-4  # of the time that passes: more than two quartz clocks drift apart


class _Kept(NamedTuple):
    heard: Heard
    came_s: float


class _Fastest(NamedTuple):
    boot: str
    apart_s: float  # arrival by our clock less the time the station's clock showed
    came_s: float


class Clocks:
    """How long frames were on their way, without a common clock.

    The fastest message of a boot sets the measure: what is later than that by its station's own clock was
    kept on its way. The measure slips with time, as the two clocks do. Times in seconds.
    """

    def __init__(self) -> None:
        self._fastest: dict[str, _Fastest] = {}  # by station

    def delay_s(self, message: Message, came_s: float) -> float:
        """Return how much later than the fastest one this message came."""
        boot = message.envelope.boot
        apart_s = came_s - message.envelope.mono_ms / 1000
        known = self._fastest.get(message.station)
        if known is None or known.boot != boot:
            known = _Fastest(boot, apart_s, came_s)
        least_s = min(apart_s, known.apart_s + SLIP * (came_s - known.came_s))
        self._fastest[message.station] = _Fastest(boot, least_s, came_s)
        return apart_s - least_s


class Inbox:
    """Keeps messages for whoever takes them, oldest first. Times in seconds of any steady clock."""

    def __init__(self, now_s: Callable[[], float], *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._now_s = now_s
        self._most, self._most_bytes = most, most_bytes
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self._of: Counter[str] = Counter()  # how many are kept of each kind
        self._dropped: Counter[str] = Counter()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._newest_frame: dict[str, str] = {}  # its id, by station
        self._clocks = Clocks()

    def __len__(self) -> int:
        return len(self._kept)

    def is_new(self, message: Message) -> bool:
        """Return whether this message was never heard before; it is known from now on.

        What the broker kept comes with every new subscription, and is always handed out.
        """
        id_ = message.envelope.id
        if isinstance(message.body, LiveFrame):  # never sent again, but two subscriptions may both bring it
            known = self._newest_frame.get(message.station) == id_
            self._newest_frame[message.station] = id_
            return not known
        known = id_ in self._known and not may_repeat(message)
        self._known[id_] = None
        self._known.move_to_end(id_)
        if len(self._known) > KNOWN_IDS:
            self._known.popitem(last=False)
        return message.retained or not known

    def aged(self, message: Message, came_s: float) -> Message:
        """Return a live frame with its age when it came: of its sample, and what it waited on its way."""
        if not isinstance(message.body, LiveFrame):
            return message
        return replace(message, age_s=message.body.age_ms / 1000 + self._clocks.delay_s(message, came_s))

    def put(self, heard: Heard) -> None:
        """Keep it; what there is no room for is dropped, and counted."""
        self._kept.append(_Kept(heard, self._now_s()))
        self._bytes += _size(heard)
        self._of[_kind(heard)] += 1
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            self._drop()

    def take(self) -> Heard | None:
        """Return the oldest, None when there is none; first what was dropped since the last time."""
        if self._dropped:
            counts, self._dropped = dict(self._dropped), Counter()
            return Dropped(counts)
        if not self._kept:
            return None
        heard, came_s = self._kept[0]
        self._remove(0)
        if isinstance(heard, Message) and heard.age_s is not None:
            return replace(heard, age_s=heard.age_s + self._now_s() - came_s)
        return heard

    def clear(self) -> None:
        """Let go of everything: nobody takes it any more."""
        self._kept.clear()
        self._of.clear()
        self._dropped.clear()
        self._bytes = 0

    def _drop(self) -> None:
        first = next((kind for kind in GOES_FIRST if self._of[kind]), None)
        at = (
            0 if first is None else next(n for n, kept in enumerate(self._kept) if _kind(kept.heard) == first)
        )
        self._dropped[_kind(self._kept[at].heard)] += 1
        self._remove(at)

    def _remove(self, at: int) -> None:
        heard = self._kept[at].heard
        del self._kept[at]
        self._bytes -= _size(heard)
        self._of[_kind(heard)] -= 1


def _kind(heard: Heard) -> str:
    if isinstance(heard, Message):
        return heard.kind
    return "refused" if isinstance(heard, Refused) else "notice"


def _size(heard: Heard) -> int:
    return len(heard.payload) if isinstance(heard, Message | Refused) else 0
