"""Who needs somebody today, and why: one line each, most urgent first."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from station.link.identity import WARN_DAYS
from station.sway.plate import NOMINAL_ID
from ui.care.models import Station
from ui.care.models.programme import State
from ui.care.today import sentences
from ui.care.today.boards import Board
from ui.care.today.facts import FALL, Facts, Person
from ui.care.today.sessions import WEEK
from ui.care.words.at_risk import AT_RISK, RESTORED, cause_of, keeping_words, told_keeping
from ui.care.words.reasons import ORDER, REASONS, Reason

# Our choices, in docs/console.md.
OVERDUE_SHARE: Final = 0.6  # of the planned days; below it a person is overdue
SETTLING: Final = timedelta(days=7)  # the first week is not held against anybody
ENROLLING: Final = timedelta(days=1)  # the first programme follows an enrolment soon enough
SILENT_AFTER: Final = timedelta(hours=36)
UNANSWERED_AFTER: Final = timedelta(hours=48)
PAIN_RISE: Final = 2.0  # of the mean of a week
EXPIRES_WITHIN: Final = timedelta(days=10)


class Item(NamedTuple):
    """One line. `cause` is what it is about: the same cause seen to is not a line again.

    `say` makes its sentence: of a thousand lines a page shows forty.
    """

    kind: str
    cause: str
    patient: Person | None
    station: Board | Station | None
    say: Callable[[], str]
    since: datetime | None
    sim: bool

    @property
    def sentence(self) -> str:
        """Return what is said of it, in the language of now."""
        return self.say()

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


def _line(fact: Facts, kind: str, cause: str, say: Callable[[], str], since: datetime | None = None) -> Item:
    return Item(kind, cause[:100], fact.patient, fact.station, say, since, fact.sim)


def _events(fact: Facts, _now: datetime) -> Iterator[Item]:
    shown: set[str] = set()
    for event in fact.events:  # newest first: of each kind one line, which says how many there were
        if event.kind in shown or (event.kind == "proposal" and _answered(fact, event.happened)):
            continue
        shown.add(event.kind)
        more = sum(other.kind == event.kind for other in fact.events) - 1
        held = event.kind == FALL and fact.held_by is not None
        say = partial(sentences.event_words, event, more, held=held)
        yield Item(
            event.kind, f"event:{event.pk}", fact.patient, fact.station, say, event.happened, event.sim
        )


def _answered(fact: Facts, when: datetime) -> bool:
    """Return whether a programme was sent since: it is the answer to what was proposed before."""
    return fact.rx is not None and fact.rx.created > when


def _held(fact: Facts, _now: datetime) -> Iterator[Item]:
    since = fact.held_by
    if since is None or any(event.kind == FALL for event in fact.events):
        return
    yield _line(fact, "held", f"held:{since.isoformat()}", partial(sentences.held_words, since), since)


def _pain(fact: Facts, now: datetime) -> Iterator[Item]:
    means = fact.lately.pain
    if means is None or means[1] - means[0] < PAIN_RISE or any(e.kind == "pain_up" for e in fact.events):
        return
    say = partial(sentences.pain_words, *means)
    yield _line(fact, "pain_up", f"pain:{_week(now)}", say, fact.last_trained)


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
        say = partial(sentences.away_words, fact.last_trained, days)
        yield _line(fact, "away", f"away:{since.isoformat()}:{days // 7}", say, since)
        return
    trained = fact.lately.days
    if now - begun >= SETTLING and trained < OVERDUE_SHARE * fact.planned:
        say = partial(sentences.overdue_words, trained, fact.planned)
        yield _line(fact, "overdue", f"overdue:{_week(now)}", say, fact.last_trained)


def _programme(fact: Facts, now: datetime) -> Iterator[Item]:
    rx = fact.rx
    if rx is None:
        if fact.station and not fact.station.revoked and now - fact.patient.created > ENROLLING:
            say = sentences.no_programme_words
            yield _line(fact, "no_programme", "no programme", say, fact.patient.created)
        return
    if rx.state == State.REJECTED:
        told = partial(sentences.rejected_words, rx.version, rx.reason)
        yield _line(fact, "rejected", f"rx:{rx.pk}:{rx.state}", told, rx.answered)
    elif not rx.settled and now - rx.created > UNANSWERED_AFTER:
        waits = partial(sentences.unanswered_words, rx.version, (now - rx.created).days)
        yield _line(fact, "unanswered", f"rx:{rx.pk}:{rx.state}", waits, rx.created)
    yield from _expiring(fact, now)


def _expiring(fact: Facts, now: datetime) -> Iterator[Item]:
    if fact.in_force is None or (fact.rx is not None and not fact.rx.settled):
        return
    expires = told_time(fact.in_force.expires)
    if expires is None or expires - now > EXPIRES_WITHIN:
        return
    say = partial(sentences.expiring_words, expires, now)
    yield _line(fact, "expiring", f"rx:{fact.in_force.pk}:ends", say, expires)


def _station(fact: Facts, now: datetime) -> Iterator[Item]:
    if fact.station is None or fact.shared:
        return
    yield from station_items(fact.station, now=now, patient=fact.patient, sim=fact.sim)
    if fact.cal == NOMINAL_ID:
        yield _line(fact, "nominal", f"nominal:{fact.station.sid}", sentences.nominal_words)
    until = told_time(fact.station.told_until)
    if until is not None and (until - now).days <= WARN_DAYS:
        say = partial(sentences.certificate_words, until)
        yield _line(fact, "certificate", f"certificate:{until}", say, until)


def station_items(
    station: Board | Station, *, now: datetime, patient: Person | None = None, sim: bool = False
) -> Iterator[Item]:
    """Return the lines of a station itself; one that several share has no patient."""
    # Nothing of one that is not in use any more; on a simulated board nobody's results are lost.
    in_use = station.revoked is None and station.retired is None and station.told_sim != "true"
    for kind, said in told_keeping(station.told_kinds, station.told_storage) if in_use else ():
        about = "at_risk" if kind in AT_RISK else "restored" if kind == RESTORED else ""
        if about:
            key = cause_of(kind, said, _week(now))
            yield Item(about, key, patient, station, partial(keeping_words, kind), None, sim)
    if not is_silent(station, now):
        return
    seen = station.last_seen
    if seen is None:
        never = sentences.never_heard_words
        yield Item("silent", "silent:never", patient, station, never, station.created, sim)
        return
    days = (now - seen).days
    cause = f"silent:{seen.isoformat()}:{days // 7}"
    yield Item("silent", cause, patient, station, partial(sentences.silent_words, days), seen, sim)


def is_silent(station: Board | Station, now: datetime) -> bool:
    """Return whether a station is offline, and has been for so long that somebody should ask."""
    if station.revoked is not None:
        return False
    return not station.online and now - (station.last_seen or station.created) > SILENT_AFTER


def _stale(fact: Facts, _now: datetime) -> Iterator[Item]:
    if not fact.calibrated_long_ago or fact.shared:
        return
    yield _line(fact, "stale", f"stale:{fact.cal}", partial(sentences.stale_words, fact.cal))


def _week(now: datetime) -> str:
    return f"{now:%G-%V}"


def told_time(text: str | None) -> datetime | None:
    """Return a time that somebody else wrote, in UTC; None for what is none."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_LOOKS: Final[Sequence[Callable[[Facts, datetime], Iterator[Item]]]] = (
    _events, _held, _pain, _training, _programme, _station, _stale,
)  # fmt: skip
