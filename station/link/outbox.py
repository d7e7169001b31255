"""Which rows of the outbox to send now: a small window, the gravest first, again with back-off. Pure."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from station.link.messages import RAW, SEND_ORDER
from station.session.store import Outgoing

# On their way at once: a backlog of a week must not flood a broker, and yet go out with few round trips.
WINDOW: Final = 100
WINDOW_BYTES: Final = 400_000
ROWS_A_LOOK: Final = 20
FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 120.0
AFTER_CONNECTING: Final = -1  # tries, of what is sent then: it comes again after half of the first wait

Fetch = Callable[..., Sequence[Outgoing]]


@dataclass(slots=True)
class _Sent:
    row: Outgoing
    due_s: float
    tries: int


class Pump:
    """Decides what goes out. A row is finished only by `acknowledged`; until then it is sent again and again.

    `fetch(kind, after=seq, limit=n)` returns rows of the outbox. Times in seconds of any steady clock.
    """

    def __init__(self, fetch: Fetch, *, jitter: Callable[[], float] = random.random) -> None:
        self._fetch = fetch
        self._jitter = jitter
        self._sent: dict[str, _Sent] = {}
        self._sent_bytes = 0
        self._first_tries = 0
        self._aside_seq: dict[str, int] = {}  # by kind, up to where rows were set aside

    def due(self, now_s: float, *, look: bool = True, traces: bool = True) -> list[Outgoing]:
        """Return what to send now: repeats that are due, then new rows while the window has room.

        `look` False leaves out the search for new rows, when nobody can have written any; `traces` False lets
        raw traces wait, also those that were sent before.
        """
        rows = []
        for sent in self._sent.values():
            if now_s >= sent.due_s and (traces or sent.row.type != RAW):
                sent.tries += 1
                sent.due_s = now_s + self._wait_s(sent.tries)
                rows.append(sent.row)
        for kind in SEND_ORDER if look else ():
            if traces or kind != RAW:
                rows += self._begin(kind, now_s)
        self._first_tries = 0
        return rows

    def _begin(self, kind: str, now_s: float) -> list[Outgoing]:
        """Return new rows of this kind that go on their way now."""
        begun: list[Outgoing] = []
        while (room := min(self._room(), ROWS_A_LOOK)) > 0:
            found = self._fetch(kind, after=self._last_seq(kind), limit=room)
            for row in found:
                if self._room() <= 0:
                    break
                self._sent[row.id] = _Sent(row, now_s + self._wait_s(self._first_tries), self._first_tries)
                self._sent_bytes += len(row.body)
                begun.append(row)
            if len(found) < room:
                break
        return begun

    def _room(self) -> int:
        """Return how many more rows may go on their way now."""
        return WINDOW - len(self._sent) if self._sent_bytes < WINDOW_BYTES else 0

    def _last_seq(self, kind: str) -> int:
        on_their_way = (sent.row.seq for sent in self._sent.values() if sent.row.type == kind)
        return max(self._aside_seq.get(kind, 0), *on_their_way, 0)

    def _wait_s(self, tries: int) -> float:
        """Return the time to the next repeat: doubling, with up to half of it as jitter."""
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**tries)
        return wait_s * (1 + 0.5 * self._jitter())

    def acknowledged(self, ids: Sequence[str]) -> None:
        """Forget rows that the care side has committed."""
        for id_ in ids:
            self._forget(id_)

    def set_aside(self, row: Outgoing) -> None:
        """Leave out a row that cannot be sent: it stays in the outbox and hinders no other."""
        self._forget(row.id)
        self._aside_seq[row.type] = max(row.seq, self._aside_seq.get(row.type, 0))

    def _forget(self, id_: str) -> None:
        sent = self._sent.pop(id_, None)
        if sent is not None:
            self._sent_bytes -= len(sent.row.body)

    def reconnected(self) -> None:
        """Send everything on its way again: what the old connection carried may be lost.

        And once more soon: a broker that was started again drops what comes before the recorder is back.
        """
        for sent in self._sent.values():
            sent.due_s = 0.0
            sent.tries = AFTER_CONNECTING - 1
        self._first_tries = AFTER_CONNECTING
