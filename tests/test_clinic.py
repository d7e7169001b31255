"""A station that several people share: whoever trains is chosen first, and nothing reaches the next one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.config import parse_config
from station.errors import ConfigError, MessageError, SupervisionError
from station.link.messages import Reply, StationEvent, decode_prescription
from station.session.client import SessionClient
from station.session.protocol import Answer, ChoosePatient, Mark, Prescribe, Press, Refused, Service, Simulate
from station.session.store import Header, Store
from station.session.supervision import check_allowed
from station.training.choosing import FORGET_S, READ_S
from station.training.outcome import Happening
from station.training.prescription import Exercise, Limits, Prescription
from station.training.result import SessionResult, TrialResult
from station.training.words import NUMBER_UNKNOWN
from tests.virtual_station import VirtualStation

TODAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


def rx(subj: str, number: str | None, **changes: Any) -> Prescription:
    facts: dict[str, Any] = {
        "version": 1,
        "station": "s-1",
        "subj": subj,
        "number": number,
        "issued": "2020-01-01T00:00:00Z",
        "expires": "2099-01-01T00:00:00Z",
        "exercises": (Exercise(routine="supported-standing", rung=2, attempts=1, hold_s=3),),
    }
    return Prescription(**{**facts, **changes})


ANN = rx("p-ann", "4711", note="One hand from today.", weaker_leg="left")
BEN = rx(
    "p-ben",
    "0815",
    exercises=(Exercise(routine="supported-standing", rung=1, attempts=1, hold_s=1),),
    device="cane",
)
UNLIMITED = Limits(longest_validity_days=36500)


def take(station: VirtualStation, *prescriptions: Prescription) -> None:
    for prescription in prescriptions:
        station.say(Prescribe(document=station.prescribe(prescription)))
        station.run(0.05)


def choose(station: VirtualStation, number: str) -> None:
    station.say(ChoosePatient(number=number))
    station.run(0.05)


def begin(station: VirtualStation, number: str) -> None:
    choose(station, number)
    station.say(Answer(key="its_me", value=True))
    station.run(0.05)
    read(station)


def read(station: VirtualStation) -> None:
    """Press Start on what the therapist has written."""
    if station.shown().phase == "message":
        station.say(Press(button="start"))
        station.run(0.1)


def leave(station: VirtualStation) -> None:
    """Press Stop until the station belongs to nobody."""
    for _press in range(4):
        if station.shown().phase != "who":
            station.say(Press(button="stop"))
            station.run(0.1)


def train(station: VirtualStation, number: str) -> None:
    """Let the person with this number train one whole session, and go."""
    choose(station, number)
    patient = station.train()
    station.run_until(lambda: patient.finished, within_s=300)
    patient.close()
    station._patient = None
    station.say(Simulate(do="step_off"))
    leave(station)


def alone(station: VirtualStation, seconds: float) -> None:
    """Let time pass in which nobody does anything, and the board is not asked either."""
    station.clock.sleep_ns(round(seconds * 1e9))
    station.run(0.2)


def rows(station: VirtualStation, kind: str) -> list[tuple[Header, bytes]]:
    with Store(station.folder / "station.sqlite3") as store:
        return [(row.header, row.body) for row in store.outbox(kind, after=0, limit=100)]


def answers(station: VirtualStation) -> list[tuple[str | None, int, str]]:
    replies = [(head.subj, msgspec.json.decode(body, type=Reply)) for head, body in rows(station, "reply")]
    return [(subj, reply.rx_version, reply.state) for subj, reply in replies]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[VirtualStation]:
    station = VirtualStation(tmp_path, clinic=True, today=TODAY, plain=True)
    take(station, ANN, BEN)
    station.run(3)
    yield station
    station.die()


# -- prescriptions -----------------------------------------------------------------------------------------


def test_each_person_has_a_prescription_of_their_own_and_each_is_answered(station: VirtualStation) -> None:
    assert answers(station) == [
        ("p-ann", 1, "received"), ("p-ann", 1, "applied"), ("p-ben", 1, "received"), ("p-ben", 1, "applied"),
    ]  # fmt: skip
    choose(station, "0815")
    assert [one.rung for one in station.shown().plan] == [1]
    station.say(Answer(key="its_me", value=False))
    choose(station, "4711")
    assert [one.rung for one in station.shown().plan] == [2]


def test_versions_go_up_for_each_person_alone(station: VirtualStation) -> None:
    take(station, rx("p-ann", "4711", version=5), rx("p-ben", "0815", version=2))
    take(station, rx("p-ann", "4711", version=4))
    assert answers(station)[4:] == [
        ("p-ann", 5, "received"), ("p-ann", 5, "applied"), ("p-ben", 2, "received"), ("p-ben", 2, "applied"),
        ("p-ann", 4, "rejected"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (rx("p-cem", "4711"), "number: 4711 is the number of another patient of this station"),
        (rx("p-cem", None), "number: it has none"),
        (rx("p-cem", "1234", station="s-2"), "it is for station s-2"),
        (rx("p-cem", "1234", exercises=(Exercise(routine="single-leg", rung=8, side="left"),)), "beyond"),
    ],
    ids=["number taken", "no number", "other station", "beyond the limits"],
)
def test_what_cannot_stand_beside_the_others_is_refused_with_its_reason(
    station: VirtualStation, wrong: Prescription, reason: str
) -> None:
    take(station, wrong)
    reply = msgspec.json.decode(rows(station, "reply")[-1][1], type=Reply)
    assert reply.state == "rejected"
    assert reason in reply.reason
    choose(station, "1234")
    assert station.shown().phase == "who", "nobody can train with it"


def test_a_stranger_s_prescription_is_refused_in_nobody_s_name(station: VirtualStation) -> None:
    station.say(Prescribe(document=station.prescribe(rx("p-ann", "4711", version=9), bytes(32))))
    station.run(0.05)
    assert answers(station)[-1] == (None, 9, "rejected")
    choose(station, "4711")
    assert station.shown().number == "4711"


def test_a_person_may_get_another_number_and_the_old_one_is_free(station: VirtualStation) -> None:
    take(station, rx("p-ann", "1111", version=2), rx("p-cem", "4711"))
    choose(station, "4711")
    assert station.service._recorder.subj == "p-cem"


def test_at_home_another_patient_is_refused_and_the_number_means_nothing(tmp_path: Path) -> None:
    home = VirtualStation(tmp_path, subj="p-ann", plain=True)
    take(home, ANN, BEN)
    assert answers(home) == [("p-ann", 1, "received"), ("p-ann", 1, "applied"), ("p-ann", 1, "rejected")]
    assert home.shown().phase == "welcome"
    home.die()


def test_a_shared_station_belongs_to_nobody() -> None:
    with pytest.raises(ConfigError, match="clinic and subj exclude each other"):
        parse_config('[station]\nclinic = true\nsubj = "p-1"', where="station.toml")


# -- who trains now ----------------------------------------------------------------------------------------


def test_nobody_trains_before_somebody_is_chosen_and_says_that_it_is_they(station: VirtualStation) -> None:
    assert station.shown().phase == "who"
    station.say(Press(button="start"))
    station.run(0.1)
    assert (station.shown().phase, station.kinds()) == ("who", ["start_pressed"])
    choose(station, "4711")
    station.say(Press(button="start"))
    station.say(Answer(key="numbness", value=True))
    station.run(0.1)
    shown = station.shown()
    assert (shown.phase, shown.number, shown.session) == ("confirm", "4711", None)
    assert shown.question is not None
    assert shown.question.safest is False, "one stray press never leads on"
    station.say(Answer(key="its_me", value=True))
    station.run(0.1)
    assert station.shown().phase == "message"
    read(station)
    assert station.shown().phase == "checkin"
    assert station.shown().number == "4711"


def test_no_and_stop_forget_the_choice(station: VirtualStation) -> None:
    for no in (Answer(key="its_me", value=False), Press(button="stop")):
        choose(station, "4711")
        station.say(no)
        station.run(0.1)
        shown = station.shown()
        assert (shown.phase, shown.number, shown.plan) == ("who", None, ())
        assert station.service._recorder.subj is None


def test_an_unknown_number_gets_a_kind_sentence_which_goes_away(station: VirtualStation) -> None:
    choose(station, "9999")
    assert station.shown().phase == "who"
    assert station.shown().words[0] == NUMBER_UNKNOWN
    alone(station, FORGET_S + 1)
    assert station.shown().words == ()


def test_a_choice_left_alone_for_a_minute_is_forgotten(station: VirtualStation) -> None:
    choose(station, "4711")
    alone(station, FORGET_S - 1)
    assert station.shown().phase == "confirm"
    alone(station, 2)
    assert station.shown().phase == "who"


def test_a_check_in_left_alone_asks_whether_it_is_still_the_same_person(station: VirtualStation) -> None:
    begin(station, "4711")
    alone(station, FORGET_S + 1)
    assert station.shown().phase == "confirm"
    station.say(Answer(key="its_me", value=True))
    station.run(1)
    assert station.shown().phase == "checkin", "it goes on where it was"
    for _minute in range(2):
        alone(station, FORGET_S + 1)
    assert station.shown().phase == "who"
    ((head, body),) = rows(station, "result/session")
    assert head.subj == "p-ann"
    assert msgspec.json.decode(body, type=SessionResult).ended_by == "away"


def test_nobody_is_chosen_while_somebody_trains(station: VirtualStation) -> None:
    begin(station, "4711")
    choose(station, "0815")
    assert [type(packet) for packet in station.heard][-1] is Refused
    assert station.shown().number == "4711"


def test_nobody_is_chosen_while_the_board_is_being_looked_after(station: VirtualStation) -> None:
    station.say(Service(on=True))
    station.run(0.1)
    choose(station, "4711")
    assert any(isinstance(packet, Refused) for packet in station.heard)
    assert station.shown().phase == "who"


# -- nothing reaches the next one --------------------------------------------------------------------------


def test_nothing_of_one_person_reaches_the_next(station: VirtualStation) -> None:
    train(station, "4711")
    assert station.shown().phase == "who"
    choose(station, "0815")
    course, shown = station.course(), station.shown()
    assert shown.device == "cane"
    assert (shown.results, shown.note, shown.words) == ((), "", ())
    assert (course.known_weight_n, course.bests_s, course.allowance.sessions_today) == (None, {}, 0)
    assert not any(course.week)
    station.say(Answer(key="its_me", value=True))
    station.run(0.1)
    read(station)
    assert station.shown().phase == "checkin", "the rest between two sessions is the other's"
    leave(station)
    begin(station, "4711")
    assert station.shown().phase == "blocked", "a rest of two hours is her own"
    assert station.course().known_weight_n is not None


def test_results_and_traces_are_in_the_name_of_the_person_who_trained(station: VirtualStation) -> None:
    train(station, "4711")
    train(station, "0815")
    for kind in ("result/session", "result/trial", "raw"):
        heads = [head for head, _ in rows(station, kind)]
        assert [(head.subj, head.rx_version) for head in heads] == [("p-ann", 1), ("p-ben", 1)], kind
    with Store(station.folder / "station.sqlite3") as store:
        for subj, number in (("p-ann", 1), ("p-ben", 2)):
            assert store.newest_prescription_number(subj) == number
            (finished,) = store.finished_sessions(rx=number)
            assert len(store.results_of(subj)) == 1
            assert finished.decided, "each is looked at under the own prescription"


def test_a_red_flag_stops_the_person_who_told_it_and_nobody_else(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, clinic=True, today=TODAY, plain=True)
    take(first, ANN, BEN)
    first.run(3)
    begin(first, "4711")
    first.say(Answer(key="numbness", value=True))
    first.run(0.1)
    assert first.shown().phase == "blocked"
    assert rows(first, "event")[0][0].subj == "p-ann"
    alone(first, READ_S + 1)
    assert first.shown().phase == "who", "what was told does not stand on a shared screen"
    begin(first, "0815")
    assert first.shown().phase == "checkin"
    first.die()
    second = VirtualStation(tmp_path, clinic=True, today=TODAY, start_ns=first.clock.now_ns(), plain=True)
    second.run(3)
    begin(second, "4711")
    assert second.shown().phase == "blocked", "also after a restart"
    second.die()


def test_a_fall_nobody_answered_holds_the_person_and_nobody_else(station: VirtualStation) -> None:
    recorder = station.service._recorder
    recorder.belong_to("p-ann")
    recorder.unanswered(Happening("possible_fall", 1))
    recorder.belong_to(None)
    begin(station, "0815")
    assert station.shown().phase == "checkin"
    leave(station)
    take(station, rx("p-ben", "0815", version=2, issued="2098-01-01T00:00:00Z"))
    begin(station, "4711")
    assert station.shown().phase == "blocked", "another person's prescription is no answer"


def test_the_care_team_holds_one_person_and_nobody_else(station: VirtualStation) -> None:
    take(station, rx("p-ann", "4711", version=2, on_hold=True))
    begin(station, "0815")
    assert station.shown().phase == "checkin"
    leave(station)
    begin(station, "4711")
    assert station.shown().phase == "blocked"


def test_a_power_cut_leaves_the_session_to_the_same_person(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, clinic=True, today=TODAY, plain=True)
    take(first, ANN, BEN)
    first.run(3)
    choose(first, "4711")
    first.train()
    first.run_until(lambda: "hold_started" in first.kinds())
    first.run(2)
    first.die()
    second = VirtualStation(tmp_path, clinic=True, today=TODAY, start_ns=first.clock.now_ns(), plain=True)
    ((head, body),) = rows(second, "result/trial")
    assert (head.subj, head.rx_version) == ("p-ann", 1)
    assert msgspec.json.decode(body, type=TrialResult).outcome == "interrupted"
    second.run(1)
    shown = second.shown()
    assert (shown.phase, shown.number) == ("confirm", "4711"), "somebody else may stand there by now"
    patient = second.train()
    second.run_until(lambda: patient.finished)
    assert [head.subj for head, _ in rows(second, "result/session")] == ["p-ann"]
    second.die()


def test_after_a_power_cut_somebody_else_ends_the_session_and_chooses(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, clinic=True, today=TODAY, plain=True)
    take(first, ANN, BEN)
    first.run(3)
    choose(first, "4711")
    first.train()
    first.run_until(lambda: "hold_started" in first.kinds())
    first.run(2)
    first.die()
    second = VirtualStation(tmp_path, clinic=True, today=TODAY, start_ns=first.clock.now_ns(), plain=True)
    second.run(3)
    second.say(Answer(key="its_me", value=False))
    second.run(0.1)
    assert second.shown().phase == "who"
    ((head, body),) = rows(second, "result/session")
    assert head.subj == "p-ann"
    assert msgspec.json.decode(body, type=SessionResult).trials == 1
    begin(second, "0815")
    assert second.shown().phase == "checkin"
    second.die()


def test_a_session_of_a_person_who_is_not_known_here_any_more_is_ended(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, clinic=True, today=TODAY, plain=True)
    take(first, ANN)
    first.run(3)
    to_the_plan(first)
    first.die()
    with Store(tmp_path / "station.sqlite3") as store:
        store.keep_prescription(2, b"{}", received="now", subj="p-ann")  # what nobody signed
    second = VirtualStation(tmp_path, clinic=True, today=TODAY, start_ns=first.clock.now_ns(), plain=True)
    ((head, body),) = rows(second, "result/session")
    assert head.subj == "p-ann"
    assert msgspec.json.decode(body, type=SessionResult).ended_by == "interrupted"
    assert second.shown().phase == "who"
    second.die()


# -- a second person ---------------------------------------------------------------------------------------


def supervisor(station: VirtualStation) -> SessionClient:
    client = SessionClient(station.folder / "session.sock", name="supervisor", snapshots=False)
    station.run(0.05)
    return client


def to_the_plan(station: VirtualStation) -> None:
    begin(station, "4711")
    while station.course().phase == "checkin":
        question = station.shown().question
        assert question is not None
        kind = {"pain": 2, "support": True}
        station.say(Answer(key=question.key, value=kind.get(question.key, False)))
        station.run(0.05)


def test_a_supervised_session_says_so_to_the_patient_and_in_its_result(station: VirtualStation) -> None:
    with supervisor(station):
        begin(station, "4711")
        assert station.shown().supervised
        leave(station)
    station.run(0.1)
    begin(station, "0815")
    assert not station.shown().supervised
    leave(station)
    supervised = [
        msgspec.json.decode(body, type=SessionResult).supervised
        for _, body in rows(station, "result/session")
    ]
    assert supervised == [True, False]


def test_a_mark_is_kept_with_its_time_in_trial_and_session(station: VirtualStation) -> None:
    station.say(Mark())
    station.run(0.1)
    assert isinstance(station.heard[-1], Refused), "nobody trains"
    choose(station, "4711")
    patient = station.train()
    station.run_until(lambda: "hold_started" in station.kinds())
    station.run(1.5)
    station.say(Mark())
    station.run_until(lambda: patient.finished)
    trial = msgspec.json.decode(rows(station, "result/trial")[0][1], type=TrialResult)
    (mark_s,) = trial.marks_s
    assert mark_s == pytest.approx(1.5, abs=0.1)
    assert trial.events["mark"] == 1
    session = msgspec.json.decode(rows(station, "result/session")[0][1], type=SessionResult)
    assert session.events["mark"] == 1
    assert session.supervised, "whoever marks is there"
    told = [msgspec.json.decode(body, type=StationEvent) for _, body in rows(station, "event")]
    assert [event.detail for event in told if event.kind == "mark"] == [
        {"trial": trial.trial, "at_s": mark_s}
    ]


def test_a_mark_before_a_power_cut_still_says_that_somebody_was_there(tmp_path: Path) -> None:
    first = VirtualStation(tmp_path, clinic=True, today=TODAY, plain=True)
    take(first, ANN)
    first.run(3)
    to_the_plan(first)
    first.say(Mark())
    first.run(0.1)
    first.die()
    second = VirtualStation(tmp_path, clinic=True, today=TODAY, start_ns=first.clock.now_ns(), plain=True)
    second.run(3)
    second.say(Answer(key="its_me", value=False))
    second.run(0.1)
    assert msgspec.json.decode(rows(second, "result/session")[0][1], type=SessionResult).supervised
    second.die()


def test_a_supervisor_leads_to_the_next_screen_and_the_person_begins_the_hold(
    station: VirtualStation,
) -> None:
    with supervisor(station) as second:
        to_the_plan(station)
        for phase in ("setup", "step_on"):
            second.send(Press(button="start"))
            station.run(0.1)
            assert station.shown().phase == phase
        alone(station, 20)
        assert station.shown().phase == "step_on", "nothing begins while nobody stands there"
        second.send(Press(button="pause"))
        station.run(0.1)
        assert station.shown().phase == "pause"
        second.send(Press(button="stop"))
        station.run(0.1)
        assert station.shown().phase == "checkout"


def test_a_supervisor_starts_nothing_under_somebody_who_stands_there_already(station: VirtualStation) -> None:
    with supervisor(station) as second:
        to_the_plan(station)
        second.send(Press(button="start"))
        station.say(Simulate(do="step_on"))
        station.run(1)
        second.send(Press(button="start"))
        station.run(0.1)
        assert station.shown().phase == "setup"
        notices = second.poll()
        assert "standing on the board" in next(n.reason for n in notices if isinstance(n, Refused))


@pytest.mark.parametrize("phase", ["setup", "pause"])
@pytest.mark.parametrize("load_n", [700.0, None])
def test_a_supervisor_goes_on_only_while_the_board_is_known_to_be_empty(
    phase: Any, load_n: float | None
) -> None:
    with pytest.raises(SupervisionError, match="standing on the board"):
        check_allowed(Press(button="start"), phase, load_n)
    check_allowed(Press(button="start"), phase, 0.0)


@pytest.mark.parametrize("phase", ["who", "confirm", "welcome", "checkin", "checkout", "summary", "blocked"])
def test_a_supervisor_never_presses_start_for_the_person(phase: Any) -> None:
    with pytest.raises(SupervisionError, match="only the person who trains"):
        check_allowed(Press(button="start"), phase, 0.0)
    check_allowed(Press(button="stop"), phase, 0.0)


def test_a_supervisor_answers_no_question_not_even_are_you_all_right() -> None:
    with pytest.raises(SupervisionError, match="answers questions"):
        check_allowed(Answer(key="pain", value=2), "checkin", 0.0)
    with pytest.raises(SupervisionError, match="go to them"):
        check_allowed(Press(button="stop"), "all_right", 0.0)


def test_a_number_is_four_digits() -> None:
    assert decode_prescription(msgspec.json.encode(ANN)).number == "4711"
    for wrong in ("471", "47111", "ann1", ""):
        document = msgspec.json.encode({**msgspec.to_builtins(ANN), "number": wrong})
        with pytest.raises(MessageError, match="number"):
            decode_prescription(document)
