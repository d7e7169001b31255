"""What a follower has not taken yet: bounded, each once, honest about what had to go and what grew old."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.link.heard import STALE_S, Dropped, Message, Refused, read
from station.link.inbox import SLIP, Clocks, Inbox
from station.link.messages import up_topic
from tests.home import live
from ui.care.recording.examples import ExampleStation, new_id


class Home(ExampleStation):
    def frame(self, *, mono_ms: int = 1000, age_ms: float = 10.0) -> Message:
        arrival = self.message(live(age_ms), "live", mono_ms=mono_ms)
        heard = read(*arrival[:2], retained=False)
        assert isinstance(heard, Message)
        return heard


class Now:
    s = 100.0

    def __call__(self) -> float:
        return self.s


def heard(home: ExampleStation, kind: str) -> Message:
    arrival = {"event": lambda: home.event("step_off"), "raw": lambda: home.raw(new_id())}[kind]()
    message = read(*arrival[:2], retained=False)
    assert isinstance(message, Message)
    return message


@pytest.fixture
def home() -> Home:
    return Home("home-1", "p-1")


def test_pictures_of_the_past_go_first_then_traces_and_the_rest_is_told(home: Home) -> None:
    inbox = Inbox(Now(), most=3)
    for message in (heard(home, "event"), home.frame(), heard(home, "raw"), *[heard(home, "event")] * 3):
        inbox.put(message)
    told = inbox.take()
    assert told == Dropped({"live": 1, "raw": 1, "event": 1})
    assert str(told) == "not taken in time and dropped: 1 event, 1 live, 1 raw"
    assert [type(inbox.take()) for _ in range(4)] == [Message, Message, Message, type(None)]


def test_large_messages_are_bounded_by_their_bytes(home: Home) -> None:
    trace = heard(home, "raw")
    inbox = Inbox(Now(), most_bytes=len(trace.payload) + 10)
    inbox.put(trace)
    inbox.put(trace)
    assert inbox.take() == Dropped({"raw": 1})
    assert len(inbox) == 1


def test_a_message_that_is_sent_again_is_heard_once_and_a_will_each_time(home: Home) -> None:
    inbox = Inbox(Now())
    event = heard(home, "event")
    assert [inbox.is_new(event), inbox.is_new(event)] == [True, False]
    will = read(*home.state(online=False)[:2], retained=False)
    assert isinstance(will, Message)
    assert [inbox.is_new(will), inbox.is_new(will)] == [True, True]
    frame = home.frame()
    assert [inbox.is_new(frame), inbox.is_new(frame)] == [True, False]


def test_a_frame_that_waited_for_somebody_to_take_it_is_stale(home: Home) -> None:
    now = Now()
    inbox = Inbox(now)
    inbox.put(inbox.aged(home.frame(), now()))
    now.s += STALE_S
    taken = inbox.take()
    assert isinstance(taken, Message)
    assert taken.age_s == pytest.approx(STALE_S + 0.01)
    assert taken.stale


def test_a_frame_of_a_board_that_says_nothing_is_stale(home: Home) -> None:
    inbox = Inbox(Now())
    assert inbox.aged(home.frame(age_ms=5000.0), 100.0).stale


def test_a_frame_that_was_kept_on_its_way_is_stale_without_a_common_clock(home: Home) -> None:
    inbox = Inbox(Now())
    assert not inbox.aged(home.frame(mono_ms=7_000_000), 100.0).stale
    assert not inbox.aged(home.frame(mono_ms=7_000_100), 100.2).stale
    assert inbox.aged(home.frame(mono_ms=7_000_200), 103.0).stale


def test_a_restart_of_a_station_begins_a_new_measure(home: Home) -> None:
    clocks, again = Clocks(), Home("home-1", "p-1")
    again.boot = new_id()
    assert clocks.delay_s(home.frame(mono_ms=7_000_000), 100.0) == 0
    assert clocks.delay_s(again.frame(mono_ms=1_000), 130.0) == 0


def test_two_quartz_clocks_that_drift_apart_make_nothing_stale(home: Home) -> None:
    clocks = Clocks()
    delays_s = [
        clocks.delay_s(home.frame(mono_ms=round(1000 * t_s * (1 - SLIP / 2))), t_s)
        for t_s in range(0, 86_400, 600)
    ]
    assert max(delays_s) < 0.01


def test_what_cannot_be_used_says_why_and_comes_as_it_was(home: Home) -> None:
    event = home.event("step_off")
    for topic, payload, words in (
        ("bal/v1/other", b"x", "is not bal/v1/s"),
        (event.topic, b"\xff{", "not understood"),
        (up_topic("home-2", "event"), event.payload, "another topic"),
        (event.topic, event.payload.replace(b'"v":1', b'"v":9'), "version 9"),
    ):
        refused = read(topic, payload, retained=False)
        assert isinstance(refused, Refused)
        assert words in refused.reason
        assert refused.payload == payload


@given(st.binary(max_size=60), st.data())
def test_nothing_that_comes_over_the_wire_raises(noise: bytes, data: st.DataObject) -> None:
    """In the network's thread an exception would end it, and nobody would know."""
    payload = Home("home-1", "p-1").event("step_off").payload
    at = data.draw(st.integers(0, len(payload)))
    for spoiled in (noise, payload[:at] + noise + payload[at + len(noise) :], b"[" * 100_000):
        heard = read("bal/v1/s/home-1/up/event", spoiled, retained=False)
        assert isinstance(heard, Message | Refused)


def test_a_kind_of_a_later_version_is_handed_out_as_such(home: Home) -> None:
    arrival = home.message(live(), "dance")
    message = read(*arrival[:2], retained=False)
    assert isinstance(message, Message)
    assert (message.kind, message.known, message.payload) == ("dance", False, arrival.payload)
