"""An update that the care side asked for, from its request to its end; what is done is written down first.

The request says when, the release key what, the configuration where it is fetched from. Everything is
checked here again: whoever laid the request down may write nothing else that counts.
"""

import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from station.errors import MessageError, StationError, UpdateError
from station.link.asked import ENDED, MAX_REQUEST_BYTES, UpdateReply, UpdateRequest, readable
from station.link.permit import Permit
from station.link.update_desk import version_of
from station.link.whole_file import PRIVATE, PUBLIC, write_whole
from station.update.fetching import CutError, Fetcher, why_no_room
from station.update.release import Here, Release, decode_release, judge, parts
from station.update.steps import UNDER_WAY, State, Update

STATE: Final = "asked.json"
AGAIN_S: Final = 300.0  # so long after a cut it is fetched again

Log = Callable[[str], None]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How far the newest request has come. `release` is the number of its release; seconds are of `boot`."""

    number: int = 0
    document: bytes = b""
    state: str = "withdrawn"
    version: str = ""
    reason: str = ""
    release: int = 0
    boot: str = ""
    not_before_s: float = 0.0


class Around(NamedTuple):
    """What it needs to know of the station; `why_not_now` says why it has to wait, "" when it need not."""

    here: Callable[[int], Here]
    keys: tuple[bytes, ...]
    why_not_now: Callable[[], str]
    now: Callable[[], datetime]
    synced: Callable[[], bool]
    now_s: Callable[[], float]
    boot: str
    free: Callable[[Path], int] | None = None


class Files(NamedTuple):
    """Where a request is laid down, the updater's own folder, and where all may read how far it is."""

    asked: Path
    folder: Path
    told: Path


