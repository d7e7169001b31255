"""A patient's programme: what is in force, what changes, and the signed document that is sent."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import msgspec
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from station.errors import MessageError, PrescriptionError
from station.link.messages import decode_prescription
from station.link.signature import sign_prescription
from station.training.fitting import Bounds, check_prescription
from station.training.prescription import Exercise, Limits, Prescription, parse_time
from ui.care import models
from ui.care.models.programme import State
from ui.care.trust.signing import key_for
from ui.care.words.routines import routines

# Twelve weeks: the longest course of such training that was studied runs 11 to 12.
VALID_FOR: Final = timedelta(weeks=12)
# More than that is no clock that is a little ahead; the station then waits until its own date.
CLOCK_AHEAD: Final = timedelta(hours=12)
NUMBERS: Final = ("sessions_a_day", "minutes_a_day", "least_gap_h", "rest_days_a_week")
_UNANSWERED: Final = (State.QUEUED, State.SENT, State.RECEIVED)


def next_version(station: models.Station) -> int:
    """Return a version above every one made here and above the one the station says it applied."""
    newest = station.prescriptions.aggregate(newest=Max("version"))["newest"] or 0
    birth = station.told_birth()
    applied = birth.rx_version if birth and birth.rx_version else 0
    return max(newest, applied, station.versions_used) + 1


def limits_of(station: models.Station) -> Limits | None:
    """Return the limits set on the device, None while it has not said them."""
    birth = station.told_birth()
    return birth.limits if birth else None


def complete(document: bytes, station: models.Station, *, where: str) -> Prescription:
    """Return a prescription from JSON in which version, station, patient and dates may be left out.

    A station that several people share has no patient of its own: `subj` says whose prescription it is.
    Raises PrescriptionError naming `where` and what is wrong.
    """
    try:
        given = msgspec.json.decode(document, type=dict[str, Any])
        if station.patient is None and "subj" in given:
            return decode_prescription(msgspec.json.encode({**_frame_for(station, given["subj"]), **given}))
        return decode_prescription(msgspec.json.encode({**frame(station), **given}))
    except (msgspec.DecodeError, UnicodeDecodeError, MessageError) as error:
        raise PrescriptionError(f"{where}: {error}") from None


def frame(station: models.Station) -> dict[str, Any]:
    """Return what a new prescription says beside its programme. Raises PrescriptionError: no patient."""
    if station.patient is None:
        raise PrescriptionError(f"station {station.sid} has no patient; run: balance-care enrol")
    return _frame_for(station, station.patient.pseudonym)


def _frame_for(station: models.Station, subj: object) -> dict[str, Any]:
    if not models.Patient.objects.filter(pseudonym=str(subj)).exists():
        raise PrescriptionError(f"subj: no patient has the pseudonym {str(subj)[:64]!r} here")
    now = timezone.now().astimezone(UTC)
    return {
        "version": next_version(station),
        "station": station.sid,
        "subj": subj,
        "issued": _rfc3339(now),
        "expires": _rfc3339(now + VALID_FOR),
    }


def compose(
    station: models.Station,
    subj: str,
    exercises: tuple[Exercise, ...],
    *,
    current: Prescription | None,
    whole: Mapping[str, Any],
) -> Prescription:
    """Return the next version for this person; what is not asked for stays as it is in `current`.

    `whole` holds the fields of the form; a number left empty stays as it is, `expires_on` is the last day.
    Raises PrescriptionError for a person who is not known.
    """
    stays = {name: getattr(current, name) for name in ("body_weight_n", *NUMBERS) if current}
    given = {name: value for name, value in whole.items() if value is not None or name not in NUMBERS}
    given |= {name: given.get(name) or None for name in ("surgery", "weaker_leg", "number")}
    last_day = given.pop("expires_on", None)
    given |= {"expires": end_of(last_day)} if last_day else {}
    kept = {(e.routine, e.side): e.support_limit_percent for e in (current.exercises if current else ())}
    exercises = tuple(
        msgspec.structs.replace(e, support_limit_percent=kept.get((e.routine, e.side))) for e in exercises
    )
    return Prescription(**{**_frame_for(station, subj), **stays, **given}, exercises=exercises)


def carried(rx: Prescription, **changes: Any) -> Prescription:
    """Return a programme with these fields changed and all others as they are."""
    return msgspec.structs.replace(rx, **changes)


def renewed(rx: Prescription, station: models.Station, **changes: Any) -> Prescription:
    """Return the same programme as the next version, written now, with these changes."""
    frame = _frame_for(station, rx.subj)
    return carried(rx, version=frame["version"], station=station.sid, issued=frame["issued"], **changes)


def written_after(rx: Prescription, moment: datetime) -> Prescription:
    """Return a programme dated after this moment, which a station's clock that is a little ahead has told."""
    issued = parse_time(rx.issued, where="issued")
    if issued > moment or moment - issued > CLOCK_AHEAD:
        return rx
    return carried(rx, issued=_rfc3339((moment + timedelta(seconds=1)).astimezone(UTC)))


