"""A site with its own authority, and the brokers of firmware_config as that site runs them, on loopback."""

import getpass
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any, Final, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from station.link.identity import certificate_pem, key_pem, new_key
from station.link.tls import Credentials
from tests.conftest import Mosquitto
from ui.care.trust.authority import Authority

WAIT_S: Final = 10.0


class Site:
    """An authority and the files it gave in one folder: elsewhere they stand in /etc/mosquitto/balance."""

    def __init__(self, folder: Path, *, hosts: Sequence[str] = ("127.0.0.1",)) -> None:
        self.folder = folder
        self.care = folder / "authority"
        self.give("broker", hosts=hosts)

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Return a site whose files are already in this folder."""
        site = cls.__new__(cls)
        site.folder = folder
        return site

    @property
    def authority(self) -> Authority:
        return Authority(self.care)

    def give(self, name: str, *, hosts: Sequence[str] = (), days_ago: int = 0) -> Credentials:
        """Certify somebody, as it was done so many days ago."""
        authority = Authority(self.care, now=datetime.now(UTC) - timedelta(days=days_ago))
        key = new_key()
        files = Credentials(*(str(self.folder / file) for file in ("ca.pem", f"{name}.pem", f"{name}.key")))
        Path(files.ca).write_bytes(certificate_pem(authority.certificate))
        Path(files.certificate).write_bytes(
            certificate_pem(authority.certify(name, key.public_key(), hosts=hosts))
        )
        Path(files.key).write_bytes(key_pem(key))
        Path(files.key).chmod(0o600)
        self.publish_crl()
        return files

    def publish_crl(self) -> None:
        (self.folder / "crl.pem").write_bytes(self.authority.crl_file.read_bytes())

    def broker(self, name: str, *, acl: str = "", hospital: int = 0) -> Mosquitto:
        """Return the broker of `name`.conf, with these lines added to its list of rights; not started yet."""
        files = resources.files("firmware_config") / "mosquitto"
        shipped = files / f"{name}.acl"
        rights = shipped.read_text(encoding="utf-8") if shipped.is_file() else ""
        (self.folder / f"{name}.acl").write_text(f"{rights}\n{acl}", encoding="utf-8")
        (self.folder / f"{name}.acl").chmod(0o600)
        kept = self.folder / f"kept-by-{name}"
        kept.mkdir()
        text = (files / f"{name}.conf").read_text(encoding="utf-8")

        def configuration(port: int) -> str:
            changes = {
                "listener 8883": f"listener {port} 127.0.0.1",
                "listener 1883 127.0.0.1": f"listener {port} 127.0.0.1",
                "care.example.org:8883": f"127.0.0.1:{hospital}",
                "/etc/mosquitto/balance": str(self.folder),
                "/var/lib/mosquitto/": f"{kept}/",
            }
            changed = text
            for ours, theirs in changes.items():
                changed = changed.replace(ours, theirs)
            return f"{changed}\nlog_type information\nuser {getpass.getuser()}\n"

        return Mosquitto(kept, configuration)


class Peer:
    """A client with or without a certificate or TLS; it moves on only while something is awaited."""

    def __init__(
        self, port: int, files: Credentials | None, *, calls_itself: str = "", will: str = ""
    ) -> None:
        self.heard: deque[tuple[str, bytes]] = deque()
        self._said: deque[tuple[str, Any]] = deque()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=calls_itself, protocol=mqtt.MQTTv5)
        if files is not None:
            context = ssl.create_default_context(cafile=files.ca)
            if files.key:
                context.load_cert_chain(files.certificate, files.key)
            self._client.tls_set_context(context)
        self._client.on_message = lambda _c, _d, it: self.heard.append((it.topic, bytes(it.payload)))
        self._client.on_connect = lambda _c, _d, _f, reason, _p: self._said.append(("connected", reason))
        self._client.on_disconnect = lambda _c, _d, _f, reason, _p: self._said.append(("away", reason))
        self._client.on_subscribe = lambda *_: self._said.append(("subscribed", None))
        self._client.on_publish = lambda _c, _d, mid, reason, _p: self._said.append(
            ("published", (mid, reason))
        )
        if will:
            self._client.will_set(will, b"will", qos=1)
        self._client.connect("127.0.0.1", port)
        said, self.answer = self._next(self._said)
        self.is_in = said == "connected" and not self.answer.is_failure
        if not self.is_in:
            self._until_closed()

    def subscribe(self, *filters: str) -> None:
        for each in filters:
            self._client.subscribe(each, qos=1)
            self._await("subscribed")

    def publish(self, topic: str, payload: bytes = b"x", *, retain: bool = False) -> bool:
        """Return whether the broker let it."""
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        mid, reason = self._await("published")
        assert mid == info.mid
        return not reason.is_failure

    def heard_until(self, last: Callable[[str, bytes], bool]) -> list[tuple[str, bytes]]:
        """Return everything heard up to, and without, the message that `last` knows."""
        heard = []
        while not last(*(message := self._next(self.heard))):
            heard.append(message)
        return heard

    def fall_silent(self) -> None:
        """Be gone as after a power cut."""
        socket = self._client.socket()
        assert isinstance(socket, ssl.SSLSocket)
        socket.shutdown(SHUT_RDWR)
        self._until_closed()

    def close(self) -> None:
        """Say goodbye, where there still is a connection."""
        self._client.disconnect()
        self._until_closed()

    def _until_closed(self) -> None:
        while self._client.loop(0.01) == mqtt.MQTT_ERR_SUCCESS:
            pass
        self._client._reset_sockets()  # its own pair, which it forgets in a reference cycle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _await(self, what: str) -> Any:
        said, value = self._next(self._said)
        assert said == what, (said, value)
        return value

    def _next(self, queue: "deque[Any]") -> Any:
        end_s = time.monotonic() + WAIT_S
        while not queue:
            assert time.monotonic() < end_s, "the broker says nothing"
            if self._client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS and not queue:
                # Ended so soon that the client's first write failed, of which it tells nobody.
                assert queue is self._said, "the connection has ended"
                queue.append(("away", None))
        return queue.popleft()