class AskedUpdate:
    """Takes one request after the other; `turn` does what can be done now."""

    def __init__(
        self, update: Update, permit: Permit, fetcher: Fetcher, files: Files, around: Around, *, log: Log
    ) -> None:
        self._update = update
        self._permit = permit
        self._fetcher = fetcher
        self._files = files
        self._around = around
        self._log = log

    @property
    def state(self) -> Asked:
        """Return how far it is. Raises UpdateError for a file that cannot be read."""
        file = self._files.folder / STATE
        try:
            return msgspec.json.decode(file.read_bytes(), type=Asked)
        except FileNotFoundError:
            return Asked()
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UpdateError(f"{file}: cannot be read ({error}); restore or remove it") from None

    def turn(self) -> bool:
        """Do what is due; return whether a package was laid ready. Raises UpdateError: nothing is kept."""
        self._listen()
        asked, update = self.state, self._update.state
        begun = asked.release > 0 and asked.release == update.number
        if asked.number == 0 or asked.state in ENDED or begun or update.step in UNDER_WAY:
            self.follow()
            return False
        try:
            return self._take(asked)
        except UpdateError as error:
            self._go(asked, "refused", reason=str(error))
            self._fetcher.clear()
            return False

    def settled(self) -> bytes | None:
        """Return the request that lies there when nothing is left to do for it, None while something is."""
        asked = self.state
        try:
            document = _read(self._files.asked)
        except UpdateError:
            return None
        known = document in {b"", asked.document}
        return document if known and (asked.number == 0 or asked.state in ENDED) else None

    def called_off(self, release: int) -> None:
        """Tell the care side where it asked for the release of this number, which was called off here."""
        asked = self.state
        if asked.release == release and asked.state not in ENDED:
            self._go(asked, "refused", reason="called off at the station")

    def follow(self, waits: str = "") -> None:
        """Say how far the update is that was begun for the newest request, and why it `waits`."""
        asked, update = self.state, self._update.state
        if asked.number == 0:
            return
        if asked.release and asked.release == update.number and asked.state not in ENDED:
            state, reason = _told(update)
            self._go(asked, state, reason=reason or waits)
        elif asked.state not in ENDED or not self._is_told(asked):
            self._tell(asked)

    def _is_told(self, asked: Asked) -> bool:
        """Return whether the end of a request was told: then dpkg need not be asked at every look."""
        try:
            told = msgspec.json.decode(self._files.told.read_bytes(), type=UpdateReply)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):  # the folder is empty after a boot
            return False
        return (told.number, told.state) == (asked.number, asked.state)

    def _listen(self) -> None:
        """Take a newer request that was laid down; what is none is passed over: the uplink has answered."""
        asked = self.state
        try:
            document = _read(self._files.asked)
            if document in {b"", asked.document}:
                return
            request = self._permit.read(document)
            self._permit.check(request, last=asked.number)
        except (UpdateError, MessageError) as error:
            self._log(f"request to update passed over: {error}")
            return
        new = Asked(number=request.number, document=document, version=version_of(request))
        if self._update.state.step in UNDER_WAY:
            if asked.state in ENDED:
                self._go(new, "refused", reason=f"an update to {self._update.state.after} is under way")
            return  # it is taken up when the one before has ended
        self._fetcher.clear()
        self._go(new, "withdrawn" if request.release is None else "received")

    def _take(self, asked: Asked) -> bool:
        request = self._permit.read(asked.document)
        if request.release is None or self._permit.is_over(request):
            raise UpdateError(f"it came too late: it was to be used until {request.expires}")
        release = self._judged(request)
        why = why_no_room(release, self._files.folder, free=self._around.free) or self._around.why_not_now()
        if why:
            self._go(asked, "waiting", reason=why)
            return False
        if asked.boot == self._around.boot and self._around.now_s() < asked.not_before_s:
            self._tell(asked)
            return False
        self._go(asked, "fetching")
        try:
            package = self._fetcher.fetch(release)
            kept = self._way_back()
        except CutError as error:
            after = {"boot": self._around.boot, "not_before_s": self._around.now_s() + AGAIN_S}
            self._go(msgspec.structs.replace(asked, **after), "waiting", reason=str(error))
            return False
        self._listen()  # it took its time: the request may have been withdrawn meanwhile
        if self.state.number != asked.number:
            return False
        asked = self._go(asked, "fetched", release=release.number)
        self._update.stage((release, package), kept)
        return True

    def _judged(self, request: UpdateRequest) -> Release:
        """Return the release that may be taken. Raises UpdateError with the reason where none may."""
        around, state = self._around, self._update.state
        release = decode_release(msgspec.json.encode(request.release), around.keys)
        here = around.here(state.number)
        judge(release, here, around.now(), synced=around.synced())
        if parts(release.version) < parts(here.version) and release.version != state.before:
            before = f"only version {state.before}" if state.before else "no version"
            raise UpdateError(f"version {release.version} is older; {before} was here before {here.version}")
        return release

    def _way_back(self) -> tuple[Release, Path] | None:
        """Return the package of the version installed, None where the updater has kept it already."""
        here = self._around.here(0)
        if self._update.has_way_back(here.version):
            return None
        return self._fetcher.fetch_kept(here, self._around.keys)

    def _go(self, asked: Asked, state: str, *, reason: str = "", release: int | None = None) -> Asked:
        kept = asked.release if release is None else release
        new = msgspec.structs.replace(asked, state=state, reason=readable(reason), release=kept)
        if new != self.state:
            self._log(f"update to {new.version or '-'} asked for: {state}{reason and f', {reason}'}")
            self._write(self._files.folder / STATE, msgspec.json.encode(new), mode=PRIVATE)
        self._tell(new)
        return new

    def _tell(self, asked: Asked) -> None:
        """Let everybody here read how far it is; the uplink passes it on."""
        told = UpdateReply(
            number=asked.number,
            state=asked.state,
            version=asked.version,
            installed=self._installed(),
            reason=asked.reason,
        )
        content = msgspec.json.encode(told)
        try:
            if self._files.told.read_bytes() == content:
                return
        except OSError:
            pass
        self._write(self._files.told, content, mode=PUBLIC)

    def _installed(self) -> str:
        try:
            return self._around.here(0).version
        except UpdateError:  # half in place at this moment
            return ""

    @staticmethod
    def _write(file: Path, content: bytes, *, mode: int) -> None:
        try:
            file.parent.mkdir(mode=0o755 if mode == PUBLIC else 0o700, parents=True, exist_ok=True)
            write_whole(file, content, mode=mode)
        except (OSError, StationError) as error:
            raise UpdateError(f"{file}: cannot be written ({error})") from error


def _told(update: State) -> tuple[str, str]:
    """Return the state of a request whose package was laid ready, and why."""
    match update.step:
        case "staged":
            return "fetched", ""
        case "done":
            return "running", ""
        case "returned":
            return "taken-back", update.why
        case _:
            return "installing", update.why


def _read(file: Path) -> bytes:
    """Return what was laid down, b"" for nothing; the folder is another user's and may hold anything."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UpdateError(f"{file}: cannot be read ({error.strerror})") from None
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UpdateError(f"{file} is no file")
        return stream.read(MAX_REQUEST_BYTES + 1)
