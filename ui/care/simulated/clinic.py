"""Writes a simulated clinic into an empty care database."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import msgspec
from django.contrib.auth.models import User
from django.db import transaction

from station.errors import ConfigError
from station.link.signature import sign_prescription
from ui.care import models
from ui.care.installation.folder import data_folder
from ui.care.models.programme import State
from ui.care.recording.bulk import Batch
from ui.care.recording.examples import ExampleStation
from ui.care.recording.intake import store
from ui.care.simulated.person import Person, weeks_of
from ui.care.simulated.programmes import Block, Course, blocks
from ui.care.simulated.stories import IN_CLINIC, Story, name_of, story_of

CLINIC: Final = "sim-clinic"
THERAPIST: Final = "sim-therapist"
PEOPLE_A_BATCH: Final = 20
STATES: Final = {"applied": State.APPLIED, "sent": State.SENT, "rejected": State.REJECTED}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a clinic; `traces` newest sessions of each person keep their raw traces.

    With `sessions` everybody has trained so many times, however many days that took. `traced` is how many
    people keep traces, None for all.
    """

    patients: int = 40
    days: int = 120
    seed: int = 1
    traces: int = 2
    keep_messages: bool = True
    sessions: int | None = None
    traced: int | None = None

    def traces_of(self, number: int) -> int:
        """Return how many sessions of this person, counted from 0, keep their raw traces."""
        return self.traces if self.traced is None or number < self.traced else 0


@dataclass(frozen=True, slots=True)
class Made:
    """What was written."""

    patients: int
    sessions: int
    trials: int


def make_clinic(size: Size, *, now: datetime, log: Callable[[str], object]) -> Made:
    """Write the clinic. Raises ConfigError when the database holds anybody already: none is mixed in."""
    if models.Patient.objects.exists() or models.Station.objects.exists():
        raise ConfigError(
            "this care database already holds patients or stations, and simulated people are never put among "
            "others; set BALANCE_CARE_DATA to a new folder and run: balance-care migrate"
        )
    with transaction.atomic():
        therapist = _therapist()
        in_clinic = IN_CLINIC if size.patients > 2 * IN_CLINIC else 0
        for first in range(0, size.patients, PEOPLE_A_BATCH):
            people = range(first, min(first + PEOPLE_A_BATCH, size.patients))
            _write(
                [_plan(n, size, now, shared=n >= size.patients - in_clinic) for n in people], therapist, size
            )
            log(f"{people[-1] + 1} of {size.patients} patients")
    return Made(models.Patient.objects.count(), models.Session.objects.count(), models.Trial.objects.count())


def _therapist() -> User:
    """Return who wrote the simulated notes and programmes; nobody can log in so."""
    user, _ = User.objects.get_or_create(username=THERAPIST, defaults={"is_active": False})
    user.set_unusable_password()
    user.save()
    return user


@dataclass(frozen=True, slots=True)
class _Plan:
    number: int
    story: Story
    sid: str
    start: datetime
    now: datetime
    rng: Random
    shared: bool


def _plan(number: int, size: Size, now: datetime, *, shared: bool) -> _Plan:
    rng = Random(f"{size.seed} {number}")  # noqa: S311 stories, not secrets
    story = story_of(number)
    weeks = min(size.days / 7, story.weeks) * rng.uniform(0.8, 1.0)
    if size.sessions is not None:
        weeks = weeks_of(story, size.sessions)
    start = (now - timedelta(weeks=weeks)).replace(hour=7, minute=0, second=0, microsecond=0)
    return _Plan(number, story, CLINIC if shared else f"sim-{number + 1:03d}", start, now, rng, shared)


def _write(plans: list[_Plan], therapist: User, size: Size) -> None:
    people = [_enrolled(plan) for plan in plans]
    batch = Batch(keep_messages=size.keep_messages)
    for plan, patient in zip(plans, people, strict=True):
        of_person = _blocks(plan, patient)
        station = models.Station.objects.get(sid=plan.sid)
        models.Prescription.objects.bulk_create(_prescriptions(of_person, plan, station, therapist))
        person = Person(
            subj=patient.pseudonym, sid=plan.sid, story=plan.story, blocks=_applied(of_person, plan),
            start=plan.start, now=plan.now, rng=plan.rng, seq=itertools.count(1 + 1_000_000 * plan.number),
            traced=size.traces_of(plan.number), most_sessions=size.sessions,
        )  # fmt: skip
        for arrival in person.says():
            batch.add(arrival)
        _say_who_is_there(plan, person, station)
        _remark(plan, patient, therapist, of_person[-1])
    batch.write()


