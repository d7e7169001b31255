"""Signs a package for stations: `python -m station.update.sign DEB --help`.

The key is 32 bytes in a file that nobody else reads. It stays where packages are made, never on a station.
"""

import argparse
import hashlib
import sys
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.errors import PrescriptionError, UpdateError
from station.link.signature import key_id, signed
from station.link.whole_file import PRIVATE, PUBLIC, write_whole
from station.training.prescription import parse_time
from station.update.debian import look_into
from station.update.release import Release, SignedRelease
from station.update.source import SUFFIX


def sign_release(release: Release, seed: bytes) -> bytes:
    """Return the signed document that lies beside the package."""
    body = msgspec.json.encode(release)
    key, sig = signed(body, seed)
    return msgspec.json.encode(SignedRelease(release=msgspec.Raw(body), key=key, sig=sig))


def refuse_over(release: Release, now: datetime) -> None:
    """Raise UpdateError for an end that is no time, or is over already."""
    try:
        end = parse_time(release.expires, where="--expires")
    except PrescriptionError as error:
        raise UpdateError(str(error)) from None
    if now >= end:
        raise UpdateError(f"--expires {release.expires} is over; nothing was signed")


def refuse_other(release: Release, package: Path) -> None:
    """Raise UpdateError where the package is not for the version, machine and Debian that are signed.

    Stations look too, and refuse it; here it can still be mended.
    """
    inside = look_into(package)
    for name, said, held in (
        ("version", release.version, inside.version),
        ("arch", release.arch, inside.arch),
        ("debian", release.debian, inside.debian or release.debian),
    ):
        if said != held:
            raise UpdateError(f"--{name} {said}: {package.name} is {held}; nothing was signed")


def main(argv: Sequence[str] | None = None) -> int:
    """Write the release beside the package and print the public key for stations' configurations."""
    parser = argparse.ArgumentParser(prog="python -m station.update.sign", description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--key", type=Path, required=True, help="file of the private key")
    parser.add_argument("--make-key", action="store_true", help="make the key: there is none yet")
    parser.add_argument(
        "--number", type=int, required=True, help="higher than that of everything signed before"
    )
    for name in ("version", "debian", "arch", "expires"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--least", default="0.0")
    parser.add_argument("--downgrade-from", action="append", default=[], metavar="VERSION")
    asked = vars(parser.parse_args(argv))
    package, key = asked.pop("package"), asked.pop("key")
    if not package.is_file():
        parser.error(f"{package}: no such package")
    if asked.pop("make_key") and not key.exists():
        write_whole(key, Ed25519PrivateKey.generate().private_bytes_raw(), mode=PRIVATE)
    if not key.is_file():
        parser.error(f"{key}: no such key; stations know the one they were given. Only the first: --make-key")
    seed, content = key.read_bytes(), package.read_bytes()
    facts = {
        **asked,
        "file": package.name,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    try:
        release = msgspec.convert(facts, Release)
    except msgspec.ValidationError as error:
        parser.error(str(error))
    try:
        refuse_over(release, datetime.now(UTC))
        refuse_other(release, package)
    except UpdateError as error:
        parser.exit(2, f"{error}\n")
    name = f"balance-station_{release.version}_{release.debian}_{release.arch}{SUFFIX}"
    write_whole(package.with_name(name), sign_release(release, seed), mode=PUBLIC)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    sys.stdout.write(f"{package.with_name(name)}\n# key {key_id(public)}\n")
    sys.stdout.write(f'[updates]\nkeys = ["{b64encode(public).decode()}"]\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
