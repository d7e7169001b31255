"""Where a release comes from: a file, as on a stick, or an address with HTTPS; its package lies beside it."""

import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from station.errors import UpdateError
from station.update.release import Here, Release, decode_release, is_whole

MOST_RELEASE_BYTES: Final = 20_000
PATIENCE_S: Final = 60.0
SUFFIX: Final = ".release"

Read = Callable[[str, int], bytes]  # a place and the most bytes that are read of it


def read(place: str, most: int) -> bytes:
    """Return what lies there. Raises UpdateError; nothing comes over a connection that is not encrypted."""
    try:
        if "://" not in place:
            with Path(place).open("rb") as stream:
                return stream.read(most + 1)
        if not place.startswith("https://"):
            raise UpdateError(f"{place}: only https:// addresses are fetched; or name a file")
        with urllib.request.urlopen(place, timeout=PATIENCE_S) as stream:  # noqa: S310 - https only
            if not str(stream.url).startswith("https://"):
                raise UpdateError(f"{place}: it leads to {stream.url}, which is not encrypted")
            content: bytes = stream.read(most + 1)
            return content
    except (OSError, ValueError, urllib.error.URLError) as error:
        if isinstance(error, UpdateError):
            raise
        raise UpdateError(f"{place}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def beside(place: str, name: str) -> str:
    """Return the place of another file in the same folder."""
    return urljoin(place, name) if "://" in place else str(Path(place).parent / name)


def fetch(place: str, keys: Sequence[bytes], read: Read = read) -> tuple[Release, bytes]:
    """Return the signed release that lies there with its package, whole. Raises UpdateError."""
    if "://" not in place and Path(place).is_dir():
        raise UpdateError(f"{place} is a folder; name the signed {SUFFIX} in it")
    if place.endswith(".deb"):
        raise UpdateError(f"{place} is a package; name the signed {SUFFIX} that lies beside it")
    release = decode_release(read(place, MOST_RELEASE_BYTES), keys)
    package = read(beside(place, release.file), release.size)
    if not is_whole(release, package):
        raise UpdateError(f"{release.file} is not the file that was signed: fetch it again")
    return release, package


def fetch_kept(
    place: str, here: Here, keys: Sequence[bytes], read: Read = read
) -> tuple[Release, bytes] | None:
    """Return the package of the version installed, None where it does not lie beside the new one."""
    name = f"balance-station_{here.version}_{here.debian}_{here.arch}{SUFFIX}"
    try:
        release, package = fetch(beside(place, name), keys, read)
    except UpdateError:
        return None
    return (release, package) if release.version == here.version else None
