"""Since when the care team's computer does not answer, as the station knows it."""

from station.link.messages import HostState, encode
from station.link.reach import PATIENCE_S, CareWatch
from station.session.care_side import CARE_NOTE, known_care_side
from station.training.health import CareSide

HERE, GONE = encode(HostState(online=True)), encode(HostState(online=False))


def test_the_recorders_own_word_is_taken_and_repeats_are_no_news() -> None:
    watch = CareWatch(None)
    assert watch.heard(HERE, "t1")
    assert not watch.heard(HERE, "t2")
    assert watch.now == CareSide(reach="answers", since="t1")
    assert watch.heard(GONE, "t3")
    assert watch.now == CareSide(reach="silent", since="t3")


def test_a_broker_that_goes_and_comes_back_without_a_recorder_has_been_silent_all_the_time() -> None:
    watch = CareWatch(CareSide(reach="answers", since="t0"))
    assert watch.away("t1")
    watch.connected(0.0)
    assert watch.heard(GONE, "t2")
    assert watch.now == CareSide(reach="silent", since="t1")


def test_where_nothing_is_said_in_time_nobody_is_there() -> None:
    watch = CareWatch(None)
    watch.connected(0.0)
    assert not watch.turn(PATIENCE_S - 1, "t1")
    assert watch.turn(PATIENCE_S, "t2")
    assert watch.now == CareSide(reach="silent", since="t2")
    assert not watch.turn(PATIENCE_S + 100, "t3")


def test_an_acknowledgement_is_an_answer_and_nonsense_is_none() -> None:
    watch = CareWatch(CareSide(reach="silent", since="t0"))
    assert not watch.heard(b"\xff nonsense", "t1")
    assert watch.answered("t2")
    assert watch.now == CareSide(reach="answers", since="t2")


def test_a_note_that_cannot_be_read_is_as_if_there_were_none() -> None:
    class Notes:
        def note(self, key: str) -> bytes | None:
            return b"nonsense" if key == CARE_NOTE else None

    assert known_care_side(Notes()) is None
