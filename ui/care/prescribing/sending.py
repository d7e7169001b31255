"""One way by which a programme leaves this site: checked, signed, and never over the head of a colleague."""

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from station.errors import PrescriptionError
from station.training.prescription import Prescription as Programme
from ui.care.models import Prescription
from ui.care.prescribing.place import Place, fall_waiting
from ui.care.prescribing.programme import carried, check, next_version, queue, written_after
from ui.care.rights.audit import note


class ChangedError(PrescriptionError):
    """Somebody else has sent a version since the page was opened."""


def send(
    request: HttpRequest, place: Place, programme: Programme, *, base_version: int, why: str = ""
) -> Prescription:
    """Sign and queue a programme made from `base_version`, 0 for none; a line in the audit says so.

    Whatever is sent while a possible fall waits for its answer is that answer.
    Raises ChangedError when that is not the newest version any more, PrescriptionError with the reason where
    the station would reject it. Nothing is sent then.
    """
    who = request.user if isinstance(request.user, User) else None
    with transaction.atomic():
        newest = place.newest
        if base_version != (newest.version if newest else 0):
            raise ChangedError(changed_words(newest))
        programme = carried(programme, version=next_version(place.station))
        fall = fall_waiting(place, place.standing)
        if fall is not None:
            programme = written_after(programme, fall.happened)
        check(programme, place.station)
        if programme.number is not None and place.number_taken_by_another(programme.number):
            raise PrescriptionError(
                gettext("number: %(number)s is the number of another patient there")
                % {"number": programme.number}
            )
        try:
            sent = queue(place.station, programme, who=who, why=why)
        except PrescriptionError as error:
            if newest_is(place, base_version):
                raise
            raise ChangedError(changed_words(place.newest)) from error
        note(request, f"sent programme version {programme.version}", place.patient.pseudonym)
    return sent


def newest_is(place: Place, version: int) -> bool:
    """Return whether this is still the newest version, 0 for none."""
    newest = place.newest
    return version == (newest.version if newest else 0)


def changed_words(newest: Prescription | None) -> str:
    """Say that somebody else was first, and who."""
    if newest is None:
        return gettext("The programme was changed meanwhile. Open it again to see the new one.")
    who = newest.who.get_username() if newest.who else gettext("an operator")
    return gettext(
        "The programme was changed meanwhile: %(who)s sent version %(version)d. Nothing of yours was sent. "
        "Open it again to see the new one."
    ) % {"who": who, "version": newest.version}
