"""Where keyrings, certificates and requests to update from the care team are dealt with, and answered."""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from station.errors import StationError
from station.link.asked import ToldUpdates
from station.link.keyring import KeyKeeper
from station.link.papers import PaperReply, decode_certificate, decode_keyring, decode_signed_keyring
from station.link.renewal import Renewal
from station.link.update_desk import KIND, UpdateDesk
from station.session.clock import WallClock

KINDS: Final = ("keys", "certificate", KIND)
LONGEST_REASON: Final = 400  # characters

Publish = Callable[[str, msgspec.Struct], None]


class Facts(NamedTuple):
    """What a station says of its papers when it comes up."""

    certificate_serial: str | None = None
    keys: tuple[str, ...] = ()
    keys_version: int = 0
    updates: ToldUpdates | None = None


class Desk:
    """Takes what is good, refuses the rest with its reason; nothing is taken in part."""

    def __init__(
        self,
        keeper: KeyKeeper,
        renewal: Renewal | None,
        *,
        log: Callable[[str], None],
        updates: UpdateDesk | None = None,
    ) -> None:
        """`renewal` is None where the certificate is not this station's own to replace."""
        self._updates = updates
        self._keeper = keeper
        self._renewal = renewal
        self._log = log
        self._wall = WallClock()
        self._late: list[PaperReply] = []  # for the next connection
        self._said = ""

    @property
    def renews(self) -> bool:
        """Whether the certificate is renewed from here, so that nobody need be reminded of it."""
        return self._renewal is not None

    def facts(self) -> Facts:
        """Return what to say at a birth."""
        trust = self._keeper.trust()
        serial = self._renewal.serial if self._renewal else None
        told = self._updates.told if self._updates else None
        return Facts(serial, trust.in_force(self._wall.now()), trust.version, told)

    def connected(self, publish: Publish) -> None:
        """Say what could not be said before, and put a certificate that was let in into force."""
        try:
            if self._renewal is not None and (reply := self._renewal.connected()) is not None:
                self._log("the new certificate of this station is in force")
                self._late.append(reply)
        except (StationError, OSError, ValueError, KeyError) as error:
            self._log(f"the new certificate cannot be put into force yet: {error}")
        for reply in self._late:
            publish("reply/papers", reply)
        self._late.clear()
        self._ask(publish, connected_anew=True)
        if self._updates is not None:
            self._updates.connected(publish)

    def turn(self, publish: Publish, *, connected: bool) -> bool:
        """Ask again when it is time; return whether to connect anew, with the certificate from before."""
        if connected:
            self._ask(publish)
            if self._updates is not None:
                self._updates.turn(publish)
            return False
        reply = self._renewal.give_up() if self._renewal is not None else None
        if reply is None:
            return False
        self._log(f"certificate: {reply.reason}")
        self._late.append(reply)
        return True

    def _ask(self, publish: Publish, *, connected_anew: bool = False) -> None:
        if self._renewal is None:
            return
        try:
            request = self._renewal.request(connected_anew=connected_anew)
        except StationError as error:
            self._say(f"the next certificate cannot be asked for: {error}")
            return
        if request is not None:
            days = self._renewal.days_left
            self._say(
                f"the certificate ends in {days} days: this station asks the care team for the next one"
            )
            publish("renewal", request)

    def hear(self, kind: str, payload: bytes, publish: Publish) -> bool:
        """Deal with what came on a topic of `KINDS`; return whether to connect anew."""
        if not payload:  # it only clears what the broker kept
            return False
        if kind == "keys":
            self._hear_keys(payload, publish)
            return False
        if kind == KIND:
            if self._updates is not None:
                self._updates.hear(payload, publish)
            return False
        return self._hear_certificate(payload, publish)

    def _hear_keys(self, payload: bytes, publish: Publish) -> None:
        try:
            keyring = self._keeper.take(payload)
        except StationError as error:
            self._refuse(
                PaperReply(about="keys", name=_version(payload), state="rejected", reason=str(error)), publish
            )
            return
        if keyring is not None:
            ids = ", ".join(self.facts().keys)
            self._log(f"the care team has passed on its keys: version {keyring.version}, {ids}")
            publish("reply/papers", PaperReply(about="keys", name=str(keyring.version), state="applied"))

    def _hear_certificate(self, payload: bytes, publish: Publish) -> bool:
        if self._renewal is None:
            self._say("a certificate came, and this station's own is not renewed over the link")
            return False
        try:
            answer = decode_certificate(payload)
            if answer.certificate is None:
                self._say(f"the care team gives no certificate: {answer.reason or 'it does not say why'}")
                return False
            return self._renewal.take(answer)
        except StationError as error:
            self._refuse(
                PaperReply(about="certificate", name="", state="rejected", reason=str(error)), publish
            )
            return False

    def _refuse(self, reply: PaperReply, publish: Publish) -> None:
        readable = "".join(c if c.isprintable() else "?" for c in reply.reason)[:LONGEST_REASON]
        self._say(f"{reply.about} refused: {readable}")
        publish("reply/papers", msgspec.structs.replace(reply, reason=readable))

    def _say(self, line: str) -> None:
        """Write a line to the log, once: what is retained comes with every connection."""
        if line != self._said:
            self._log(line)
        self._said = line


def _version(payload: bytes) -> str:
    """Return the version a keyring claims, "" when it claims none."""
    try:
        return str(decode_keyring(decode_signed_keyring(payload).keyring).version)
    except StationError:
        return ""
