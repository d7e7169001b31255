"""The words of roles, accounts and orders, as an administrator reads them."""

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Words = str | Promise

ROLE: Final[dict[str, Words]] = {
    "therapist": _("Therapist"),
    "assistant": _("Assistant"),
    "admin": _("Administrator"),
    "auditor": _("Auditor"),
}
ROLE_MEANS: Final[dict[str, Words]] = {
    "therapist": _("sees the patients given to them, sends programmes, enrols patients"),
    "assistant": _("sees the patients given to them, sees to lines and writes notes; sends no programme"),
    "admin": _("manages people, patients' records and stations; results only of patients given to them"),
    "auditor": _("reads the audit, and no patient"),
}


def role_words(role: str) -> str:
    """Return a role."""
    return str(ROLE.get(role, gettext("No role")))


class Step(NamedTuple):
    """One thing to do, and the command that does it."""

    words: str
    command: str = ""


def wipe_order(sid: str) -> list[Step]:
    """Return what to do with a station that goes from one home to another, or out of use."""
    return [
        Step(gettext("Leave it on and online for an hour, so that it sends what it still has.")),
        Step(
            gettext(
                "On the station, stop it and wipe it: results, programme and enrolment of whoever trained "
                "on it. It refuses while results wait to be sent."
            ),
            "sudo systemctl stop balance-station balance-uplink && sudo balance-station wipe --everything",
        ),
        Step(
            gettext("On this server, take its certificates back, then restart the broker."),
            f"balance-care revoke {sid}",
        ),
        Step(
            gettext(
                "Clear its programme at the broker, with the recorder's certificate where the broker asks."
            ),
            f"mosquitto_pub -r -n -q 1 -t bal/v1/s/{sid}/down/rx",
        ),
    ]


def enrol_order(sid: str, pseudonym: str) -> list[Step]:
    """Return what to do for a station to speak for a patient."""
    return [
        Step(gettext("On the station; it writes a request."), f"balance-station enrol --station {sid}"),
        Step(
            gettext("On this server, with that file; it writes a bundle."),
            f"balance-care enrol {sid} --patient {pseudonym} --request {sid}.request.pem",
        ),
        Step(
            gettext("On the station, with that file; then start it again."),
            f"balance-station enrol {sid}.bundle.json",
        ),
    ]
