"""Which rows of the outbox to send now: a small window, the gravest first, again with back-off. Pure."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from station.link.messages import SEND_ORDER
from station.session.store import Outgoing

WINDOW: Final = 20  # rows on their way at once: a backlog of a week must not flood a broker
FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 120.0

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
        self._aside_seq: dict[str, int] = {}  # by kind, up to where rows were set aside

    def due(self, now_s: float, *, look: bool = True) -> list[Outgoing]:
        """Return what to send now: repeats that are due, then new rows while the window has room.

        `look` False leaves out the search for new rows, when nobody can have written any.
        """
        rows = []
        for sent in self._sent.values():
            if now_s >= sent.due_s:
                sent.tries += 1
                sent.due_s = now_s + self._wait_s(sent.tries)
                rows.append(sent.row)
        for kind in SEND_ORDER if look else ():
            room = WINDOW - len(self._sent)
            if room <= 0:
                break
            after = self._last_seq(kind)
            for row in self._fetch(kind, after=after, limit=room):
                self._sent[row.id] = _Sent(row, now_s + self._wait_s(0), 0)
                rows.append(row)
        return rows

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
            self._sent.pop(id_, None)

    def set_aside(self, row: Outgoing) -> None:
        """Leave out a row that cannot be sent: it stays in the outbox and hinders no other."""
        self._sent.pop(row.id, None)
        self._aside_seq[row.type] = max(row.seq, self._aside_seq.get(row.type, 0))

    def reconnected(self) -> None:
        """Send everything on its way again: what the old connection carried may be lost."""
        for sent in self._sent.values():
            sent.due_s = 0.0
            sent.tries = 0
