"""Prescriptions on their way to the session: offered again until the session has answered for each."""

import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from station.session.store import Outgoing

FIRST_WAIT_S: Final = 10.0
LONGEST_WAIT_S: Final = 300.0
ROWS_A_LOOK: Final = 100

Fetch = Callable[..., Sequence[Outgoing]]


class _Claim(msgspec.Struct):
    version: int


class _Claims(msgspec.Struct):
    rx: _Claim


class _Answer(msgspec.Struct):
    rx_version: int


def claimed_version(document: bytes) -> int:
    """Return the version a document claims, 0 when it claims none: the version the session answers with."""
    try:
        return msgspec.json.decode(document, type=_Claims).rx.version
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0


class Handover:
    """Holds one document, the newest; a session that refused it, fell or never looked gets it again.

    `fetch("reply", after=seq, limit=n)` returns rows of the outbox: an answer to this version that was posted
    after `take` ends the handover. `now_s` is any steady clock.
    """

    def __init__(self, fetch: Fetch, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now_s = now_s
        self._document: bytes | None = None
        self._seen_seq = 0
        self._due_s = 0.0
        self._wait_s = FIRST_WAIT_S

    def take(self, document: bytes) -> None:
        """Hold this document instead of any other; answers that stand already are to an earlier offer."""
        self._document = document
        self._due_s = self._now_s()
        self._wait_s = FIRST_WAIT_S
        self._new_answers()

    def drop(self) -> None:
        """Hold nothing any more."""
        self._document = None

    def look(self) -> None:
        """Drop the document when the session has answered for it.

        To be called before rows leave the outbox: an answer that has left is seen by nobody.
        """
        if self._document is None:
            return
        if claimed_version(self._document) in self._new_answers():
            self.drop()

    def _new_answers(self) -> list[int]:
        versions = []
        while rows := self._fetch("reply", after=self._seen_seq, limit=ROWS_A_LOOK):
            self._seen_seq = rows[-1].seq
            versions += [msgspec.json.decode(row.body, type=_Answer).rx_version for row in rows]
        return versions

    def due(self) -> bytes | None:
        """Return the document when it is time to offer it."""
        if self._document is None or self._now_s() < self._due_s:
            return None
        self.look()
        return self._document

    def offered(self) -> None:
        """Note that it was sent: without an answer it is due again, each time after twice as long."""
        self._due_s = self._now_s() + self._wait_s
        self._wait_s = min(LONGEST_WAIT_S, 2 * self._wait_s)


class Handovers:
    """A handover for each topic: several people may share a station, each with an own prescription."""

    def __init__(self, fetch: Fetch, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now_s = now_s
        self._by_topic: dict[str, Handover] = {}

    def take(self, topic: str, document: bytes) -> None:
        """Hold this document instead of any other of its topic."""
        if topic not in self._by_topic:
            self._by_topic[topic] = Handover(self._fetch, now_s=self._now_s)
        self._by_topic[topic].take(document)

    def look(self) -> None:
        """Drop what the session has answered for, before rows leave the outbox."""
        for handover in self._by_topic.values():
            handover.look()

    def due(self) -> list[tuple[Handover, bytes]]:
        """Return the documents that it is time to offer."""
        held = ((handover, handover.due()) for handover in self._by_topic.values())
        return [(handover, document) for handover, document in held if document is not None]
