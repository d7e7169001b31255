"""The words of roles, accounts and orders, as an administrator reads them."""

from typing import Final

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
    "assistant": _("sees the patients given to them, and changes nothing"),
    "admin": _("manages people, patients' records and stations; results only of patients given to them"),
    "auditor": _("reads the audit, and no patient"),
}


def role_words(role: str) -> str:
    """Return a role."""
    return str(ROLE.get(role, gettext("No role")))


def wipe_order(sid: str) -> list[str]:
    """Return what to do with a station that goes from one home to another, or out of use."""
    return [
        gettext("Let it send what it still has: its outbox is empty when the page of the station says so."),
        gettext("On the station, stop it and delete its state folder. It holds the results, the programme and "
                "the enrolment of whoever trained on it: sudo rm -r /var/lib/balance-station, "
                "or the folder of `state` in station.toml."),
        gettext("Here, take its certificates back: balance-care revoke %(sid)s, then restart the broker.")
        % {"sid": sid},
        gettext("Clear its programme at the broker, on a machine that may: mosquitto_pub -r -n -t "
                "bal/v1/s/%(sid)s/down/rx") % {"sid": sid},
    ]


def enrol_order(sid: str, pseudonym: str) -> list[str]:
    """Return what to do for a station to speak for a patient."""
    names = {"sid": sid, "pseudonym": pseudonym}
    return [
        gettext("On the station: balance-station enrol --station %(sid)s. It writes %(sid)s.request.pem.") % names,
        gettext("On this server: balance-care enrol %(sid)s --patient %(pseudonym)s "
                "--request %(sid)s.request.pem. It writes %(sid)s.bundle.json.") % names,
        gettext("On the station: balance-station enrol %(sid)s.bundle.json, then start it again.") % names,
    ]
