"""Enrolment as a step of the setup: the care team's bundle, looked at before anything is asked of it."""

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import Final

import msgspec

from station.config import ENROLMENT
from station.errors import ConfigError
from station.link.enrolment import Bundle, parse_bundle
from station.link.identity import fingerprint, identity_of, parse_certificate, read_certificate
from station.link.scan import BEGIN as CODE
from station.link.scan import Scan
from station.setup.answers import Answers
from station.setup.boot_steps import restarted
from station.setup.change import Change, Command, Move
from station.setup.place import Place
from station.setup.step import Finding, Step

ASIDE: Final = "enrolment.before-undo"
AGAIN: Final = "sudo balance-station setup --undo enrolment"


def check_bundle(path: str) -> None:
    """Raise ConfigError with one sentence unless there is a bundle, or the codes of one."""
    _read(path)


def is_enrolled(place: Place) -> bool:
    """Return whether there is an enrolment, whatever is to be said of it."""
    return (place.state() / "enrolment" / ENROLMENT).exists()


def _look(place: Place, answers: Answers) -> Finding:
    if is_enrolled(place):
        return _enrolled(place, answers)
    if not place.live:
        return Finding("by hand", "an image must hold no key: enrol on the Pi")
    if not answers.bundle:
        ask = "sudo -u balance balance-station enrol --out /tmp/station.request.pem makes the request"
        text = f"not enrolled: it trains, and keeps its results. {ask}; give setup the answer"
        return Finding("by hand", text)
    text, _ = _read(answers.bundle)
    command = Command(place.as_station("enrol", "-", "--typed-from", f"bundle {answers.bundle}"), typed=text)
    return Finding("todo", f"enrol with {answers.bundle}", (command, *restarted(place)))


def _read(path: str) -> tuple[str, Bundle | None]:
    """Return what is given to `enrol -`, and the bundle, None of codes that `enrol` has yet to put together.

    Raises ConfigError for a file that is neither, or cannot be read.
    """
    where = f"bundle {path}"
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"{where}: cannot be read ({error.strerror})") from None
    if content.lstrip().upper().startswith(CODE.encode()):
        return content.decode("ascii", errors="replace"), None
    return content.decode("utf-8", errors="replace"), parse_bundle(content, where=where)


def _enrolled(place: Place, answers: Answers) -> Finding:
    """Return at which authority, whose number is compared by telephone; a name changed since is said."""
    try:
        care = msgspec.json.decode((place.state() / "enrolment" / ENROLMENT).read_bytes())["care"]
        name = identity_of(read_certificate(Path(care["certificate"]))).name
        number = fingerprint(read_certificate(Path(care["ca"])))
    except (OSError, msgspec.DecodeError, KeyError, TypeError, ConfigError):
        return Finding("done", "enrolled at the care team")  # the uplink's status says what is wrong with it
    if answers.bundle and (why := _not_of(answers.bundle, name, number)):
        text = f"{why}; it was not used, the enrolment there stays. To take it: {AGAIN}, then setup again"
        return Finding("blocked", text)
    if place.unnamed:
        text = f"its certificate is for station {name}, and this one has no name yet (step wiring)"
        return Finding("by hand", text)
    here = place.config().station.id
    if name != here:
        text = f"its certificate is for station {name}, and this one is {here}: {AGAIN}, then enrol again"
        return Finding("by hand", text)
    return Finding("done", f"enrolled at the care team, authority {number}")


def _not_of(path: str, name: str, number: str) -> str:
    """Return why a file is not the bundle of this enrolment; "" where it is, as when setup is run again."""
    try:
        text, bundle = _read(path)
        if bundle is None:
            scan = Scan()
            for line in text.splitlines():
                if line.strip():
                    scan.take(line)
            bundle = scan.bundle()
        authority = fingerprint(parse_certificate(bundle.ca.encode(), where=f"bundle {path}"))
    except ConfigError as error:
        return str(error)
    if bundle.station != name:
        return f"bundle {path} is for station {bundle.station}, and this one is enrolled as {name}"
    return "" if authority == number else f"bundle {path} is of another authority, {authority}"


def _undo(place: Place, _answers: Answers) -> Sequence[Change]:
    folder = place.state() / "enrolment"
    if not folder.exists():
        return ()
    names = chain((ASIDE,), (f"{ASIDE}-{number}" for number in count(2)))
    aside = next(path for name in names if not (path := folder.with_name(name)).exists())
    return (Move(folder, aside), *restarted(place))


ENROLMENT_STEP: Final = Step("enrolment", "Enrolment", _look, _undo)
