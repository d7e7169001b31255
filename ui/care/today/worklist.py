"""Who needs somebody today, and why: one line each, most urgent first."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from station.link.identity import WARN_DAYS
from station.sway.plate import NOMINAL_ID
from ui.care.models import Patient, Station
from ui.care.models.programme import State
from ui.care.today.facts import FALL, WEEK, Facts
from ui.care.words.at_risk import AT_RISK, RESTORED, cause_of, keeping_words, told_keeping
from ui.care.words.events import event_sentence
from ui.care.words.reasons import ORDER, REASONS, Reason
from ui.care.words.station import station_words

# Our choices, in docs/console.md.
OVERDUE_SHARE: Final = 0.6  # of the planned days; below it a person is overdue
SETTLING: Final = timedelta(days=7)  # the first week is not held against anybody
ENROLLING: Final = timedelta(days=1)  # the first programme follows an enrolment soon enough
SILENT_AFTER: Final = timedelta(hours=36)
UNANSWERED_AFTER: Final = timedelta(hours=48)
PAIN_RISE: Final = 2.0  # of the mean of a week
EXPIRES_WITHIN: Final = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `cause` is what it is about: the same cause seen to is not a line again."""

    kind: str
    cause: str
    patient: Patient | None
    station: Station | None
    sentence: str
    since: datetime | None
    sim: bool

    @property
    def reason(self) -> Reason:
        """Return label, group and where it is acted on."""
        return REASONS[self.kind]

    @property
    def key(self) -> tuple[str, str, int | None, int | None]:
        """Return what tells two lines apart."""
        patient = self.patient.pk if self.patient else None
        return self.kind, self.cause, patient, self.station.pk if self.station and not self.patient else None


def items(facts: Iterable[Facts], *, now: datetime, beside: Iterable[Item] = ()) -> list[Item]:
    """Return every line of these patients and those `beside`, most urgent first, then the newest."""
    found = [item for fact in facts for look in _LOOKS for item in look(fact, now)]
    return sorted([*found, *beside], key=_urgency)


def _urgency(item: Item) -> tuple[int, float, str]:
    since = item.since.timestamp() if item.since else 0.0
    return ORDER[item.kind], -since, item.patient.name if item.patient else ""


def _line(fact: Facts, kind: str, cause: str, sentence: str, since: datetime | None = None) -> Item:
    return Item(kind, cause[:100], fact.patient, fact.station, sentence, since, fact.sim)


def _events(fact: Facts, _now: datetime) -> Iterator[Item]:
    shown: set[str] = set()
    for event in fact.events:  # newest first: of each kind one line, which says how many there were
        if event.kind in shown or (event.kind == "proposal" and _answered(fact, event.happened)):
            continue
        shown.add(event.kind)
        sentence = event_sentence(event)
        if event.kind == FALL and fact.held_by:
            sentence += " " + gettext("Training is held until a programme dated after it is in force.")
        more = sum(other.kind == event.kind for other in fact.events) - 1
        if more:
            sentence += " " + ngettext(
                "Once more in these two weeks.", "%(count)d more in these two weeks.", more
            ) % {"count": more}
        yield Item(
            event.kind, f"event:{event.pk}", fact.patient, fact.station, sentence, event.happened, event.sim
        )


def _answered(fact: Facts, when: datetime) -> bool:
    """Return whether a programme was sent since: it is the answer to what was proposed before."""
    return fact.rx is not None and fact.rx.created > when


def _held(fact: Facts, _now: datetime) -> Iterator[Item]:
    if fact.held_by is None or any(event.kind == FALL for event in fact.events):
        return
    words = gettext("Nobody answered on %(day)s. Training begins again with a programme dated after it.")
    day = _day(fact.held_by)
    yield _line(fact, "held", f"held:{fact.held_by.isoformat()}", words % {"day": day}, fact.held_by)


def _pain(fact: Facts, now: datetime) -> Iterator[Item]:
    means = fact.lately.pain
    if means is None or means[1] - means[0] < PAIN_RISE or any(e.kind == "pain_up" for e in fact.events):
        return
    words = gettext("Pain before training rose from %(before).0f to %(now).0f, on average of a week.")
    week = f"{now:%G-%V}"
    sentence = words % {"before": means[0], "now": means[1]}
    yield _line(fact, "pain_up", f"pain:{week}", sentence, fact.last_trained)


def _training(fact: Facts, now: datetime) -> Iterator[Item]:
    """Away for a week, or fewer days than planned; not of one whose training is, or was just now, held."""
    if fact.held_by or fact.on_hold or fact.planned is None or fact.in_force is None or fact.station is None:
        return
    if fact.station.revoked is not None or is_silent(fact.station, now):
        return  # what was done may still be waiting there
    since = fact.last_trained or fact.in_force.answered or fact.in_force.created
    begun = max(fact.patient.created, fact.released or fact.patient.created)
    if now - max(since, begun) > WEEK:
        days = (now - since).days
        sentence = (
            gettext("Last trained on %(day)s, %(days)d days ago.") % {"day": _day(since), "days": days}
            if fact.last_trained
            else gettext("Has not trained since the programme came %(days)d days ago.") % {"days": days}
        )
        yield _line(fact, "away", f"away:{since.isoformat()}:{days // 7}", sentence, since)
        return
    trained = fact.lately.days
    if now - begun >= SETTLING and trained < OVERDUE_SHARE * fact.planned:
        words = gettext("Trained on %(trained)d of %(planned)d planned days in the last seven.")
        sentence = words % {"trained": trained, "planned": fact.planned}
        yield _line(fact, "overdue", f"overdue:{now:%G-%V}", sentence, fact.last_trained)


