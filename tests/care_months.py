"""Some weeks of training of two patients at the care side, for tests of what leaves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from station.training.prescription import Exercise
from station.training.prescription import Prescription as Programme
from station.training.result import SupportResult
from ui.care import models
from ui.care.models.programme import State
from ui.care.prescribing.programme import queue
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.heard import Arrival
from ui.care.recording.intake import store
from ui.care.trust.enrolment import enrol

FIRST: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAYS: Final = 12  # trained, every other one
NAME: Final = "İpek Jäger-Núñez"


class Months(NamedTuple):
    """The first patient trained on a real board, the second on a simulated one."""

    anna: models.Patient
    sim: models.Patient
    newest_trial: str


def train() -> Months:
    """Return both patients: the first with `DAYS` sessions, the second with three."""
    anna, trial = _train("home-1", NAME, DAYS, sim=False)
    simulated, _ = _train("home-2", "Sim Patient", 3, sim=True)
    return Months(anna, simulated, trial)


@contextmanager
def trained_once(blocker: DjangoDbBlocker, folder: Path) -> Iterator[Months]:
    """Train once for all tests of a module; what each of them changes is taken back, at the end this too."""
    with pytest.MonkeyPatch.context() as environment, blocker.unblock(), transaction.atomic():
        environment.setenv("BALANCE_CARE_DATA", str(folder))
        yield train()
        transaction.set_rollback(True)


def prescribe(station: models.Station, version: int, when: datetime, rung: int) -> None:
    """Put a programme in force at this time."""
    patient = station.patient
    assert patient
    programme = Programme(
        version=version,
        station=station.sid,
        subj=patient.pseudonym,
        issued=when.isoformat(),
        expires=(when + timedelta(weeks=12)).isoformat(),
        exercises=(Exercise(routine="supported-standing", rung=rung, days_a_week=3),),
    )
    row = queue(station, programme, who=None)
    models.Prescription.objects.filter(pk=row.pk).update(state=State.APPLIED, answered=when, created=when)


def _train(sid: str, name: str, days: int, *, sim: bool) -> tuple[models.Patient, str]:
    station = enrol(sid, name)
    assert station.patient
    arrivals: list[Arrival] = []
    trial = ""
    for number in range(days):
        when = FIRST + timedelta(days=2 * number)
        home = ExampleStation(sid, station.patient.pseudonym, start=when, sim=sim)
        session, trial = new_id(), new_id()
        arrivals += [home.birth()] if number == 0 else []
        arrivals += [
            home.trial(session, trial=trial, **_trial(number, days)),
            home.session(session, ended=(when + timedelta(minutes=12)).isoformat()),
        ]
        arrivals += [home.journal(session), home.event("pain_up"), home.raw(trial)] if number == 0 else []
    store(arrivals)
    prescribe(station, 1, FIRST - timedelta(days=1), 1)
    prescribe(station, 2, FIRST + timedelta(days=days), 2)
    return station.patient, trial


def _trial(number: int, days: int) -> dict[str, Any]:
    late = number >= days // 2
    return {
        "rung": 2 if late else 1,
        "support_kind": "one-hand" if late else "two-hands",
        "measures": {"velocity_mm_s": 16.0 - 4 * number / days, "mean_ml_mm": -1.5},
        "support": SupportResult(mean_percent=9.0 if late else 22.0, max_percent=30.0, limit_percent=40.0),
    }


def today() -> datetime:
    """Return the day after the training, for periods that end today."""
    return timezone.localtime(FIRST + timedelta(days=2 * DAYS))
