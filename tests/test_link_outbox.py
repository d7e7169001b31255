"""What is sent when: the gravest first, again until acknowledged, never a flood."""

from itertools import pairwise

from station.link.outbox import FIRST_WAIT_S, LONGEST_WAIT_S, WINDOW, WINDOW_BYTES, Pump
from station.session.store import Header, Outgoing

HEADER = Header(
    t="", mono_ms=0, boot="", clock="synced", subj=None, rx_version=None, cal="", alg="", sim=True
)


class Rows:
    """An outbox in memory."""

    def __init__(self, *kinds: str) -> None:
        self.rows = [Outgoing(n, f"id-{n}", kind, HEADER, b"{}") for n, kind in enumerate(kinds, start=1)]

    def __call__(self, kind: str, *, after: int, limit: int) -> list[Outgoing]:
        return [row for row in self.rows if row.type == kind and row.seq > after][:limit]

    def remove(self, id_: str) -> None:
        self.rows = [row for row in self.rows if row.id != id_]


def ids(rows: list[Outgoing]) -> list[str]:
    return [row.id for row in rows]


def test_events_go_before_results_and_results_before_traces() -> None:
    pump = Pump(Rows("raw", "result/trial", "event"), jitter=lambda: 0)
    assert ids(pump.due(0)) == ["id-3", "id-2", "id-1"]


def test_a_row_is_sent_again_with_growing_waits_until_it_is_acknowledged() -> None:
    pump = Pump(Rows("event"), jitter=lambda: 0)
    sent_s = [t for t in range(400) if pump.due(t)]
    waits = [b - a for a, b in pairwise(sent_s)]
    assert waits[0] == FIRST_WAIT_S
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_S
    pump.acknowledged(["id-1"])
    rows = Rows()
    pump_after = Pump(rows, jitter=lambda: 0)
    assert pump_after.due(1000) == []


def test_an_acknowledged_row_is_not_sent_again() -> None:
    rows = Rows("event")
    pump = Pump(rows, jitter=lambda: 0)
    pump.due(0)
    rows.remove("id-1")
    pump.acknowledged(["id-1"])
    assert pump.due(10_000) == []


def test_a_backlog_goes_out_a_window_at_a_time() -> None:
    rows = Rows(*["result/trial"] * 2 * WINDOW)
    pump = Pump(rows, jitter=lambda: 0)
    first = ids(pump.due(0))
    assert len(first) == WINDOW
    assert pump.due(1) == []
    for id_ in first:
        rows.remove(id_)
    pump.acknowledged(first)
    assert len(pump.due(2)) == WINDOW


def test_traces_on_their_way_are_bounded_in_bytes() -> None:
    rows = Rows(*["raw"] * 10, "event")
    rows.rows = [
        row._replace(body=bytes(WINDOW_BYTES // 4)) if row.type == "raw" else row for row in rows.rows
    ]
    pump = Pump(rows, jitter=lambda: 0)
    assert ids(pump.due(0)) == ["id-11", "id-1", "id-2", "id-3", "id-4"]
    pump.acknowledged(["id-2"])
    assert ids(pump.due(1)) == ["id-5"]


def test_a_row_larger_than_the_window_goes_alone() -> None:
    rows = Rows("raw", "raw")
    rows.rows = [row._replace(body=bytes(2 * WINDOW_BYTES)) for row in rows.rows]
    pump = Pump(rows, jitter=lambda: 0)
    assert ids(pump.due(0)) == ["id-1"]
    rows.remove("id-1")
    pump.acknowledged(["id-1"])
    assert ids(pump.due(1)) == ["id-2"]


def test_after_a_reconnection_everything_on_its_way_goes_again_once() -> None:
    pump = Pump(Rows("event", "event"), jitter=lambda: 0)
    pump.due(0)
    pump.reconnected()
    assert ids(pump.due(1)) == ["id-1", "id-2"]
    assert pump.due(1.1) == []


def test_what_a_broker_drops_before_the_recorder_is_back_goes_again_soon() -> None:
    rows = Rows("event")
    pump = Pump(rows, jitter=lambda: 0)
    pump.due(0)
    pump.reconnected()
    rows.rows.append(Outgoing(2, "id-2", "event", HEADER, b"{}"))
    assert ids(pump.due(1)) == ["id-1", "id-2"]
    assert ids(pump.due(1 + FIRST_WAIT_S / 2)) == ["id-1", "id-2"]
    assert pump.due(1 + FIRST_WAIT_S) == []


def test_a_row_that_cannot_be_sent_stays_and_hinders_no_other() -> None:
    rows = Rows(*["raw"] * (WINDOW + 3), "event")
    pump = Pump(rows, jitter=lambda: 0)
    for row in pump.due(0):
        if row.type == "raw":
            pump.set_aside(row)
    assert ids(pump.due(1)) == [f"id-{n}" for n in range(WINDOW, WINDOW + 4)]
    assert len(rows.rows) == WINDOW + 4, "nothing has left the outbox"


def test_a_row_set_aside_is_not_fetched_again_when_its_neighbours_are_acknowledged() -> None:
    rows = Rows("raw", "raw", "raw")
    pump = Pump(rows, jitter=lambda: 0)
    sent = pump.due(0)
    pump.set_aside(sent[1])
    for id_ in ("id-1", "id-3"):
        rows.remove(id_)
        pump.acknowledged([id_])
    assert pump.due(1) == []


def test_traces_wait_while_somebody_trains_and_nothing_else_does() -> None:
    pump = Pump(Rows("raw", "event", "result/trial"), jitter=lambda: 0)
    assert ids(pump.due(0, traces=False)) == ["id-2", "id-3"]
    assert ids(pump.due(1, traces=True)) == ["id-1"]


def test_a_trace_on_its_way_is_not_sent_again_while_somebody_trains() -> None:
    pump = Pump(Rows("raw"), jitter=lambda: 0)
    pump.due(0)
    assert pump.due(100, traces=False) == []
    assert ids(pump.due(100)) == ["id-1"]
