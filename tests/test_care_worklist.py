"""The worklist: who is on it and why, and what was seen to is gone until something new happens."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from station.link.messages import StationEvent
from station.training.health import MachineHealth
from station.training.prescription import Exercise, Prescription
from ui.care.models import Audit, DecisionAnswer, Event, Patient, SeenTo, Station
from ui.care.models import Prescription as Sent
from ui.care.models.programme import State
from ui.care.people.accounts import add_user
from ui.care.prescribing.programme import queue
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.intake import store
from ui.care.today.facts import facts_of
from ui.care.today.worklist import Item, items
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

PASSWORD = "calm-river-71-stone"


class Home:
    """One patient with a station, five days a week since four weeks ago."""

    def __init__(self, number: int = 1) -> None:
        self.now = timezone.now()
        self.station = enrol(f"home-{number}", f"Person {number}")
        self.patient = Patient.objects.get(stations=self.station)
        self.said = ExampleStation(self.station.sid, self.patient.pseudonym, start=self.now)
        self.sent = self.programme(1, days_ago=28)
        Patient.objects.update(created=self.now - timedelta(days=28))
        Station.objects.update(online=True, last_seen=self.now)

    def programme(
        self, version: int, *, days_ago: float, state: str = State.APPLIED, reason: str = ""
    ) -> Sent:
        issued = self.now - timedelta(days=days_ago)
        rx = Prescription(
            version=version,
            station=self.station.sid,
            subj=self.patient.pseudonym,
            issued=issued.isoformat(),
            expires=(self.now + timedelta(days=60)).isoformat(),
            exercises=(Exercise(routine="supported-standing", rung=1, days_a_week=5),),
        )
        sent = queue(self.station, rx, who=None)
        changed = {"state": state, "created": issued, "reason": reason, "answered": issued}
        Sent.objects.filter(pk=sent.pk).update(**changed)
        return sent

    def trained(self, *days_ago: float, pain: int = 2) -> None:
        for ago in days_ago:
            session, started = new_id(), (self.now - timedelta(days=ago)).isoformat()
            answers = {"pain": pain, "effort": 3}
            store(
                [
                    self.said.trial(session, started=started),
                    self.said.session(session, started=started, answers=answers),
                ]
            )

    def event(self, kind: str, *, days_ago: float = 0.1, **detail: Any) -> None:
        when = (self.now - timedelta(days=days_ago)).isoformat()
        body = StationEvent(kind=kind, session=None, detail=detail)
        store([self.said.message(body, "event", t=when)])

    def why(self) -> list[str]:
        return [item.kind for item in lines()]


def lines() -> list[Item]:
    now = timezone.now()
    return items(facts_of(Patient.objects.all(), now=now), now=now)


EVERY_DAY = (0.2, 1.2, 2.2, 4.2, 5.2)


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.fixture
def therapist(client: Client) -> Client:
    client.force_login(add_user("therapist", role="therapist", password=PASSWORD, all_patients=True))
    return client


def text(client: Client, url: str = "/") -> str:
    return re.sub(r"\s+", " ", client.get(url).content.decode())


def test_nobody_is_on_the_list_who_trains_as_planned(home: Home) -> None:
    home.trained(*EVERY_DAY)
    assert home.why() == []


def test_few_days_of_those_planned_are_overdue(home: Home) -> None:
    home.trained(1.2, 3.2)
    (line,) = lines()
    assert line.kind == "overdue"
    assert line.sentence == "Trained on 2 of 5 planned days in the last seven."


def test_a_week_without_training_is_one_line_and_not_overdue_too(home: Home) -> None:
    home.trained(9.0)
    assert home.why() == ["away"]


def test_the_first_week_is_held_against_nobody(home: Home) -> None:
    Patient.objects.update(created=home.now - timedelta(days=3))
    home.trained(1.2)
    assert home.why() == []


@pytest.mark.parametrize(
    ("kind", "detail", "words"),
    [
        ("red_flag", {"question": "numbness", "answer": True}, "new numbness or tingling"),
        ("pain_stop", {"question": "pain", "answer": 7}, "Pain 7 of 10"),
        ("pain_up", {"rise": 3}, "Pain rose by 3"),
        ("sensor_fault", {"cell": "RL", "fault": "silent"}, "cell rear left (RL), silent"),
        ("recalibrate", {"reason": "tare_walked", "cell": "FR", "measured": 38.0, "limit": 20.0, "unit": "N"},
         "cell front right (FR), its zero has moved, 38 N, the limit is 20"),
        ("proposal", {"routine": "single-leg", "side": "left", "from_rung": 2, "to_rung": 3, "why": "held"},
         "Standing on one leg, left leg: ready for rung 3 (now 2). Held."),
    ],
)  # fmt: skip
def test_an_event_says_what_the_station_said_of_it(
    home: Home, kind: str, detail: dict[str, Any], words: str
) -> None:
    home.trained(*EVERY_DAY)
    home.event(kind, **detail)
    (line,) = lines()
    assert line.kind == kind
    assert words in line.sentence
    assert line.sim


def test_the_urgent_stands_above_the_rest(home: Home) -> None:
    home.trained(*EVERY_DAY)
    home.event("proposal", routine="single-leg")
    home.event("possible_fall", days_ago=2)
    home.event("red_flag", days_ago=1)
    assert home.why() == ["possible_fall", "red_flag", "proposal"]


def test_a_fall_holds_until_a_programme_dated_after_it_is_in_force(home: Home) -> None:
    home.event("possible_fall", days_ago=20)
    (line,) = lines()
    assert line.kind == "held"
    home.programme(2, days_ago=1)
    assert home.why() == []  # days on which nobody could train are held against nobody


def test_a_proposal_is_answered_by_the_next_programme(home: Home) -> None:
    home.trained(*EVERY_DAY)
    home.event("proposal", days_ago=2, routine="single-leg")
    home.programme(2, days_ago=1)
    assert home.why() == []


def test_a_proposal_that_was_answered_with_not_yet_asks_for_nobody_any_more(home: Home) -> None:
    home.trained(*EVERY_DAY)
    home.event("proposal", days_ago=2, routine="single-leg")
    DecisionAnswer.objects.create(event=Event.objects.get(), kind=DecisionAnswer.Kind.NOT_YET)
    assert home.why() == []


def test_nobody_is_overdue_while_the_care_team_holds_all_training(home: Home) -> None:
    home.trained(9.0)
    assert home.why() == ["away"]
    rx = Sent.objects.get()
    rx.document["on_hold"] = True
    rx.save(update_fields=["document"])
    assert home.why() == []


def test_pain_of_a_week_above_that_of_the_week_before_is_a_line(home: Home) -> None:
    home.trained(8.1, 9.1, 10.1, pain=2)
    home.trained(*EVERY_DAY, pain=5)
    (line,) = lines()
    assert line.sentence == "Pain before training rose from 2 to 5, on average of a week."


def test_a_programme_rejected_or_unanswered_is_a_line(home: Home) -> None:
    home.trained(*EVERY_DAY)
    home.programme(2, days_ago=3, state=State.SENT)
    assert home.why() == ["unanswered"]
    home.programme(3, days_ago=0.1, state=State.REJECTED, reason="rung 9 is beyond this device")
    (line,) = lines()
    assert line.kind == "rejected"
    assert "rung 9 is beyond this device" in line.sentence


def test_a_silent_station_and_one_never_calibrated_are_lines(home: Home) -> None:
    home.trained(*EVERY_DAY)
    store([home.said.birth()])
    Station.objects.update(online=False, last_seen=home.now - timedelta(days=3))
    assert home.why() == ["silent", "nominal"]


def test_what_a_silent_station_may_still_hold_is_not_called_overdue(home: Home) -> None:
    home.trained(6.2)
    Station.objects.update(online=False, last_seen=home.now - timedelta(days=5))
    (line,) = lines()
    assert line.sentence == "Silent for 5 days: what was done since is not known here."


def see_to(client: Client, line: Item, **more: str) -> Any:
    assert line.patient
    form = {"kind": line.kind, "cause": line.cause, "patient": line.patient.pseudonym, **more}
    return client.post("/worklist/seen/", form)


def test_done_removes_a_line_keeps_who_and_when_and_can_be_undone(home: Home, therapist: Client) -> None:
    home.trained(*EVERY_DAY)
    home.event("red_flag", question="dizzy")
    address = see_to(therapist, lines()[0], word="rang: fine").headers["Location"]
    page = text(therapist, address)
    assert "Nobody needs you now." in page
    assert "“rang: fine”" in page
    row = SeenTo.objects.get()
    assert row.who.username == "therapist"
    therapist.post("/worklist/back/", {"id": row.pk})
    assert "Said yes at the check-in: dizzy" in text(therapist)
    row.refresh_from_db()
    assert row.undone_when
    actions = set(Audit.objects.values_list("action", flat=True))
    assert {"saw to a line (red_flag)", "took back a line (red_flag)"} <= actions


def test_what_was_seen_to_comes_back_when_something_new_happens(home: Home, therapist: Client) -> None:
    home.trained(*EVERY_DAY)
    home.event("red_flag", days_ago=1)
    see_to(therapist, lines()[0])
    assert "Nobody needs you now." in text(therapist)
    home.event("red_flag", days_ago=0.01)
    assert "Once more in these two weeks." in text(therapist)


def test_a_filter_says_what_it_hides(home: Home, therapist: Client) -> None:
    home.trained(1.2, 3.2)
    home.event("red_flag")
    assert "1 line is hidden by this filter." in text(therapist, "/?why=red_flag")
    assert "2 lines are hidden by this filter." in text(therapist, "/?name=nobody")
    assert "hidden by this filter" not in text(therapist, "/?why=unheard-of")


def test_one_without_the_right_cannot_see_to_a_line(home: Home, client: Client) -> None:
    home.event("red_flag")
    client.force_login(add_user("auditor", role="auditor", password=PASSWORD))
    assert see_to(client, lines()[0]).status_code == 403
    assert not SeenTo.objects.exists()
    assert ">Done" not in text(client)


def test_a_station_that_several_share_shows_each_their_own(therapist: Client) -> None:
    now = datetime.now(UTC)
    anna, ben = (Patient.objects.create(name=name) for name in ("Anna", "Ben"))
    session = new_id()
    said = ExampleStation("clinic-1", anna.pseudonym, start=now)
    store([said.trial(session), said.session(session)])
    assert Station.objects.get().patient is None
    page = text(therapist, f"/patients/{anna.pseudonym}/")
    assert "a station that several people share" in page
    assert "Supported standing" in page
    assert "Supported standing" not in text(therapist, f"/patients/{ben.pseudonym}/")
    assert "shared: clinic-1" in text(therapist)


def test_what_a_station_says_badly_spoils_nobody_elses_line(home: Home, therapist: Client) -> None:
    home.trained(*EVERY_DAY)
    store([home.said.birth(cal="cal-1")])
    birth = Station.objects.get().birth or {}
    Station.objects.update(birth={**birth, "certificate_until": "soon"})
    document = Sent.objects.get().document
    Sent.objects.update(document={**document, "expires": "never"})
    home.event("proposal", routine="unheard-of", side="upper", to_rung=True, why=3)
    home.event("recalibrate", reason=1, cell=True, measured="much", limit=2)
    home.event("red_flag", question=7)
    home.event("pain_up", rise="a lot")
    page = text(therapist)
    for words in (
        "unheard-of",
        "Red flag at check-in.",
        "Pain rose by a lot",
        "The board wants a new calibration",
    ):
        assert words in page
    assert therapist.get(f"/patients/{home.patient.pseudonym}/").status_code == 200


def at_risk(home: Home, *kinds: str, said: str = "as the station says it") -> None:
    machine = MachineHealth(storage=tuple(said for _ in kinds), storage_kinds=kinds)
    store([home.said.birth(machine=machine, cal="cal-1")])


@pytest.fixture
def real(home: Home) -> Home:
    """A home whose board is a real one."""
    home.said = ExampleStation(home.station.sid, home.patient.pseudonym, start=home.now, sim=False)
    home.trained(*EVERY_DAY)
    return home


@pytest.mark.parametrize("kind", ["card-failing", "not-lasting", "read-only", "disk-full"])
def test_results_at_risk_are_a_line_that_leads_to_the_station(
    real: Home, therapist: Client, client: Client, kind: str
) -> None:
    at_risk(real, kind)
    (line,) = lines()
    assert line.kind == "at_risk"
    assert f"/patients/{real.patient.pseudonym}/#station" in text(therapist)
    page = text(therapist, f"/patients/{real.patient.pseudonym}/")
    assert 'id="station"' in page
    assert "as the station says it" in page
    client.force_login(add_user("boss", role="admin", password=PASSWORD, all_patients=True))
    assert f"/roster/stations/{real.station.sid}/" in text(client)
    assert "as the station says it" in text(client, f"/roster/stations/{real.station.sid}/")


def test_a_line_of_a_station_goes_when_it_says_so_no_more(real: Home) -> None:
    at_risk(real, "disk-full")
    assert real.why() == ["at_risk"]
    at_risk(real)
    assert real.why() == []


def test_a_restored_database_is_seen_to_once_and_the_next_one_is_a_line_again(real: Home) -> None:
    at_risk(real, "database-restored", said="restored on Monday")
    (first,) = lines()
    at_risk(real, "database-restored", said="restored on Tuesday")
    (second,) = lines()
    assert (first.kind, second.kind) == ("restored", "restored")
    assert first.cause != second.cause


def test_a_disk_nearly_full_is_no_line_nor_is_anything_of_a_simulated_board(home: Home, real: Home) -> None:
    at_risk(real, "disk-nearly-full")
    assert real.why() == []
    real.said = ExampleStation(home.station.sid, home.patient.pseudonym, start=home.now, sim=True)
    at_risk(real, "card-failing")
    assert real.why() == []


def test_a_shared_station_at_risk_is_a_line_of_who_manages_it(real: Home, client: Client) -> None:
    at_risk(real, "card-failing")
    Station.objects.update(patient=None)
    client.force_login(add_user("boss", role="admin", password=PASSWORD))
    assert "Its memory card is failing" in text(client)
