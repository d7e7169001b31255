"""Fetches a package from the places this station's configuration allows, and goes on where it was cut.

It lies under another name until it is whole. What comes is believed by its SHA-256 alone, which was signed.
"""

import os
import shutil
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO, Final

from station.errors import UpdateError
from station.update.release import Here, Release, decode_release, is_whole
from station.update.source import MOST_RELEASE_BYTES, SUFFIX

PATIENCE_S: Final = 60.0  # for the next bytes
LONGEST_S: Final = 1800.0  # then it goes on at the next look
CHUNK: Final = 1 << 16
PARTIAL: Final = 206
NO_SUCH_RANGE: Final = 416
# The package twice (as it came, and as the way back), what it holds unpacked, and the database's copy.
ROOM_FACTOR: Final = 6
ROOM_BYTES: Final = 100_000_000


class CutError(UpdateError):
    """It did not come whole, or not yet; what has come is kept, and it is tried again."""


class _Within(urllib.request.HTTPRedirectHandler):
    """Follows no redirect that leads out of the place."""

    def __init__(self, place: str) -> None:
        self._place = place

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Return the next request. Raises UpdateError."""
        if not newurl.startswith(self._place):
            raise UpdateError(f"{req.full_url} leads to {newurl}, which is not in {self._place}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def room_wanted(release: Release) -> int:
    """Return how many bytes must be free for it."""
    return ROOM_FACTOR * release.size + ROOM_BYTES


def why_no_room(release: Release, folder: Path, *, free: Callable[[Path], int] | None = None) -> str:
    """Return that there is too little room for it, "" when there is enough."""
    while not folder.exists():
        folder = folder.parent
    there = free(folder) if free else shutil.disk_usage(folder).free
    wanted = room_wanted(release)
    if there >= wanted:
        return ""
    return f"there is too little room: {there // 1_000_000} of {wanted // 1_000_000} MB are free"


class Fetcher:
    """Fetches into `folder`; `handlers` are for TLS of another kind than the system's."""

    def __init__(
        self,
        places: Sequence[str],
        folder: Path,
        *,
        now_s: Callable[[], float] = time.monotonic,
        handlers: Sequence[urllib.request.BaseHandler] = (),
    ) -> None:
        self.places = tuple(places)
        self._folder = folder
        self._now_s = now_s
        self._handlers = handlers

    def fetch(self, release: Release) -> Path:
        """Return the package, whole and as it was signed.

        Raises CutError when it may come yet, and UpdateError when what lies there is another file.
        """
        part = self._folder / f"fetch-{release.sha256[:16]}.part"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        cut: list[str] = []
        wrong: list[str] = []
        for place in self.places:
            try:
                resumed = self._bring(place, release, part)
            except CutError as error:
                cut.append(str(error))
                continue
            if is_whole(release, part):
                return part
            part.unlink()
            words = f"{place}: {release.file} is not the file that was signed"
            (cut if resumed else wrong).append(words)  # what was resumed is begun again
        if wrong and not cut:
            raise UpdateError("; ".join(wrong))
        raise CutError("; ".join(cut) or "no place to fetch it from is allowed here ([updates] places)")

    def fetch_kept(self, here: Here, keys: Sequence[bytes]) -> tuple[Release, Path] | None:
        """Return the package of the version installed, None where no place has it. Raises CutError."""
        name = f"balance-station_{here.version}_{here.debian}_{here.arch}{SUFFIX}"
        for place in self.places:
            try:
                with self._opened(place, name, 0) as (stream, _):
                    release = decode_release(stream.read(MOST_RELEASE_BYTES + 1), keys)
                if release.version == here.version:
                    return release, self.fetch(release)
            except CutError:
                raise
            except (OSError, HTTPException, UpdateError):
                continue
        return None

    def clear(self) -> None:
        """Throw away what was fetched in part."""
        for part in self._folder.glob("fetch-*.part"):
            part.unlink(missing_ok=True)

    def _bring(self, place: str, release: Release, part: Path) -> bool:
        """Bring the rest of it; return whether there was a beginning. Raises CutError, UpdateError."""
        have = part.stat().st_size if part.exists() else 0
        if have >= release.size:  # whole, or spoilt: then it is begun again
            return True
        try:
            with self._opened(place, release.file, have) as (stream, from_byte):
                self._copy(stream, part, from_byte, release)
        except (OSError, HTTPException) as error:
            why = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            raise CutError(f"{place}: {release.file} cannot be fetched ({why})") from None
        if part.stat().st_size < release.size:
            raise CutError(f"{place}: {part.stat().st_size} of {release.size} bytes have come")
        return have > 0

    def _copy(self, stream: BinaryIO, part: Path, from_byte: int, release: Release) -> None:
        end_s = self._now_s() + LONGEST_S
        with part.open("r+b" if part.exists() else "w+b") as out:
            out.truncate(from_byte)
            out.seek(from_byte)
            while (chunk := stream.read(CHUNK)) and self._now_s() < end_s:
                out.write(chunk)
                if out.tell() > release.size:
                    out.truncate(0)
                    raise UpdateError(f"{release.file} is larger there than the file that was signed")
            out.flush()
            os.fsync(out.fileno())

    @contextmanager
    def _opened(self, place: str, name: str, have: int) -> Iterator[tuple[BinaryIO, int]]:
        """Yield the file from byte `have` on, or from its beginning, and from which of the two."""
        if not place.startswith("https://"):
            descriptor = os.open(Path(place) / name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise UpdateError(f"{place}/{name} is no file")
                file.seek(have)
                yield file, have
            return
        request = urllib.request.Request(place + name)  # noqa: S310 - https, as asked above
        if have:
            request.add_header("Range", f"bytes={have}-")
        opener = urllib.request.build_opener(_Within(place), *self._handlers)
        try:
            answer = opener.open(request, timeout=PATIENCE_S)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != NO_SUCH_RANGE:
                raise
            answer = opener.open(place + name, timeout=PATIENCE_S)
        with answer:
            said = str(answer.headers.get("Content-Range", ""))
            goes_on = answer.status == PARTIAL and said.startswith(f"bytes {have}-")
            yield answer, have if goes_on else 0
