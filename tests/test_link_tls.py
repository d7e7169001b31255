"""What goes wrong with TLS is said in one sentence with its mend; no key that others can read is used."""

import re
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.errors import ConfigError
from station.link.broker import Broker
from station.link.identity import new_key
from station.link.loopback import is_loopback
from station.link.tls import Credentials, Tls, explain
from station.link.uplink import Uplink
from station.linking import make_uplink
from station.session.store import Store
from station.training.prescription import Limits
from tests.certified import Site
from tests.conftest import Mosquitto
from tests.test_link_uplink import HEADER
from ui.care.installation.broker import broker as recorder_broker
from ui.care.trust.authority import Authority

NOW = datetime.now(UTC)
PEER = "care.example.org:8883"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return Site(folder, hosts=("care.example.org", "127.0.0.1"))


def handshake(client: Tls, server: Credentials, *, host: str = "care.example.org") -> str | None:
    """Return why a handshake in memory fails, None when it is made."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate, server.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.context.wrap_bio(to_client, to_server, server_hostname=host),
        context.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                return explain(error, peer=PEER, whose="this station's", now=NOW)
    return None


def test_the_broker_of_the_care_team_is_believed(site: Site) -> None:
    station = Tls(site.give("home-1"), whose="this station's")
    assert station.identity.name == "home-1"
    assert station.context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert handshake(station, site.give("broker", hosts=["care.example.org"])) is None


@pytest.mark.parametrize(
    ("days_ago", "host", "said"),
    [
        (400, "care.example.org", "has ended (the clock here says "),
        (-400, "care.example.org", "is not valid yet, and the clock here says "),
        (0, "other.example.org", "is for another host"),
        (0, "192.0.2.1", "is for another host"),
    ],
)
def test_a_broker_that_is_not_to_be_believed_is_named(
    site: Site, days_ago: int, host: str, said: str
) -> None:
    server = site.give("broker", hosts=["care.example.org"], days_ago=days_ago)
    why = handshake(Tls(site.give("home-1"), whose="this station's"), server, host=host)
    assert why is not None
    assert why.startswith(f"the certificate of the broker at {PEER} {said}")
    assert "\n" not in why


def test_a_broker_of_another_care_team_is_a_stranger(site: Site, tmp_path: Path) -> None:
    stranger = Site(tmp_path).give("broker", hosts=["care.example.org"])
    why = handshake(Tls(site.give("home-1"), whose="this station's"), stranger)
    assert why is not None
    assert "is of an unknown authority" in why
    assert "nothing was sent" in why


@pytest.mark.parametrize(
    ("days", "said"),
    [(366, "ended on "), (-20_000, "the clock has not been set yet; it is tried again")],
)
def test_an_own_certificate_that_does_not_hold_now_is_named(site: Site, days: int, said: str) -> None:
    station = Tls(site.give("home-1"), whose="this station's", now=lambda: NOW + timedelta(days=days))
    why = station.why(PEER)
    assert why is not None
    assert why.startswith("this station's certificate ")
    assert said in why


def test_a_peer_that_falls_silent_is_given_up_by_the_kernel_and_named(site: Site) -> None:
    tls = Tls(site.give("home-1"), whose="this station's")
    near, far = socket.create_server(("127.0.0.1", 0)), socket.socket()
    with near, far:
        far.connect(near.getsockname())
        far.settimeout(0)
        with tls.context.wrap_socket(far, server_hostname="x", do_handshake_on_connect=False) as held:
            with pytest.raises(ssl.SSLWantReadError):
                held.do_handshake()
            assert held.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert 0 < held.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 15_000
    why = explain(TimeoutError("x"), peer=PEER, whose="this station's", now=NOW)
    assert why == f"the broker at {PEER} does not answer: the network between is down, or its machine is"


def test_a_certificate_is_to_be_renewed_in_its_last_month(site: Site) -> None:
    files = site.give("home-1")
    said = [
        Tls(files, whose="this station's", now=lambda days=days: NOW + timedelta(days=days)).reminder()  # type: ignore[misc]
        for days in (300, 340)
    ]
    assert said[0] is None
    assert said[1] is not None
    assert re.fullmatch(r"this station's certificate ends in 2[45] days: renew it .*", said[1])


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused_with_its_mend(site: Site, mode: int) -> None:
    files = site.give("home-1")
    Path(files.key).chmod(mode)
    with pytest.raises(ConfigError, match=rf"others can read it \(mode {mode:o}\); run: chmod 600 "):
        Tls(files, whose="this station's")


def test_a_bare_name_is_one_of_systemds_credentials_where_there_is_one(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = site.give("home-1")
    given = tmp_path / "credentials"
    given.mkdir()
    (given / "station.key").write_bytes(Path(files.key).read_bytes())
    (given / "station.key").chmod(0o440)  # as systemd's access list makes it look
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert Tls(files._replace(key="station.key"), whose="this station's").identity.name == "home-1"
    assert Credentials("ca.pem", "x.pem", "other.key").found().key == "other.key"


def test_uplink_and_recorder_take_their_keys_from_systemds_credentials(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "credentials"
    given.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    for name in ("home-1", "recorder-1"):
        for what, file in site.give(name)._asdict().items():
            (given / f"{name}.{what}").write_bytes(Path(file).read_bytes())
            (given / f"{name}.{what}").chmod(0o440)
    config = tmp_path / "station.toml"
    named = "\n".join(f'{what} = "home-1.{what}"' for what in Credentials._fields)
    config.write_text(f'[station]\nid = "home-1"\nstate = "{tmp_path}"\n[care]\n{named}\n')
    _, broker = make_uplink(str(config), log=print)
    for what, variable in (("ca", "CA"), ("certificate", "CERT"), ("key", "KEY")):
        monkeypatch.setenv(f"BALANCE_CARE_MQTT_{variable}", f"recorder-1.{what}")
    recorders = recorder_broker()
    assert [each.tls.identity.name for each in (broker, recorders) if each.tls] == ["home-1", "recorder-1"]
    (given / "home-1.key").unlink()
    with pytest.raises(ConfigError, match=r"key home-1\.key: it cannot be read"):
        make_uplink(str(config), log=print)


def test_the_authoritys_key_may_be_a_credential_of_one_unit_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path / "authority")
    given = tmp_path / "credentials"
    given.mkdir()
    (tmp_path / "authority" / "ca.key").rename(given / "ca.key")
    with pytest.raises(ConfigError, match=r"ca\.key: it cannot be read"):
        authority.certify("home-1", new_key().public_key())
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert Authority(tmp_path / "authority").certify("home-1", new_key().public_key())


@pytest.mark.parametrize("what", ["ca", "certificate", "key"])
@pytest.mark.parametrize("content", [None, b"", b"no PEM", b"\xff\x00"])
def test_a_file_that_is_missing_or_damaged_is_named(site: Site, what: str, content: bytes | None) -> None:
    files = site.give("home-1")
    file = Path(getattr(files, what))
    file.unlink()
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    with pytest.raises(ConfigError) as refused:
        Tls(files, whose="this station's")
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_key_of_another_certificate_is_named(site: Site) -> None:
    files = site.give("home-1")._replace(key=site.give("home-2").key)
    with pytest.raises(ConfigError, match="it is not the key of certificate"):
        Tls(files, whose="this station's")


def test_beyond_this_machine_there_is_nothing_without_tls() -> None:
    assert [is_loopback(host) for host in ("localhost", "127.0.0.9", "::1")] == [True] * 3
    for host in ("192.0.2.10", "care.example.org", "localhost.example.org", "0.0.0.0", "::"):  # noqa: S104
        with pytest.raises(ConfigError, match="beyond this machine and there is no TLS to it; enrol"):
            Broker.reached(host, 1883, Credentials(), whose="this station's", mend="enrol")


def test_a_station_with_the_certificate_of_another_does_not_start(site: Site, tmp_path: Path) -> None:
    files = site.give("home-1")
    config = tmp_path / "station.toml"
    named = "\n".join(f'{what} = "{file}"' for what, file in files._asdict().items())
    config.write_text(f'[station]\nid = "home-2"\nstate = "{tmp_path}"\n[care]\n{named}\n')
    with pytest.raises(
        ConfigError, match=r"it names 'home-1' and this station is 'home-2'; correct \[station\] id"
    ):
        make_uplink(str(config), log=print)


def said_by_uplink(folder: Path, broker: Broker, *, until: str = "") -> str:
    """Return the first thing an uplink says of this broker, or the first with these words.

    A broker that ends a connection at once may do so before its reason is read: then the next try tells it.
    """
    said: list[str] = []
    with Store(folder / "station.sqlite3") as store:
        uplink = Uplink(
            store,
            station="home-1",
            limits=Limits(),
            header=lambda: HEADER,
            socket=folder / "session.sock",
            log=said.append,
        )
        uplink.begin(broker)
        for _ in range(200):
            uplink.turn(0.05)
            if said and until in said[-1]:
                break
        uplink.close()
    return said[-1]


def test_an_uplink_that_is_revoked_says_so_and_keeps_its_results(site: Site, tmp_path: Path) -> None:
    files = site.give("home-1")
    site.authority.revoke("home-1")
    site.publish_crl()
    broker = site.broker("care")
    broker.start()
    refuses = "refuses this station's certificate"
    tls = Tls(files, whose="this station's")
    said = said_by_uplink(tmp_path, Broker("127.0.0.1", broker.port, tls), until=refuses)
    broker.kill()
    assert refuses in said
    assert said.endswith("results wait on this station")


def test_an_uplink_at_the_plain_port_says_so(site: Site, tmp_path: Path, broker: Mosquitto) -> None:
    tls = Tls(site.give("home-1"), whose="this station's")
    said = said_by_uplink(tmp_path, Broker("127.0.0.1", broker.port, tls))
    assert "the plain port" in said
    assert "TLS is usually on 8883" in said
