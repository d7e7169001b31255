"""The keys that sign programmes: a new one, who holds which, and the old one's end."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from station.errors import ConfigError
from station.link.papers import MOST_KEYS, Keyring, SigningKey
from station.link.signature import key_id, sign_keyring, sign_prescription
from station.link.whole_file import PRIVATE, write_whole
from station.training.prescription import Prescription as Programme
from station.training.prescription import parse_time
from ui.care.installation.folder import DataFolder, Ring, data_folder
from ui.care.models import Prescription, Station
from ui.care.models.programme import State
from ui.care.trust.outgoing import keep

OVERLAP_DAYS: Final = 60


def key_for(station: Station, folder: DataFolder | None = None) -> bytes:
    """Return the private key to sign with for this station: the newest of those it holds.

    A station that has never said what it holds was enrolled with the oldest. Raises StoreError.
    """
    folder = folder or data_folder()
    return folder.signing_key(_held(station.keys, folder.ring()) or folder.ring().ids()[-1])


def _held(holds: Sequence[str], ring: Ring) -> str | None:
    return next((id_ for id_ in ring.ids() if id_ in holds), None)


def rotate(folder: DataFolder, *, now: datetime, overlap_days: int = OVERLAP_DAYS) -> Ring:
    """Make a new key; those before it are good for new programmes for `overlap_days` more.

    Raises StationError, and nothing has changed.
    """
    with _alone(folder):
        return _rotate(folder, now, overlap_days)


def _rotate(folder: DataFolder, now: datetime, overlap_days: int) -> Ring:
    ring = folder.ring()
    end = _rfc3339(now + timedelta(days=overlap_days))
    before = [key if key.until else SigningKey(public=key.public, until=end) for key in ring.keys]
    if len(before) >= MOST_KEYS:
        raise ConfigError(
            f"there are {len(before)} keys; retire old ones first: balance-care signing-key retire"
        )
    return _with_new_key(folder, ring, before)


def replace_lost(folder: DataFolder) -> Ring:
    """Make a new key and let no other sign any more: every station is to be enrolled again, by a file.

    Nothing is announced: whoever has the old key could announce as well. Raises StationError.
    """
    with _alone(folder):
        ring = folder.ring()
        new = _with_new_key(folder, ring, [])
        _destroy(folder, ring.ids())
    return new


@contextmanager
def _alone(folder: DataFolder) -> Iterator[None]:
    """Keep others from replacing keys: of two people who do it at once, the second follows the first."""
    folder.create()
    with (folder.path / ".signing-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _with_new_key(folder: DataFolder, ring: Ring, before: Sequence[SigningKey]) -> Ring:
    seed = Ed25519PrivateKey.generate()
    public = seed.public_key().public_bytes_raw()
    folder.signing_keys.mkdir(mode=0o700, exist_ok=True)
    for id_ in ring.ids():
        if not (folder.signing_keys / id_).exists():
            write_whole(folder.signing_keys / id_, folder.signing_key(id_), mode=PRIVATE)
    write_whole(folder.signing_keys / key_id(public), seed.private_bytes_raw(), mode=PRIVATE)
    new = Ring(version=ring.version + 1, keys=(SigningKey(public=public), *before))
    folder.write_ring(new)
    return new


def retire(folder: DataFolder, *, now: datetime, anyway: bool) -> Ring:
    """Take the keys whose time has come out of the ring, and destroy them.

    Raises ConfigError naming the stations that hold nothing newer, unless it is done `anyway`.
    """
    ring = folder.ring()
    stay = [key for key in ring.keys if key.until is None or parse_time(key.until, where="until") > now]
    over = [key_id(key.public) for key in ring.keys if key not in stay]
    if not over:
        ends = ", ".join(f"{key_id(key.public)} on {key.until[:10]}" for key in ring.keys if key.until)
        raise ConfigError(f"no key is to be retired yet ({ends or 'there is one only'})")
    left = Ring(version=ring.version + 1, keys=tuple(stay))
    behind = [station.sid for station in active() if _held(station.keys, left) is None]
    if behind and not anyway:
        raise ConfigError(
            f"{', '.join(behind)}: nothing newer has reached them; wait until they are online, or add "
            "--anyway and enrol them again"
        )
    with _alone(folder):
        if folder.ring() != ring:
            raise ConfigError("the keys were changed meanwhile; look at them: balance-care signing-key")
        folder.write_ring(left)
        _destroy(folder, over)
    return left


def _destroy(folder: DataFolder, ids: Sequence[str]) -> None:
    for id_ in ids:
        for file in (folder.signing_keys / id_, folder.first_seed_file(id_)):
            if file is not None:
                file.unlink(missing_ok=True)
    if folder.signing_keys.exists():
        descriptor = os.open(folder.signing_keys, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)


def active() -> list[Station]:
    """Return the stations that are part of this care side: enrolled, and not revoked."""
    stations = Station.objects.filter(revoked=None).exclude(patient=None, birth__isnull=True)
    return list(stations.order_by("sid"))


@transaction.atomic
def announce(folder: DataFolder) -> list[str]:
    """Have every station told of the keys it does not hold yet; return those that could not be told.

    What a station is told is signed with a key that it holds.
    """
    ring, cannot = folder.ring(), []
    for station in active() if ring.version else ():
        if station.keys_version >= ring.version:
            continue
        held = _held(station.keys, ring) if station.keys else ring.ids()[-1]
        if held is None:
            cannot.append(station.sid)
            continue
        keyring = Keyring(version=ring.version, station=station.sid, keys=ring.keys)
        document = sign_keyring(keyring, folder.signing_key(held))
        there = station.retained.filter(kind="keys").first()
        if there is None or bytes(there.payload) != document:  # Ed25519 signs the same alike
            keep(station, "keys", document)
    return cannot


@transaction.atomic
def sign_again(folder: DataFolder) -> list[str]:
    """Sign the newest programmes anew for stations that hold a newer key than they are signed with.

    What they say stays the same; return the stations.
    """
    done = []
    for station in active():
        held = _held(station.keys, folder.ring())
        if held is None:
            continue
        seed, people = folder.signing_key(held), set()
        for rx in station.prescriptions.exclude(state=State.REPLACED).order_by("-version"):
            if (subj := rx.document["subj"]) in people:
                continue
            people.add(subj)
            signed = sign_prescription(msgspec.convert(rx.document, Programme), seed)
            if bytes(rx.signed) != signed and _is_for_its_key(rx):
                _publish_again(rx, signed)
                done.append(station.sid)
    return sorted(set(done))


def enrolled_keys(ring: Ring) -> tuple[tuple[bytes, ...], int]:
    """Return keys and version for a bundle; with older keys in it, the keyring that ends them follows."""
    keys = tuple(key.public for key in ring.keys)
    return keys, ring.version if len(keys) == 1 else ring.version - 1


def _is_for_its_key(rx: Prescription) -> bool:
    """Return whether the station may still take it: what it rejected for what it says, it rejects again."""
    return rx.state != State.REJECTED or "signed with key" in rx.reason


def _publish_again(rx: Prescription, signed: bytes) -> None:
    rx.signed, rx.signed_again = signed, True
    if rx.state == State.REJECTED:
        rx.state, rx.reason, rx.answered = State.QUEUED, "", None
    rx.save(update_fields=["signed", "signed_again", "state", "reason", "answered"])


def _rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