def _enrolled(plan: _Plan) -> models.Patient:
    pseudonym = f"p-{plan.rng.getrandbits(40):010x}"
    patient = models.Patient.objects.create(
        name=name_of(plan.number), pseudonym=pseudonym, created=plan.start
    )
    models.Station.objects.get_or_create(sid=plan.sid, defaults={"patient": None if plan.shared else patient})
    return patient


def _blocks(plan: _Plan, patient: models.Patient) -> list[Block]:
    pin = f"{4000 + plan.number:04d}" if plan.shared else None
    course = Course(plan.start, plan.now, plan.sid, patient.pseudonym, pin)
    made = blocks(plan.story, plan.rng, course)
    if not plan.shared:
        return made
    # A version is of one person only, also where several share a station.
    offset = 100 * (plan.number % 10)
    return [
        Block(b.since, msgspec.structs.replace(b.rx, version=b.rx.version + offset), b.number) for b in made
    ]


def _applied(of_person: list[Block], plan: _Plan) -> list[Block]:
    return of_person if plan.story.answer == "applied" else of_person[:-1] or of_person


def _prescriptions(
    of_person: list[Block], plan: _Plan, station: models.Station, therapist: User
) -> list[models.Prescription]:
    key = data_folder().signing_key()
    rows = []
    for block in of_person:
        newest = block is of_person[-1]
        state = STATES[plan.story.answer] if newest else State.APPLIED
        rows.append(
            models.Prescription(
                station=station,
                version=block.rx.version,
                document=msgspec.to_builtins(block.rx),
                signed=sign_prescription(block.rx, key),
                state=state,
                reason=plan.story.reason if state == State.REJECTED else "",
                who=therapist,
                created=block.since,
                answered=None if state == State.SENT else block.since + timedelta(minutes=4),
            )
        )
    return rows


def _say_who_is_there(plan: _Plan, person: Person, station: models.Station) -> None:
    """Have the station come up, and go silent where the story says so."""
    said = ExampleStation(plan.sid, None if plan.shared else person.subj, start=plan.now)
    applied = person.blocks[-1].rx.version
    silent = plan.story.silent_days > 0 and not plan.shared
    store([said.state(online=True), said.birth(rx_version=applied, cal=person.plate.calibration)])
    if silent:
        store([said.state(online=False)])
    seen = plan.now - timedelta(days=plan.story.silent_days if silent else 0, minutes=plan.rng.randint(0, 40))
    models.Station.objects.filter(pk=station.pk).update(last_seen=seen)


def _remark(plan: _Plan, patient: models.Patient, therapist: User, newest: Block) -> None:
    """Write the notes and the background that a care team would have written."""
    rng = plan.rng
    if rng.random() < 0.75:
        models.Background.objects.create(
            patient=patient,
            surgery=newest.rx.surgery or "",
            surgery_date=newest.rx.surgery_date,
            device=newest.rx.device,
            height_cm=rng.randint(152, 188),
            weight_kg=round(rng.uniform(56, 104), 1),
            who=therapist,
            when=plan.start,
        )
    first = models.Note.objects.create(
        patient=patient,
        who=therapist,
        when=plan.start + timedelta(hours=3),
        text="First visit at home: station set up beside the kitchen counter, walker within reach.",
    )
    if plan.number % 5 == 0:
        models.Note.objects.create(
            patient=patient,
            who=therapist,
            when=plan.start + timedelta(hours=4),
            corrects=first,
            text="First visit at home: station set up in the hall, at the rail; walker within reach.",
        )
    if plan.story.note:
        models.Note.objects.create(
            patient=patient, who=therapist, when=plan.now - timedelta(hours=2), text=plan.story.note
        )


def today() -> datetime:
    """Return the time up to which a clinic is made."""
    return datetime.now(UTC)
