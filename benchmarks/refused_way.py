"""A whole way down and back: care side, recorder, broker, uplink, session; and what must not come through.

A module of its own, since Django wants to be set up before its models are imported.
"""

import html
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.test import Client, override_settings
from msgspec import to_builtins

from station.link.broker import Broker
from station.link.signature import sign_prescription
from station.linking import make_uplink
from station.training.prescription import Exercise, Prescription
from station.wiring import make_service
from ui.care import models
from ui.care.installation.folder import data_folder
from ui.care.models.programme import State
from ui.care.people.accounts import add_user
from ui.care.prescribing.programme import VALID_FOR, queue
from ui.care.recording.recorder import Recorder
from ui.care.trust.enrolment import enrol
from ui.care.trust.signing import announce, rotate
from ui.care.words.station import station_words

TURNS: Final = 5_000
STRANGER: Final = bytes(range(32))
STANDING: Final = (Exercise(routine="supported-standing", rung=2),)
IN_FORCE: Final = 5


class Row(NamedTuple):
    """What was sent, the station's sentence as the care side keeps it, and whether its pages show it."""

    sent: str
    the_station_says: str
    on_the_page: bool
    version_in_force: int


class _Case(NamedTuple):
    sent: str
    rx: Prescription
    signed: bytes


class _Way:
    """Everything between a therapist and a station, turned in one loop."""

    def __init__(self, folder: Path, port: int, stack: ExitStack) -> None:
        self.station = enrol("home-1", "Anna Muster")
        assert self.station.patient
        self.subj = self.station.patient.pseudonym
        config = folder / "station.toml"
        config.write_text(
            f'[station]\nid = "home-1"\nsubj = "{self.subj}"\nstate = "{folder}/state"\n'
            f'[care]\nport = {port}\nkeys = ["{b64encode(data_folder().public_key()).decode()}"]\n'
        )
        self.log: list[str] = []
        self._service = make_service(str(config), log=self.log.append)
        stack.callback(self._service.close)
        times = iter(range(0, 10**9, 10))  # whatever waits for its time is due
        self._recorder = Recorder(
            Broker("127.0.0.1", port), group="refused", monotonic_s=lambda: next(times), pause=_no_pause
        )
        stack.callback(self._recorder.close)
        self._uplink, broker = make_uplink(str(config), log=self.log.append)
        self._service.begin()
        self._uplink.begin(broker)
        stack.callback(self._uplink.close)

    def until(self, done: Callable[[], bool]) -> None:
        """Turn everything until something is so."""
        for _ in range(TURNS):
            if done():
                return
            self._recorder.turn(0.002)
            self._uplink.turn(0.002)
            self._service.turn(0.002)
        raise AssertionError(f"it never came so: {self.log}")

    def rx(self, version: int, **changes: Any) -> Prescription:
        """Return a programme that this station would take, but for the changes."""
        now = datetime.now(UTC)
        fields = {
            "version": version, "station": "home-1", "subj": self.subj, "exercises": STANDING,
            "issued": _rfc3339(now), "expires": _rfc3339(now + VALID_FOR), **changes,
        }  # fmt: skip
        return Prescription(**fields)

    def send(self, rx: Prescription, signed: bytes) -> models.Prescription:
        """Have the recorder publish this for the station, as what is kept there says or not."""
        row, is_new = models.Prescription.objects.get_or_create(
            station=self.station,
            version=rx.version,
            defaults={"document": to_builtins(rx), "signed": signed},
        )
        if not is_new:  # somebody plays it again
            models.Prescription.objects.filter(pk=row.pk).update(state=State.QUEUED)
        return row

    def is_in_state(self, version: int, state: State) -> bool:
        """Return whether a version has come so far."""
        return models.Prescription.objects.get(version=version).state == state


def send_all(folder: Path, port: int) -> list[Row]:
    """Bring version 5 into force, then send what must be refused; return what came of each."""
    with ExitStack() as stack:
        stack.enter_context(override_settings(ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "testserver"]))
        way = _Way(folder, port, stack)
        first = way.rx(1)
        for rx in (first, way.rx(IN_FORCE, note="One hand from today.")):
            queue(way.station, rx, who=None)
            way.until(partial(way.is_in_state, rx.version, State.APPLIED))
        client = Client()
        client.force_login(
            add_user("therapist", role="therapist", password=token_urlsafe(), all_patients=True)
        )
        rows = [_refused(way, client, case) for case in _cases(way, first)]
        rows.append(_refused(way, client, _after_a_rotation(way)))
        queue(models.Station.objects.get(), way.rx(20, note="Under the new key."), who=None)
        way.until(partial(way.is_in_state, 20, State.APPLIED))
        return rows


def _cases(way: _Way, first: Prescription) -> Iterator[_Case]:
    seed = data_folder().signing_key()
    past = datetime.now(UTC) - timedelta(days=1)

    def signed(sent: str, rx: Prescription, key: bytes = seed) -> _Case:
        return _Case(sent, rx, sign_prescription(rx, key))

    beyond = (Exercise(routine="supported-standing", rung=2, hold_s=90),)
    unknown = (Exercise(routine="juggling", rung=1),)
    good = way.rx(12)
    yield signed("one sent before, played again", first)
    yield signed("an older version, never sent before", way.rx(3))
    yield signed("one for another station", way.rx(6, station="home-2"))
    yield signed("one for another patient", way.rx(7, subj="p-0123456789"))
    yield signed("one beyond the device's limits", way.rx(8, exercises=beyond))
    yield signed("one with a routine that is unknown there", way.rx(9, exercises=unknown))
    yield signed(
        "one that has expired", way.rx(10, issued=_rfc3339(past - VALID_FOR), expires=_rfc3339(past))
    )
    yield signed("one signed by a stranger", way.rx(11), STRANGER)
    harder = sign_prescription(good, seed).replace(b'"rung":2', b'"rung":3')
    yield _Case("one changed after it was signed", good, harder)


def _after_a_rotation(way: _Way) -> _Case:
    """Replace the key that signs, and return what is signed with the one before after its time."""
    folder = data_folder()
    before = folder.signing_key()
    long_ago = datetime.now(UTC) - timedelta(days=90)
    ring = rotate(folder, now=long_ago)
    announce(folder)
    way.until(lambda: models.Station.objects.get().keys == ring.ids()[:1])
    rx = way.rx(13)
    return _Case("one signed with a key replaced since", rx, sign_prescription(rx, before))


def _refused(way: _Way, client: Client, case: _Case) -> Row:
    row = way.send(case.rx, case.signed)
    way.until(partial(way.is_in_state, case.rx.version, State.REJECTED))
    row.refresh_from_db()
    pages = (f"/patients/{way.subj}/", f"/prescriptions/{row.pk}/state/")
    shown = all(station_words(row.reason) in _text(client, page) for page in pages)
    in_force = models.Prescription.objects.filter(state=State.APPLIED).latest("version").version
    return Row(case.sent, row.reason.replace(way.subj, "p-…"), shown, in_force)


def _text(client: Client, page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(client.get(page).content.decode()))


def _no_pause(_seconds: float) -> None:
    pass


def _rfc3339(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
