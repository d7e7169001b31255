"""Lines of the worklist as a page shows them."""

from collections.abc import Iterable
from typing import TypedDict

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from ui.care.today.worklist import Item
from ui.care.words.times import when_words


class Row(TypedDict):
    """One line, in the words and addresses of the page: a template asks each of sixty lines for all of it.

    `whose` is the field that says whose line was seen to, `key` its value; `act` is the address where more
    than the patient's page is opened, "" where nothing is.
    """

    group: str
    why: str
    name: str
    url: str
    sim: bool
    since: str
    when: str
    sentence: str
    act: str
    act_words: str
    kind: str
    cause: str
    whose: str
    key: str


def rows_of(items: Iterable[Item], user: User | AnonymousUser | AbstractBaseUser) -> list[Row]:
    """Return a row for each, as this person may act on it."""
    prescribes, manages = (
        isinstance(user, User) and user.has_perm(f"care.{right}")
        for right in ("add_prescription", "manage_roster")
    )
    programme, station = gettext("Open programme"), gettext("Open station")
    rows = []
    for item in items:
        act = _act(item, prescribes=prescribes, manages=manages)
        patient, board = item.patient, item.station
        rows.append(
            Row(
                group=item.reason.group,
                why=str(item.reason.label),
                name=patient.name if patient else board.sid if board else "",
                url=reverse("patient", args=[patient.pseudonym]) if patient else "",
                sim=item.sim,
                since=timezone.localtime(item.since).isoformat() if item.since else "",
                when=when_words(item.since) if item.since else "",
                sentence=item.sentence,
                act=act,
                act_words=programme if item.reason.opens == "programme" else station,
                kind=item.kind,
                cause=item.cause,
                whose="patient" if patient else "station",
                key=patient.pseudonym if patient else board.sid if board else "",
            )
        )
    return rows


def _act(item: Item, *, prescribes: bool, manages: bool) -> str:
    patient, board, opens = item.patient, item.station, item.reason.opens
    if opens == "programme" and prescribes and patient and board:
        return reverse("programme", args=[patient.pseudonym])
    if opens != "station":
        return ""
    if manages and board:
        return reverse("station", args=[board.sid])
    return reverse("patient", args=[patient.pseudonym]) + "#station" if patient else ""
