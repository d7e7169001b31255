"""Proposals, easings, holds, messages, versions and templates: what is answered, and what leaves the site."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from station.errors import ConfigError
from station.link.messages import StationEvent, decode_prescription
from station.training.prescription import Exercise, Limits
from station.training.prescription import Prescription as Programme
from ui.care.accounts import add_user
from ui.care.changes import changes, only_eases
from ui.care.difficulty import direction, rung_mark
from ui.care.enrolment import enrol
from ui.care.examples import ExampleStation
from ui.care.intake import Arrival, store
from ui.care.models import Audit, DecisionAnswer, Patient, Prescription, ProgrammeTemplate, Station
from ui.care.place import Place, as_trained, fall_waiting, rungs_now
from ui.care.programme import compose, queue
from ui.care.proposals import moved, open_proposals, read_evidence
from ui.care.rejections import OTHERWISE, remedy
from ui.care.routines import routines
from ui.care.sending import ChangedError, send

PASSWORD = "calm-river-71-stone"
STANDING = Exercise(routine="supported-standing", rung=2, attempts=3)
ONE_LEG = Exercise(routine="single-leg", rung=2, side="left", alone_up_to=4)
RX = Programme(
    version=7,
    station="home-1",
    subj="p-1",
    issued="2026-05-04T09:00:00Z",
    expires="2026-07-27T09:00:00Z",
    exercises=(STANDING, ONE_LEG),
)

database = pytest.mark.usefixtures("db", "care_folder")


def move(line: int, routine: str, from_rung: int, to_rung: int, version: int = 7) -> dict[str, Any]:
    return {
        "rx_version": version,
        "exercise": line,
        "routine": routine,
        "side": None,
        "from_rung": from_rung,
        "to_rung": to_rung,
        "why": "It is said why.",
        "evidence": "2026-05-05: held 2 of 3, pain 2 to 1, effort 4, stumble; as it came",
        "trials": "",
    }


# -- pure ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("rung", 2, 3, "harder"),
        ("rest_s", 20.0, 30.0, "easier"),
        ("alone_up_to", None, 4, "harder"),
        ("alone_up_to", 4, None, "easier"),
        ("somebody_near", True, False, "harder"),
        ("rest_days_a_week", 1, 0, "harder"),
        ("pain_limit", 5, 5, ""),
        ("device", 0, 1, ""),
    ],
)
def test_harder_and_easier_follow_the_ladder(
    name: str, old: float | None, new: float | None, expected: str
) -> None:
    assert direction(name, old, new) == expected


def test_a_rung_is_marked_by_today_s() -> None:
    assert [rung_mark(number, 2) for number in (1, 2, 3)] == ["easier", "today", "harder"]
    assert rung_mark(1, None) == ""


def test_every_field_that_changes_is_told() -> None:
    new = msgspec.structs.replace(
        RX,
        exercises=(msgspec.structs.replace(STANDING, hold_s=40, attempts=2), ONE_LEG),
        on_hold=True,
        somebody_near=True,
        surgery="fusion",
        expires="2026-08-27T09:00:00Z",
    )
    assert [(change.words, change.direction) for change in changes(RX, new)] == [
        ("Supported standing: hold 20 s → 40 s", "harder"),
        ("Supported standing: attempts 3 → 2", "easier"),
        ("All training is on hold", "easier"),
        ("Surgery: not said → Fusion", ""),
        ("Somebody nearby: no → yes", "easier"),
        ("Valid until: 27 Jul 2026 → 27 Aug 2026", ""),
    ]
    assert not only_eases(changes(RX, new))
    assert only_eases(changes(new, RX)) is False


def test_what_the_station_eased_is_not_undone_by_signing_the_programme_again() -> None:
    moves = [move(2, "single-leg", 2, 1), move(1, "supported-standing", 2, 3, version=6)]
    assert rungs_now(RX, moves) == [2, 1], "a decision under another version is over"
    assert as_trained(RX, moves).exercises[1].rung == 1
    assert rungs_now(RX, [move(9, "single-leg", 2, 1), move(1, "single-leg", 2, 1)]) == [2, 2]


def test_a_rung_reached_by_a_proposal_brings_its_own_hold() -> None:
    timed = msgspec.structs.replace(RX, exercises=(msgspec.structs.replace(STANDING, rung=5, hold_s=20),))
    ladder = routines()["supported-standing"].rungs
    (longer,) = (n for n in range(1, len(ladder)) if ladder[n].hold_s > ladder[n - 1].hold_s and n == 5)
    assert moved(timed, 1, longer + 1).exercises[0].hold_s is None
    assert moved(RX, 2, 6).exercises[1].alone_up_to == 6


def test_evidence_is_read_session_by_session_and_else_stands_as_it_came() -> None:
    session, other = read_evidence("2026-05-05: held 2 of 3, pain 2 to 1, effort 4, stumble; as it came")
    assert (session.day, session.percent, session.pain, session.effort) == ("2026-05-05", 67, "2 → 1", "4")
    assert session.stops == "stumble"
    assert (other.day, other.line) == ("", "as it came")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("prescription not understood: Object contains unknown field `on_hold`", "Call the patient now"),
        ("it is signed with key 0123, which this station was not enrolled with", "enrol it again"),
        ("exercise 2: unknown routine 'foam'; this station has tandem", "its file put on the station"),
        ("exercise 2: rung: rung 6 of single-leg is beyond this device's limit of 4", "raise the limit"),
        ("minutes_a_day: it plans 40 minutes a session and allows 30 a day", "fewer exercises"),
        ("number: 4711 is the number of another patient of this station", "nobody else has"),
        ("something new", str(OTHERWISE)),
    ],
)
def test_each_rejection_says_what_to_do(reason: str, words: str) -> None:
    assert words in remedy(reason)


def test_a_programme_without_a_hold_says_nothing_that_an_older_station_would_refuse() -> None:
    assert b"on_hold" not in msgspec.json.encode(RX)
    held = msgspec.json.encode(msgspec.structs.replace(RX, on_hold=True))
    assert decode_prescription(held).held


def test_a_clinic_s_own_routines_are_offered_and_a_bad_file_is_named(tmp_path: Any) -> None:
    text = 'routine = "on-foam"\ntitle = "On foam"\nstance = "both"\ncues = ["Stand."]\n'
    rung = '[[rungs]]\nsupport = "none"\nsupport_limit_percent = 5\nhold_s = 10\n'
    (tmp_path / "foam.toml").write_text(text + rung)
    with override_settings(CARE_ROUTINES=str(tmp_path)):
        assert {"on-foam", "tandem"} <= set(routines())
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "foam.toml").write_text(text)
    with override_settings(CARE_ROUTINES=str(bad)), pytest.raises(ConfigError, match=r"foam\.toml: .*rungs"):
        routines()
    assert settings.CARE_ROUTINES == ""


# -- through the site ----------------------------------------------------------------------------------------


class Home:
    """A therapist, a patient at home with a programme in force, and what the station says."""

    def __init__(self, client: Client) -> None:
        self.client = client
        client.force_login(add_user("therapist", role="therapist", password=PASSWORD))
        self.station = enrol("home-1", "Anna Muster")
        assert self.station.patient
        self.patient: Patient = self.station.patient
        self.says = ExampleStation("home-1", self.patient.pseudonym, start=timezone.now())
        store([self.says.birth(limits=Limits())])
        self.station.refresh_from_db()
        self.prescribe()
        store([self.says.reply(1, "applied")])

    @property
    def place(self) -> Place:
        return Place(self.patient, self.station)

    def prescribe(self, *exercises: Exercise) -> None:
        rx = compose(
            self.station,
            self.patient.pseudonym,
            exercises or (STANDING, ONE_LEG),
            current=None,
            whole={"note": "Slowly."},
        )
        queue(self.station, rx, who=None)

    def url(self, name: str, *more: Any) -> str:
        return reverse(name, args=[self.patient.pseudonym, *more])

    def decided(self, kind: str, **detail: Any) -> Arrival:
        arrival = self.says.message(StationEvent(kind=kind, session=None, detail=detail), "event")
        store([arrival])
        return arrival

    def newest(self) -> dict[str, Any]:
        newest = self.place.newest
        assert newest
        document: dict[str, Any] = newest.document
        return document

    def answer(self, answer: str, **more: str) -> None:
        (proposal, *_) = open_proposals([self.station])
        self.client.post(self.url("programme_answer", proposal.event.pk), {"answer": answer, **more})

    def page(self) -> str:
        return self.client.get(self.url("patient")).content.decode()


@pytest.fixture
def home(client: Client, db: None, care_folder: Any) -> Home:
    return Home(client)


def test_a_proposal_is_accepted_in_one_click_as_a_new_version(home: Home) -> None:
    home.decided("eased", **move(2, "single-leg", 2, 1, version=1))
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    page = home.page()
    assert "ready for rung 3" in page
    assert "67 %" in page, "the share held"
    assert [one.eased for one in open_proposals([home.station])] == [True, False]
    (_, proposal) = open_proposals([home.station])
    url = home.url("programme_answer", proposal.event.pk)
    for _ in range(2):  # a second click, or a colleague's
        home.client.post(url, {"answer": "accepted"})
    assert [e["rung"] for e in home.newest()["exercises"]] == [3, 1], "the easing stays"
    assert home.newest()["version"] == 2
    assert DecisionAnswer.objects.get().prescription == home.place.newest
    assert open_proposals([home.station]) == [], "a newer version takes back what was decided before"


def test_not_yet_is_remembered_with_its_word_and_sends_nothing(home: Home) -> None:
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    home.answer("not_yet", word="After the visit on Monday.")
    answer = DecisionAnswer.objects.get()
    assert (answer.kind, answer.word, answer.prescription) == ("not_yet", "After the visit on Monday.", None)
    assert open_proposals([home.station]) == []
    assert home.newest()["version"] == 1


def test_what_was_eased_is_put_back_or_kept(home: Home) -> None:
    home.decided("eased", **move(2, "single-leg", 2, 1, version=1))
    home.answer("accepted")
    assert not DecisionAnswer.objects.exists(), "an easing is kept or put back"
    home.answer("put_back")
    assert home.newest()["exercises"][1]["rung"] == 2
    assert home.newest()["version"] == 2


def test_a_proposal_beyond_the_station_s_limit_sends_nothing_and_stays(home: Home) -> None:
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    store([home.says.birth(limits=Limits(hardest_rung={"supported-standing": 2}))])
    home.station.refresh_from_db()
    home.answer("accepted")
    assert home.newest()["version"] == 1
    assert len(open_proposals([home.station])) == 1


def test_all_training_is_held_and_lifted_with_the_rungs_trained_now(home: Home) -> None:
    home.decided("eased", **move(2, "single-leg", 2, 1, version=1))
    url = home.url("programme_send", "hold")
    assert "No training for now." in home.client.get(url).content.decode()
    home.client.post(url, {"base_version": 1, "note": "I will call.", "why": "Wound"})
    held = home.newest()
    assert (held["on_hold"], held["note"], held["exercises"][1]["rung"]) == (True, "I will call.", 1)
    assert "A hold on all training is on its way." in home.page()
    store([home.says.reply(2, "applied")])
    assert "All training is on hold." in home.page()
    home.client.post(home.url("programme_send", "lift"), {"base_version": 2, "note": ""})
    assert "on_hold" not in home.newest()
    assert home.newest()["exercises"] == held["exercises"]


def test_lifting_a_hold_undoes_no_easing_that_was_on_its_way(home: Home) -> None:
    home.client.post(home.url("programme_send", "hold"), {"base_version": 1, "note": ""})
    Prescription.objects.filter(version=2).update(created=timezone.now() - timedelta(minutes=5))
    home.decided("eased", **{**move(2, "single-leg", 2, 1, version=1), "side": "left"})
    home.client.post(home.url("programme_send", "lift"), {"base_version": 2, "note": ""})
    assert [e["rung"] for e in home.newest()["exercises"]] == [2, 1]


def test_a_hold_is_sent_although_the_programme_has_expired(home: Home) -> None:
    Prescription.objects.update(document={**home.newest(), "expires": "2026-01-01T00:00:00Z"})
    home.client.post(home.url("programme_send", "hold"), {"base_version": 1, "note": ""})
    assert home.newest()["on_hold"] is True


def test_a_message_changes_nothing_else_and_has_a_length(home: Home) -> None:
    before = home.newest()
    url = home.url("programme_send", "message")
    assert home.client.post(url, {"base_version": 1, "note": ""}).status_code == 422
    assert home.client.post(url, {"base_version": 1, "note": "x" * 301}).status_code == 422
    home.client.post(url, {"base_version": 1, "note": "Well done."})
    after = home.newest()
    same = set(before) - {"version", "issued", "note"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert (after["note"], after["version"]) == ("Well done.", 2)


def test_after_a_possible_fall_the_page_offers_the_answer(home: Home) -> None:
    later = ExampleStation("home-1", home.patient.pseudonym, start=timezone.now() + timedelta(seconds=2))
    store([later.event("possible_fall")])
    assert home.url("programme_send", "fall") in home.page()
    home.decided("proposal", **move(1, "supported-standing", 2, 3, version=1))
    home.answer("accepted")
    assert home.newest()["version"] == 1, "nothing else answers a fall by the way"
    assert home.client.post(home.url("programme_send", "fall"), {"base_version": 1, "note": ""}).headers[
        "Location"
    ] == home.url("patient")
    assert home.newest()["version"] == 2
    assert fall_waiting(home.place, home.place.standing) is None, "dated after it, though its clock is ahead"


def test_two_at_once_send_one_version_and_the_second_is_told_by_whom(home: Home) -> None:
    url = home.url("programme_send", "message")
    home.client.post(url, {"base_version": 1, "note": "First."})
    response = home.client.post(url, {"base_version": 1, "note": "Second."})
    assert response.status_code == 422
    assert "therapist sent version 2. Nothing of yours was sent" in response.content.decode()
    assert home.newest()["note"] == "First."


def test_a_version_made_between_look_and_word_is_not_overwritten(home: Home, rf: Any) -> None:
    request = rf.post("/")
    request.user = add_user("second", role="therapist", password=PASSWORD)
    rx = compose(home.station, home.patient.pseudonym, (STANDING,), current=None, whole={})
    home.prescribe(ONE_LEG)
    with pytest.raises(ChangedError):
        send(request, home.place, rx, base_version=1)
    assert Audit.objects.filter(action__startswith="sent").count() == 0


def test_a_template_holds_nothing_of_a_person_and_is_checked_before_it_is_sent(home: Home) -> None:
    home.client.post(home.url("programme_templates"), {"name": "Weeks 1 to 3"})
    template = ProgrammeTemplate.objects.get()
    assert set(template.programme) & {"subj", "station", "note", "surgery", "number", "device"} == set()
    assert home.client.post(home.url("programme_templates"), {"name": "Weeks 1 to 3"}).status_code == 422
    store([home.says.birth(limits=Limits(hardest_rung={"supported-standing": 1}))])
    page = home.client.get(home.url("programme") + f"?template={template.pk}").content.decode()
    assert "would not take all of it" in page
    assert "Supported standing: rung: rung 2" in page
    assert Prescription.objects.count() == 1


def test_versions_are_compared_and_an_old_one_is_the_start_of_a_new_one(home: Home) -> None:
    home.prescribe(msgspec.structs.replace(STANDING, rung=4))
    page = home.client.get(home.url("programme_versions") + "?old=1&new=2").content.decode()
    assert "From version 1 to version 2" in page
    assert "Standing on one leg, left leg: no longer done" in page
    form = home.client.get(home.url("programme") + "?version=1")
    assert form.context["start"].programme.exercises[0].rung == 2
    assert home.client.get(home.url("programme") + "?version=9").status_code == 404


@database
def test_at_a_shared_station_a_person_needs_a_number_of_their_own(client: Client) -> None:
    client.force_login(add_user("therapist", role="therapist", password=PASSWORD))
    shared = Station.objects.create(sid="clinic-1")
    one, other = Patient.objects.create(name="One"), Patient.objects.create(name="Other")
    rx = compose(shared, other.pseudonym, (STANDING,), current=None, whole={"number": "4711"})
    queue(shared, rx, who=None)
    url = reverse("programme", args=[one.pseudonym])
    assert client.get(url).context["draft"].form["number"].value() != "4711"
    data = {
        "exercise-TOTAL_FORMS": 1, "exercise-INITIAL_FORMS": 1, "exercise-0-routine": "supported-standing",
        "exercise-0-side": "", "exercise-0-include": "on", "exercise-0-rung": 1, "exercise-0-attempts": 2,
        "exercise-0-rest_s": 20, "base_version": 0, "device": "walker", "pain_limit": 5, "step": "send",
    }  # fmt: skip
    assert client.post(url, {**data, "number": "4711"}).status_code == 422
    assert client.post(url, {**data, "number": "12"}).status_code == 422
    client.post(url, {**data, "number": "0042"})
    sent = Place(one, shared).newest
    assert sent
    assert (sent.document["number"], sent.document["subj"], sent.version) == ("0042", one.pseudonym, 2)
