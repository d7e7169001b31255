"""A release as it is signed: what file it is, for whom, and until when; and why one is refused. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from station.errors import PrescriptionError, UpdateError
from station.link.signature import fits, key_id
from station.training.prescription import parse_time

Package = bytes | Path  # a large one is not held in memory
Version = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){1,3}$")]


class Release(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One package for one Debian release and one machine.

    `number` rises with everything that is signed, so that nothing is taken twice. It follows on versions from
    `least` on. `downgrade_from` names versions that may be taken back to this older one, and no others may.
    """

    kind: Literal["release"] = "release"
    number: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    version: Version
    file: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+~-]{0,120}\.deb$")]
    size: Annotated[int, msgspec.Meta(ge=1, le=500_000_000)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    debian: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{1,32}$")]
    arch: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{1,32}$")]
    least: Version = "0.0"
    expires: Annotated[str, msgspec.Meta(max_length=64)]
    downgrade_from: tuple[Version, ...] = ()


class SignedRelease(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A release and its Ed25519 signature over the RFC 8785 form of `release`."""

    release: msgspec.Raw
    key: Annotated[str, msgspec.Meta(max_length=64)]
    sig: bytes


class Here(NamedTuple):
    """What a release must fit: the version installed, the system, and the highest number taken before."""

    version: str
    debian: str
    arch: str
    number: int = 0


def decode_release(document: bytes, keys: Sequence[bytes]) -> Release:
    """Return a release signed with one of these keys (32 bytes). Raises UpdateError."""
    try:
        signed = msgspec.json.decode(document, type=SignedRelease)
        known: Mapping[str, bytes] = {key_id(key): key for key in keys}
        if signed.key not in known:
            ours = ", ".join(known) or "none"
            raise UpdateError(
                f"it is signed with key {signed.key}, which is no release key of this station ({ours})"
            )
        if not fits(signed.release, signed.sig, known[signed.key]):
            raise UpdateError("its signature does not fit: it was changed after it was signed")
        return msgspec.json.decode(signed.release, type=Release)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, PrescriptionError) as error:
        raise UpdateError(f"it is no signed release: {error}") from None


def judge(release: Release, here: Here, now: datetime, *, synced: bool) -> None:
    """Raise UpdateError with the reason why this release is not taken here.

    By a clock that was never set only what is over by it is told; the number keeps an old one away.
    """
    if (release.debian, release.arch) != (here.debian, here.arch):
        raise UpdateError(
            f"it is for {release.debian} on {release.arch}, and this is {here.debian} on {here.arch}"
        )
    if release.number <= here.number:
        raise UpdateError(
            f"it has number {release.number}, and number {here.number} was taken: it is an old one"
        )
    try:
        end = parse_time(release.expires, where="expires")
    except PrescriptionError as error:
        raise UpdateError(str(error)) from None
    if now >= end:
        said = "" if synced else f", and this station's clock, which is not set, says {now:%Y-%m-%d %H:%M}"
        raise UpdateError(f"it was to be used until {release.expires}{said}; ask for a newer one")
    if release.version == here.version:
        raise UpdateError(f"version {here.version} is installed already")
    if parts(release.version) < parts(here.version):
        if here.version not in release.downgrade_from:
            raise UpdateError(
                f"version {release.version} is older than {here.version} and not signed as a way back from it"
            )
    elif parts(here.version) < parts(release.least):
        raise UpdateError(f"it follows on version {release.least}; install that one first")


def parts(version: str) -> tuple[int, ...]:
    """Return what versions are ordered by; one of another form comes before all."""
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        return ()


def is_whole(release: Release, package: Package) -> bool:
    """Return whether this is the file that was signed. Raises OSError."""
    if isinstance(package, bytes):
        return len(package) == release.size and hashlib.sha256(package).hexdigest() == release.sha256
    if package.stat().st_size != release.size:
        return False
    with package.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == release.sha256
