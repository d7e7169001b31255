"""Whose signatures this station takes: the keys it was enrolled with, and what they have passed on since.

The file beside the enrolment holds every keyring as it was signed, each by a key that was trusted before it.
It is checked from the first one on at every look, so that a file written by hand makes nothing easier.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from station.errors import MessageError, PaperError, PrescriptionError, StoreError
from station.link.messages import SignedPrescription
from station.link.papers import Keyring, SignedKeyring, SigningKey, decode_keyring, decode_signed_keyring
from station.link.signature import fits, key_id, verify_prescription
from station.link.whole_file import PRIVATE, write_whole
from station.training.prescription import Prescription, parse_time

KEYRINGS: Final = "keyrings.json"  # in the folder of the enrolment
MAX_KEYRING_BYTES: Final = 8_000

Now = Callable[[], datetime]


class _File(msgspec.Struct):
    keyrings: list[SignedKeyring] = []


class Trust(NamedTuple):
    """Keys by their ids: those that may sign something new, and those that could before."""

    version: int
    keys: dict[str, SigningKey]  # in force, the newest first
    retired: dict[str, bytes]

    def in_force(self, now: datetime) -> tuple[str, ...]:
        """Return the ids of the keys that may sign now."""
        return tuple(id_ for id_, key in self.keys.items() if not _is_over(key, now))


class KeyKeeper:
    """Checks prescriptions against the keys trusted now, and takes keyrings. `now` is the wall time."""

    def __init__(
        self,
        enrolled: Sequence[bytes],
        folder: Path,
        *,
        station: str,
        version: int = 0,
        now: Now = lambda: datetime.now(UTC),
    ) -> None:
        """`version` is that of the keyring the enrolment was made of."""
        self._enrolled = tuple(SigningKey(public=key) for key in enrolled)
        self._version = version
        self._station = station
        self._file = folder / KEYRINGS
        self._now = now

    def verify(self, document: bytes, *, kept: bool = False) -> Prescription:
        """Return the prescription of a signed document.

        One that is `kept` on the station already may be signed with a key that was retired since. Raises
        PrescriptionError (signed by a stranger, with a retired key, changed after signing) or MessageError.
        """
        try:
            signed = msgspec.json.decode(document, type=SignedPrescription)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise PrescriptionError(f"it is not a signed prescription: {error}") from None
        trust = self.trust()
        known = trust.keys.get(signed.key)
        public = known.public if known else trust.retired.get(signed.key) if kept else None
        if public is None or (known and not kept and _is_over(known, self._now())):
            raise PrescriptionError(_unknown(signed.key, trust))
        return verify_prescription(document, {signed.key: public})

    def vouch(self, key: str, body: msgspec.Raw, sig: bytes) -> None:
        """Raise PaperError unless this body was signed with a key that may sign now."""
        self._vouch(key, body, sig, self.trust())

    def trust(self) -> Trust:
        """Return the keys as they are now; a keyring in the file that does not hold ends the row."""
        return self._along(self._read())

    def take(self, document: bytes) -> Keyring | None:
        """Keep a keyring from now on; None when it is the one that holds already.

        Raises PaperError with the reason, MessageError for what is no keyring, StoreError: then nothing has
        changed.
        """
        if len(document) > MAX_KEYRING_BYTES:
            raise PaperError(f"{len(document)} bytes are too large for a keyring")
        kept = self._read()
        trust = self._along(kept)
        signed = decode_signed_keyring(document)
        keyring = decode_keyring(signed.keyring)
        if kept and bytes(kept[-1].keyring) == bytes(signed.keyring) and trust.version == keyring.version:
            return None
        self._check(signed, keyring, trust)
        row = [*kept, signed]
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self._file.parent}: cannot be made ({error.strerror})") from error
        write_whole(self._file, msgspec.json.encode(_File(keyrings=row)), mode=PRIVATE)
        return keyring

    def _read(self) -> list[SignedKeyring]:
        """Return the keyrings of the file up to the first that does not hold."""
        try:
            row = msgspec.json.decode(self._file.read_bytes(), type=_File).keyrings
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return []
        held: list[SignedKeyring] = []
        trust = self._along([])
        for signed in row:
            try:
                keyring = decode_keyring(signed.keyring)
                self._check(signed, keyring, trust, kept=True)
            except (PaperError, MessageError):
                break
            held.append(signed)
            trust = _after(trust, keyring)
        return held

    def _along(self, row: Sequence[SignedKeyring]) -> Trust:
        trust = Trust(self._version, {key_id(key.public): key for key in self._enrolled}, {})
        for signed in row:
            trust = _after(trust, decode_keyring(signed.keyring))
        return trust

    def _vouch(self, key: str, body: msgspec.Raw, sig: bytes, trust: Trust, *, kept: bool = False) -> None:
        known = trust.keys.get(key)
        if known is None or (not kept and _is_over(known, self._now())):
            raise PaperError(_unknown(key, trust))
        try:
            whole = fits(body, sig, known.public)
        except PrescriptionError as error:
            raise PaperError(str(error)) from None
        if not whole:
            raise PaperError("its signature does not fit: it was changed after it was signed")

    def _check(self, signed: SignedKeyring, keyring: Keyring, trust: Trust, *, kept: bool = False) -> None:
        """Raise PaperError unless this keyring may follow on these keys."""
        self._vouch(signed.key, signed.keyring, signed.sig, trust, kept=kept)
        if keyring.station != self._station:
            raise PaperError(
                f"it is the keyring of station {keyring.station}, and this one is {self._station}"
            )
        if keyring.version <= trust.version:
            raise PaperError(
                f"version {keyring.version} is not newer than version {trust.version}, in force: "
                "it was sent before"
            )
        for key in keyring.keys:
            _end_of(key)
        if keyring.keys[0].until is not None:
            raise PaperError("its newest key has an end; a station must not be left without a key")


def _after(trust: Trust, keyring: Keyring) -> Trust:
    keys = {key_id(key.public): key for key in keyring.keys}
    before = {**trust.retired, **{id_: key.public for id_, key in trust.keys.items()}}
    return Trust(keyring.version, keys, {id_: key for id_, key in before.items() if id_ not in keys})


def _end_of(key: SigningKey) -> datetime | None:
    if key.until is None:
        return None
    try:
        return parse_time(key.until, where="until")
    except PrescriptionError as error:
        raise PaperError(str(error)) from None


def _is_over(key: SigningKey, now: datetime) -> bool:
    end = _end_of(key)
    return end is not None and now >= end


def _unknown(id_: str, trust: Trust) -> str:
    if id_ in trust.retired:
        return f"it is signed with key {id_}, which the care team has retired"
    if id_ in trust.keys:
        return f"it is signed with key {id_}, which was retired on {(trust.keys[id_].until or '')[:10]}"
    return f"it is signed with key {id_}, which this station was not enrolled with"