def _programme(fact: Facts, now: datetime) -> Iterator[Item]:
    rx = fact.rx
    if rx is None:
        if fact.station and not fact.station.revoked and now - fact.patient.created > ENROLLING:
            words = gettext("No programme was sent; the station trains supported standing on its first rung.")
            yield _line(fact, "no_programme", "no programme", words, fact.patient.created)
        return
    if rx.state == State.REJECTED:
        words = gettext("The station did not take version %(version)d: %(reason)s.")
        yield _line(
            fact,
            "rejected",
            f"rx:{rx.pk}:{rx.state}",
            words % {"version": rx.version, "reason": station_words(rx.reason)},
            rx.answered,
        )
    elif not rx.settled and now - rx.created > UNANSWERED_AFTER:
        words = gettext("Version %(version)d was sent %(days)d days ago and is not in force yet.")
        days = {"version": rx.version, "days": (now - rx.created).days}
        yield _line(fact, "unanswered", f"rx:{rx.pk}:{rx.state}", words % days, rx.created)
    yield from _expiring(fact, now)


def _expiring(fact: Facts, now: datetime) -> Iterator[Item]:
    if fact.in_force is None or (fact.rx is not None and not fact.rx.settled):
        return
    expires = told_time(fact.in_force.plan.expires)
    if expires is None or expires - now > EXPIRES_WITHIN:
        return
    words = (
        gettext(
            "The programme ended on %(day)s; the station trains supported standing on the last safe rung."
        )
        if expires < now
        else gettext("The programme ends on %(day)s.")
    )
    yield _line(fact, "expiring", f"rx:{fact.in_force.pk}:ends", words % {"day": _day(expires)}, expires)


def _station(fact: Facts, now: datetime) -> Iterator[Item]:
    if fact.station is None or fact.shared:
        return
    yield from station_items(fact.station, now=now, patient=fact.patient, sim=fact.sim)
    if fact.cal == NOMINAL_ID:
        words = gettext("The board was never calibrated: its sway is not comparable with another board's.")
        yield _line(fact, "nominal", f"nominal:{fact.station.sid}", words)
    until = told_time(fact.certificate_until)
    if until is not None and (until - now).days <= WARN_DAYS:
        words = gettext("The station's certificate ends on %(day)s: renew it, or nothing more arrives.")
        yield _line(fact, "certificate", f"certificate:{until}", words % {"day": _day(until)}, until)


def station_items(
    station: Station, *, now: datetime, patient: Patient | None = None, sim: bool = False
) -> Iterator[Item]:
    """Return the lines of a station itself; one that several share has no patient."""
    for kind, said in told_keeping(station):
        about = "at_risk" if kind in AT_RISK else "restored" if kind == RESTORED else ""
        if about:
            key = cause_of(kind, said, f"{now:%G-%V}")
            yield Item(about, key, patient, station, keeping_words(kind), None, sim)
    if not is_silent(station, now):
        return
    if station.last_seen is None:
        words = gettext("The station has never been heard of since it was enrolled.")
        yield Item("silent", "silent:never", patient, station, words, station.created, sim)
        return
    days = (now - station.last_seen).days
    words = ngettext(
        "Silent for a day: what was done since is not known here.",
        "Silent for %(days)d days: what was done since is not known here.",
        days,
    ) % {"days": days}
    cause = f"silent:{station.last_seen.isoformat()}:{days // 7}"
    yield Item("silent", cause, patient, station, words, station.last_seen, sim)


def is_silent(station: Station, now: datetime) -> bool:
    """Return whether a station is offline, and has been for so long that somebody should ask."""
    if station.revoked is not None:
        return False
    return not station.online and now - (station.last_seen or station.created) > SILENT_AFTER


def _stale(fact: Facts, _now: datetime) -> Iterator[Item]:
    if not fact.calibrated_long_ago or fact.shared:
        return
    words = gettext("The board's calibration %(cal)s is more than a year old.") % {"cal": fact.cal}
    yield _line(fact, "stale", f"stale:{fact.cal}", words)


def told_time(text: str | None) -> datetime | None:
    """Return a time that somebody else wrote, in UTC; None for what is none."""
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day(when: datetime) -> str:
    return date_format(timezone.localtime(when), "MONTH_DAY_FORMAT")


_LOOKS: Final[Sequence[Callable[[Facts, datetime], Iterator[Item]]]] = (
    _events, _held, _pain, _training, _programme, _station, _stale,
)  # fmt: skip
