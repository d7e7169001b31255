"""A prescription on its way to the session: offered until answered, never after."""

from itertools import pairwise

import msgspec
import pytest

from station.link.handover import FIRST_WAIT_S, LONGEST_WAIT_S, Handover, claimed_version
from station.session.store import Header, Outgoing

HEADER = Header(
    t="", mono_ms=0, boot="", clock="synced", subj=None, rx_version=None, cal="", alg="", sim=True
)


def document(version: int, note: str = "") -> bytes:
    return msgspec.json.encode({"rx": {"version": version, "note": note}, "key": "k", "sig": ""})


class Bench:
    """An outbox the session answers into, and a clock moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.rows: list[Outgoing] = []
        self.handover = Handover(self._fetch, now_s=lambda: self.now_s)

    def _fetch(self, kind: str, *, after: int, limit: int) -> list[Outgoing]:
        return [row for row in self.rows if row.type == kind and row.seq > after][:limit]

    def answer(self, version: int) -> None:
        body = msgspec.json.encode({"rx_version": version, "state": "received", "reason": ""})
        seq = len(self.rows) + 1
        self.rows.append(Outgoing(seq, f"id-{seq}", "reply", HEADER, body))

    def offers_s(self, seconds: int) -> list[float]:
        """Return when the document was offered, in seconds from now."""
        offers = []
        for second in range(seconds):
            if self.handover.due() is not None:
                self.handover.offered()
                offers.append(float(second))
            self.now_s += 1
        return offers


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_prescription_is_offered_at_once_and_again_with_growing_waits(bench: Bench) -> None:
    bench.handover.take(document(3))
    offers_s = bench.offers_s(3000)
    waits_s = [b - a for a, b in pairwise(offers_s)]
    assert offers_s[0] == 0
    assert waits_s[0] == FIRST_WAIT_S
    assert waits_s == sorted(waits_s)
    assert waits_s[-1] == LONGEST_WAIT_S


def test_it_is_not_offered_again_once_its_version_is_answered(bench: Bench) -> None:
    bench.handover.take(document(3))
    assert bench.offers_s(5) == [0]
    bench.answer(3)
    assert bench.offers_s(1000) == []


def test_an_answer_to_another_version_ends_nothing(bench: Bench) -> None:
    bench.handover.take(document(3))
    bench.answer(2)
    assert bench.offers_s(15) == [0, FIRST_WAIT_S]


def test_an_answer_that_stood_before_is_not_an_answer_to_this_offer(bench: Bench) -> None:
    bench.answer(3)
    bench.handover.take(document(3))
    assert bench.offers_s(15) == [0, FIRST_WAIT_S]


def test_an_answer_seen_before_it_left_the_outbox_counts(bench: Bench) -> None:
    bench.handover.take(document(3))
    bench.offers_s(1)
    bench.answer(3)
    bench.handover.look()
    bench.rows.clear()
    assert bench.offers_s(1000) == []


def test_the_newest_prescription_takes_the_place_of_an_older_one(bench: Bench) -> None:
    bench.handover.take(document(3))
    bench.handover.take(document(4))
    bench.answer(3)
    assert bench.handover.due() == document(4)


@pytest.mark.parametrize("text", [b"", b"[", b"\xff", b"{}", b'{"rx": {"version": "x"}}'])
def test_a_document_that_names_no_version_is_answered_as_version_0(text: bytes) -> None:
    assert claimed_version(text) == 0
