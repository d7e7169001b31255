"""What is known of many patients' sessions: of two weeks from these alone, of all before from the newest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ui.care.models import Patient, Session, Station
from ui.care.recording.examples import new_id
from ui.care.today.facts import Facts, facts_of
from ui.care.trust.enrolment import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

NOW = timezone.now()


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def patient(number: int = 1) -> Patient:
    found = enrol(f"home-{number}", f"Person {number}").patient
    assert found is not None
    return found


def trained(who: Patient, *sessions: tuple[float, int, bool], on: Station | None = None) -> None:
    """Write sessions: how many days ago, with how many trials, whether on a simulated board."""
    station = on or Station.objects.get(patient=who)
    Session.objects.bulk_create(
        Session(
            id=new_id(), station=station, patient=who, started=ago(days), trial_count=count, sim=sim,
            cal="nominal", alg="cop-1",
        )
        for days, count, sim in sessions
    )  # fmt: skip


def facts(*patients: Patient) -> list[Facts]:
    found = facts_of(Patient.objects.filter(pk__in=[who.pk for who in patients]), now=NOW)
    return sorted(found, key=lambda fact: [who.pk for who in patients].index(fact.patient.pk))


@pytest.mark.parametrize(
    ("sessions", "last_trained", "sim"),
    [
        ([], None, False),
        ([(1, 3, False), (2, 3, True)], 1, False),
        ([(1, 3, True), (2, 3, False)], 1, True),
        ([(40, 3, False), (90, 3, True)], 40, False),
        ([(40, 3, True)], 40, True),
        # Two weeks in which sessions began and no exercise was done.
        ([(1, 0, True), (3, 0, False), (20, 2, False)], 20, True),
        ([(1, 0, False)], None, False),
        ([(20, 0, False), (30, 1, True)], 30, False),
    ],
)
def test_the_newest_session_tells_of_the_board_and_the_newest_with_an_exercise_when_there_was_training(
    sessions: Sequence[tuple[float, int, bool]], last_trained: float | None, sim: bool
) -> None:
    one, other = patient(1), patient(2)
    trained(one, *sessions)
    trained(other, (1, 1, False), (60, 1, True))
    told, beside = facts(one, other)
    assert told.last_trained == (None if last_trained is None else ago(last_trained))
    assert told.sim is sim
    assert told.station is not None
    assert told.station.sid == "home-1"
    assert (beside.last_trained, beside.sim) == (ago(1), False)


@pytest.mark.parametrize("days", [1, 40])
def test_who_has_no_station_of_their_own_is_shown_with_the_one_they_trained_on_last(days: float) -> None:
    shared, older = Station.objects.create(sid="shared-1"), Station.objects.create(sid="shared-2")
    guest = Patient.objects.create(pseudonym="subj-0000000000a1", name="Guest")
    trained(guest, (days, 2, False), on=shared)
    trained(guest, (days + 1, 2, False), on=older)
    (told,) = facts(guest)
    assert told.station is not None
    assert (told.station.pk, told.shared, told.own) == (shared.pk, True, False)


def test_one_of_many_values_is_asked_for_with_one_parameter_and_nothing_with_no_query(
    django_assert_num_queries: Any,
) -> None:
    keys = [patient(number).pk for number in range(1, 4)]
    with django_assert_num_queries(1):
        found = Patient.objects.filter(pk__any_of=[*keys[:2], *range(10_000, 12_000)])
        assert {who.pk for who in found} == set(keys[:2])
    words = ["Person 3", 'it\'s {one}, "two"', "Person\\3"]
    assert [who.pk for who in Patient.objects.filter(name__any_of=words)] == keys[2:]
    with django_assert_num_queries(0):
        assert not Patient.objects.filter(pk__any_of=[])
