"""What the list of stations says of each: its certificate, and the keys whose signature it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext

from station.link.identity import WARN_DAYS
from ui.care.installation.folder import data_folder
from ui.care.models import Renewal, Retained, Station
from ui.care.words.station import station_words


@dataclass(frozen=True, slots=True)
class Line:
    """One station of the list."""

    station: Station
    software: str
    certificate: str
    certificate_soon: bool  # it ends within the days that a renewal takes
    renewal: str
    keys: Sequence[str]
    key_state: str


def station_lines(stations: QuerySet[Station], now: datetime) -> list[Line]:
    """Return a line for each of these stations, with few queries however many there are."""
    stations = stations.select_related("patient").prefetch_related("renewals").order_by("sid")
    ids = data_folder().ring().ids()
    answers = {kept.station_id: kept.answer for kept in Retained.objects.filter(kind="keys")}
    return [_line(station, ids, answers.get(station.pk, ""), now) for station in stations]


def _line(station: Station, ids: Sequence[str], answer: str, now: datetime) -> Line:
    birth = station.told_birth()
    until = _moment(birth.certificate_until) if birth and birth.certificate_until else None
    return Line(
        station=station,
        software=birth.sw if birth else "",
        certificate=f"{until:%Y-%m-%d}" if until else "",
        certificate_soon=until is not None and (until - now).days <= WARN_DAYS,
        renewal=_renewal_words(next(iter(station.renewals.all()), None)),
        keys=station.keys,
        key_state=_key_words(station, ids, answer),
    )


def _renewal_words(renewal: Renewal | None) -> str:
    """Return how far the newest request has come, "" where the certificate asked for is in use."""
    if renewal is None or renewal.state == Renewal.State.USED:
        return ""
    words = {
        Renewal.State.WAITING: gettext("asks for the next one"),
        Renewal.State.GIVEN: gettext("the next one is given, not used yet"),
        Renewal.State.REFUSED: gettext("refused: %(reason)s") % {"reason": station_words(renewal.reason)},
    }
    return words.get(Renewal.State(renewal.state), "")


def _key_words(station: Station, ids: Sequence[str], answer: str) -> str:
    if not station.keys:
        return gettext("has not said which it holds")
    if ids[0] in station.keys:
        return ""
    if not set(station.keys) & set(ids):
        return gettext("holds none that signs any more: enrol it again by a file")
    if answer:
        return gettext("rejects the newest: %(reason)s") % {"reason": station_words(answer)}
    return gettext("not the newest yet")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
