"""Certificates renewed over the link, and the signing key replaced: both sides, as they run."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from station.config import load_config
from station.link.desk import Desk
from station.link.enrolment import Enrolment
from station.link.identity import certificate_pem, key_pem, make_request, named, new_key
from station.link.messages import encode
from station.link.papers import NextCertificate, PaperReply
from station.link.renewal import TRY_AGAIN_S, TRY_S, Renewal
from station.link.tls import Tls
from station.linking import make_uplink
from station.session.server import Server
from station.session.store import Store
from station.trusted import keys_of
from tests.conftest import Mosquitto
from tests.test_link_enrolment import Home, Output, home, secure_broker  # noqa: F401 (fixtures)
from ui.care import models
from ui.care.__main__ import main as care_main
from ui.care.installation.broker import broker as recorder_broker
from ui.care.installation.folder import data_folder
from ui.care.models import Audit, Prescription, Retained, Station
from ui.care.prescribing.programme import complete, queue
from ui.care.recording.examples import ExampleStation
from ui.care.recording.intake import store
from ui.care.recording.recorder import Recorder
from ui.care.trust import authority as authority_module
from ui.care.trust import renewals
from ui.care.trust.authority import Authority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

State = models.Renewal.State


def enrolled(home: Home, monkeypatch: pytest.MonkeyPatch, *words: str, days: int = 20) -> None:  # noqa: F811
    """Enrol a station with a certificate of so many days."""
    with monkeypatch.context() as short:
        short.setattr(authority_module, "CERTIFICATE_DAYS", days)
        assert home.ask("--station", "home-1") == 0
        assert home.answer("home-1", *words) == 0
        assert home.take() == 0


def upkeep(capsys: Output) -> str:
    capsys.readouterr()
    assert care_main(["upkeep"]) == 0
    return capsys.readouterr().out


# -- without a broker --------------------------------------------------------------------------------------


@dataclass
class Side:
    """A station's desk without a broker: what it publishes goes to the care side's database at once."""

    home: Home
    now_s: float = 0.0
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        config = load_config(str(self.home.config))
        self.tls = Tls(Enrolment(self.folder).credentials(), whose="this station's")
        self.renewal = Renewal(
            Enrolment(self.folder), self.tls, renew_days=config.care.renew_days, now_s=lambda: self.now_s
        )
        self.desk = Desk(keys_of(config), self.renewal, log=self.log.append)
        self.example = ExampleStation("home-1", "p-1")
        self.said: list[tuple[str, msgspec.Struct]] = []

    @property
    def folder(self) -> Path:
        return self.home.folder / "state" / "enrolment"

    def publish(self, kind: str, body: msgspec.Struct) -> None:
        self.said.append((kind, body))
        store([self.example.message(body, kind)])

    def hears(self) -> bool:
        """Return whether the station connects anew after what the broker keeps for it."""
        kept = Retained.objects.get(kind="certificate")
        return self.desk.hear("certificate", bytes(kept.payload), self.publish)


@pytest.fixture
def side(home: Home, monkeypatch: pytest.MonkeyPatch) -> Side:  # noqa: F811
    enrolled(home, monkeypatch)
    return Side(home)


def test_a_station_asks_only_in_the_last_days_and_not_again_and_again(side: Side) -> None:
    assert side.renewal.request()
    assert side.renewal.request() is None
    side.now_s += 7 * 3600
    assert side.renewal.request()
    long_ago = Renewal(Enrolment(side.folder), side.tls, renew_days=10)
    assert long_ago.request() is None


def test_a_certificate_is_in_force_once_it_was_let_in(side: Side, capsys: Output) -> None:
    side.desk.connected(side.publish)
    assert "home-1: certificate given until " in upkeep(capsys)
    before = load_config(str(side.home.config)).care
    assert side.hears()
    assert load_config(str(side.home.config)).care == before
    assert Path(before.key).exists()
    side.desk.connected(side.publish)
    after = load_config(str(side.home.config)).care
    assert (after.certificate != before.certificate, after.keys) == (True, before.keys)
    assert not Path(before.key).exists()
    assert side.said[-1][1] == PaperReply(about="certificate", name=side.renewal.serial, state="applied")
    assert not side.hears(), "what is in use already is passed over"


def test_a_certificate_that_is_not_let_in_gives_way_to_the_one_before(side: Side, capsys: Output) -> None:
    serial = side.renewal.serial
    side.desk.connected(side.publish)
    upkeep(capsys)
    assert side.hears()
    assert not side.desk.turn(side.publish, connected=False)
    side.now_s += TRY_S
    assert side.desk.turn(side.publish, connected=False)
    assert side.renewal.serial == serial
    side.desk.connected(side.publish)
    said = [body for kind, body in side.said if kind == "reply/papers"]
    assert [body.state for body in said if isinstance(body, PaperReply)] == ["rejected"]
    assert not side.hears(), "one that failed is not tried at once again"
    side.now_s += TRY_AGAIN_S
    assert side.hears(), "but later: the broker may have been away"
    assert models.Renewal.objects.get().reason.startswith("the broker did not let it in")


def _others(side: Side) -> bytes:
    return certificate_pem(Authority(data_folder().authority).certify("home-1", new_key().public_key()))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _side: NextCertificate(certificate="nothing"), "it holds no certificate in PEM form"),
        (lambda side: NextCertificate(certificate=_others(side).decode()), "is for another key than that of"),
    ],
)
def test_what_is_no_answer_is_refused_and_changes_nothing(
    side: Side, answer: Callable[[Side], NextCertificate], reason: str
) -> None:
    side.renewal.request()
    before = sorted(file.name for file in side.folder.iterdir())
    assert not side.desk.hear("certificate", encode(answer(side)), side.publish)
    reply = side.said[-1][1]
    assert isinstance(reply, PaperReply)
    assert (reply.state, reason in reply.reason) == ("rejected", True), reply.reason
    assert sorted(file.name for file in side.folder.iterdir()) == before


def _asked_with(side: Side, **changed: Any) -> None:
    request = side.renewal.request()
    assert request
    side.publish("renewal", msgspec.structs.replace(request, **changed))


def _of_a_stranger(side: Side) -> None:
    csr = make_request("home-1", new_key()).decode()
    _asked_with(side, csr=csr)


def _for_another_name(side: Side) -> None:
    key = new_key()
    folder = side.folder / "request.key"
    folder.write_bytes(key_pem(key))
    csr = make_request("home-2", key)
    request = side.renewal.request()
    assert request
    side.publish("renewal", msgspec.structs.replace(request, csr=csr.decode(), sig=side.renewal._sign(csr)))


def _revoked(side: Side) -> None:
    _asked_with(side)
    Authority(data_folder().authority).revoke("home-1")


def _too_early(side: Side) -> None:
    _asked_with(side)


@pytest.mark.parametrize(
    ("ask", "reason", "renew_days"),
    [
        (_of_a_stranger, "the request is not signed by the certificate in use", "30"),
        (
            lambda side: _asked_with(side, serial="ab"),
            "was not given to this station by this care team",
            "30",
        ),
        (_for_another_name, "the request is of station 'home-2', not of 'home-1'", "30"),
        (_revoked, "the certificate in use was revoked", "30"),
        (_too_early, "it is renewed in the last 5 days", "5"),
    ],
)
def test_who_gets_no_certificate_by_asking(
    side: Side,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[Side], None],
    reason: str,
    renew_days: str,
) -> None:
    given = len(Authority(data_folder().authority).given("home-1"))
    ask(side)
    monkeypatch.setenv("BALANCE_CARE_RENEW_DAYS", renew_days)
    assert reason in upkeep(capsys)
    assert models.Renewal.objects.get().state == State.REFUSED
    assert len(Authority(data_folder().authority).given("home-1")) == given
    side.hears()
    assert any(reason in line for line in side.log)
    assert Audit.objects.filter(action="refused a renewal").count() == 1


@pytest.mark.parametrize(
    "make_key",
    [ed25519.Ed25519PrivateKey.generate, lambda: ec.generate_private_key(ec.SECP384R1())],
    ids=("Ed25519", "P-384"),
)
def test_a_request_with_a_key_of_another_kind_stops_nobody(
    side: Side, capsys: Output, make_key: Callable[[], Any]
) -> None:
    key = make_key()
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    csr = x509.CertificateSigningRequestBuilder().subject_name(named("home-1")).sign(key, algorithm)
    pem = csr.public_bytes(Encoding.PEM)
    _asked_with(side, csr=pem.decode(), sig=side.renewal._sign(pem))
    assert "home-1: refused: the request" in upkeep(capsys)
    side.hears()


@pytest.mark.parametrize("csr", ["", "no PEM", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"])
def test_a_request_that_is_none_is_kept_as_refused(side: Side, csr: str) -> None:
    _asked_with(side, csr=csr)
    assert not models.Renewal.objects.exists()
    assert models.Refused.objects.get().reason == "renewal: csr is no certificate request"


def test_a_second_key_on_the_same_certificate_waits_for_a_person(side: Side, capsys: Output) -> None:
    side.desk.connected(side.publish)
    upkeep(capsys)
    (side.folder / "request.key").unlink()
    copied = Side(side.home)
    copied.desk.connected(copied.publish)
    assert "is the station's card copied?" in upkeep(capsys)
    assert care_main(["renewals", "--refuse", "home-1"]) == 0
    assert "the care team refuses it" in bytes(Retained.objects.get(kind="certificate").payload).decode()
    assert care_main(["renewals", "--confirm", "home-1"]) == 1
    assert "no request of home-1 waits" in capsys.readouterr().err


def test_two_upkeeps_at_once_give_one_certificate(
    side: Side, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    side.desk.connected(side.publish)
    given = len(Authority(data_folder().authority).given("home-1"))
    checked = renewals._key_of

    def meanwhile(*words: Any) -> Any:
        monkeypatch.setattr(renewals, "_key_of", checked)
        assert "certificate given until" in upkeep(capsys)
        return checked(*words)

    monkeypatch.setattr(renewals, "_key_of", meanwhile)
    assert "answered by another upkeep" in upkeep(capsys)
    assert len(Authority(data_folder().authority).given("home-1")) == given + 1


def test_where_each_renewal_is_confirmed_a_person_decides(
    side: Side, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BALANCE_CARE_RENEW", "confirm")
    side.desk.connected(side.publish)
    assert "waits for: balance-care renewals --confirm home-1" in upkeep(capsys)
    assert care_main(["renewals", "--confirm", "home-1"]) == 0
    assert "certificate given until" in upkeep(capsys)


# -- the whole way -----------------------------------------------------------------------------------------


@dataclass
class Whole:
    """Station and care side over the real broker, each turned in one loop."""

    turn: Callable[[], None]
    log: list[str]

    def until(self, done: Callable[[], object]) -> None:
        for _ in range(3000):
            if done():
                return
            self.turn()
        pytest.fail(f"it never came so: {self.log}")


@pytest.fixture
def whole(
    home: Home,  # noqa: F811
    secure_broker: Mosquitto,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Whole]:
    enrolled(home, monkeypatch, "--broker", f"127.0.0.1:{secure_broker.port}")
    with ExitStack() as stack:
        log: list[str] = []
        uplink, broker = make_uplink(str(home.config), log=log.append)
        state = home.folder / "state"
        session = Server(state / "session.sock")
        stack.callback(session.close)
        times = iter(range(0, 10**9, 10))
        recorder = Recorder(
            recorder_broker(), group=data_folder().recorders_group(), monotonic_s=lambda: next(times)
        )
        stack.callback(secure_broker.kill)
        stack.callback(recorder.close)
        stack.enter_context(Store(state / "station.sqlite3"))
        stack.callback(uplink.close)
        subscribed: list[object] = []
        recorder._client.on_subscribe = lambda *_: subscribed.append(True)
        while not subscribed:  # a request that no recorder heard comes again only after an hour
            recorder.turn(0.005)
        uplink.begin(broker)

        def turn() -> None:
            recorder.turn(0.005)
            uplink.turn(0.005)

        yield Whole(turn, log)


def test_over_the_link_a_certificate_is_renewed_and_the_signing_key_replaced(
    whole: Whole,
    home: Home,  # noqa: F811
    capsys: Output,
) -> None:
    whole.until(lambda: models.Renewal.objects.filter(state=State.WAITING))
    station = Station.objects.get()
    assert station.keys == data_folder().ring().ids()
    document = msgspec.json.encode({"exercises": [{"routine": "supported-standing", "rung": 2}]})
    queue(station, complete(document, station, where="test"), who=None)
    before = load_config(str(home.config)).care
    assert care_main(["signing-key", "rotate"]) == 0
    assert "certificate given until" in upkeep(capsys)
    whole.until(lambda: models.Renewal.objects.filter(state=State.USED))
    assert load_config(str(home.config)).care.certificate != before.certificate
    ring = data_folder().ring()
    whole.until(lambda: Station.objects.get().keys == ring.ids())
    assert "its programme is signed with its newest key now" in upkeep(capsys)
    assert json.loads(bytes(Prescription.objects.get().signed))["key"] == ring.ids()[0]
    whole.until(lambda: not Retained.objects.filter(kind="certificate"))
    assert care_main(["signing-key", "retire"]) == 1
    assert "no key is to be retired yet" in capsys.readouterr().err
    assert care_main(["signing-key"]) == 0
    assert f"home-1\tholds {', '.join(ring.ids())}" in capsys.readouterr().out
    actions = set(Audit.objects.values_list("action", flat=True))
    assert {"certified", "enrolled a station", "renewed a certificate", "rotated the signing key"} <= actions