def lasting(rx: Prescription) -> str:
    """Return until when a programme that goes on holds: as long as it does, or anew where that is over."""
    now = timezone.now().astimezone(UTC)
    return rx.expires if parse_time(rx.expires, where="expires") > now else _rfc3339(now + VALID_FOR)


def first_programme(station: models.Station, subj: str, number: str | None) -> Prescription:
    """Return what a station trains that was never prescribed anything: supported standing, rung 1."""
    exercise = Exercise(routine="supported-standing", rung=1)
    return Prescription(**_frame_for(station, subj), exercises=(exercise,), number=number)


def end_of(day: date) -> str:
    """Return the last second of this day here, as a prescription says it."""
    last = datetime.combine(day, time(23, 59, 59), tzinfo=timezone.get_current_timezone())
    return _rfc3339(last.astimezone(UTC))


def last_day_of(rx: Prescription) -> date:
    """Return the last day here on which a programme holds."""
    return timezone.localtime(parse_time(rx.expires, where="expires")).date()


def check(rx: Prescription, station: models.Station) -> None:
    """Raise PrescriptionError with the reason where the station would reject it, as far as is known here."""
    bounds = Bounds(
        station=station.sid,
        subj=station.patient.pseudonym if station.patient else None,
        limits=limits_of(station) or _whole_ladder(),
        routines=routines(),
        clinic=station.patient is None,
    )
    check_prescription(rx, bounds, applied_version=rx.version - 1, now=timezone.now())


@transaction.atomic
def queue(
    station: models.Station, rx: Prescription, *, who: User | None, why: str = ""
) -> models.Prescription:
    """Sign a prescription and queue it for the recorder to send; older ones not answered yet are replaced.

    Raises PrescriptionError when its version was used before, or the station was revoked.
    """
    if station.revoked is not None:
        raise PrescriptionError(f"station {station.sid} was revoked; enrol it again: balance-care enrol")
    unanswered = station.prescriptions.filter(state__in=_UNANSWERED, version__lt=rx.version)
    unanswered.filter(subj=rx.subj).update(state=State.REPLACED)
    try:
        with transaction.atomic():
            return models.Prescription.objects.create(
                station=station,
                version=rx.version,
                document=msgspec.to_builtins(rx),
                signed=sign_prescription(rx, key_for(station)),
                who=who,
                why=why,
            )
    except IntegrityError:
        raise PrescriptionError(f"version {rx.version} for station {station.sid} exists already") from None


def document_of(prescription: models.Prescription) -> Prescription:
    """Return the programme of a stored prescription."""
    return msgspec.convert(prescription.document, Prescription)


def _whole_ladder() -> Limits:
    """Return what is held against a programme while the station has not said its limits: it then decides."""
    hardest = {name: len(routine.rungs) for name, routine in routines().items()}
    return Limits(
        hardest_rung=hardest,
        longest_hold_s=600.0,
        most_minutes=240.0,
        most_sessions_a_day=12,
        most_minutes_a_day=240.0,
        shortest_gap_h=0.0,
        highest_pain_limit=10,
        longest_validity_days=36500.0,
    )


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
