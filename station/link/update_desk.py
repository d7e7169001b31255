"""Lays requests to update down for the updater, which is root's, and passes on what that says of them.

Nothing is fetched or installed here: the uplink may write nothing but the station's own folder.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from station.errors import MessageError, StationError, UpdateError
from station.link.asked import ToldUpdates, UpdateReply, UpdateRequest, decode_signed_request, readable
from station.link.permit import Permit
from station.link.whole_file import PRIVATE, write_whole

KIND: Final = "update"
ASKED_FILE: Final = "update-asked.json"  # in the station's folder; root's updater reads it
TOLD_FILE: Final = "told.json"  # in a folder of root's
LOOK_S: Final = 1.0

Publish = Callable[[str, msgspec.Struct], None]


class Files(NamedTuple):
    """Where a request is laid down, and where the updater says what became of it."""

    asked: Path
    told: Path


class UpdateDesk:
    """Hears requests; `told` is what a birth says of updates."""

    def __init__(
        self,
        permit: Permit,
        files: Files,
        told: ToldUpdates,
        *,
        log: Callable[[str], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.told = told
        self._permit = permit
        self._files = files
        self._log = log
        self._now_s = now_s
        self._looked_s = 0.0
        self._passed_on = b""
        self._said = ""

    def hear(self, payload: bytes, publish: Publish) -> None:
        """Lay a request down, or refuse it with the reason."""
        try:
            request = self._take(payload)
        except StationError as error:
            number, version = _claimed(payload)
            reply = UpdateReply(number=number, state="refused", version=version, reason=readable(str(error)))
            self._say(f"request to update refused: {reply.reason}")
            publish("reply/update", reply)
            return
        if request is not None:
            self._say(f"the care team lets this station take {version_of(request) or 'no update any more'}")
            publish(
                "reply/update",
                UpdateReply(number=request.number, state="received", version=version_of(request)),
            )

    def _take(self, payload: bytes) -> UpdateRequest | None:
        """Return the request that was laid down, None for the one that lies there already."""
        if self.told.take != "asked":
            raise UpdateError(
                f'this station takes no update that is asked for ([updates] take = "{self.told.take}"); '
                "whoever looks after it may allow it"
            )
        request = self._permit.read(payload)
        known, last = self._last()
        if payload == known:
            return None
        self._permit.check(request, last=last)
        write_whole(self._files.asked, payload, mode=PRIVATE)
        return request

    def _last(self) -> tuple[bytes, int]:
        """Return the request that lies there and the highest number that was ever heard."""
        told = self._told()
        last = 0 if told is None else told.number
        try:
            document = self._files.asked.read_bytes()
            return document, max(last, decode_signed_request(document)[1].number)
        except (OSError, MessageError):
            return b"", last

    def _told(self) -> UpdateReply | None:
        try:
            return msgspec.json.decode(self._files.told.read_bytes(), type=UpdateReply)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def connected(self, publish: Publish) -> None:
        """Say again how far it is."""
        self._passed_on, self._looked_s = b"", self._now_s() - LOOK_S
        self.turn(publish)

    def turn(self, publish: Publish) -> None:
        """Pass on what the updater says, when it says something else."""
        if self._now_s() - self._looked_s < LOOK_S:
            return
        self._looked_s = self._now_s()
        told = self._told()
        if told is not None and (content := msgspec.json.encode(told)) != self._passed_on:
            publish("reply/update", told)
            self._passed_on = content

    def _say(self, line: str) -> None:
        """Write a line to the log, once: what is retained comes with every connection."""
        if line != self._said:
            self._log(line)
        self._said = line


def version_of(request: UpdateRequest) -> str:
    """Return the version a request names, "" for one that withdraws."""
    release = (request.release or {}).get("release")
    version = release.get("version") if isinstance(release, dict) else None
    return str(version)[:64] if version else ""


def _claimed(payload: bytes) -> tuple[int, str]:
    """Return number and version that a refused request claims to have."""
    try:
        request = decode_signed_request(payload)[1]
    except MessageError:
        return 0, ""
    return request.number, version_of(request)
