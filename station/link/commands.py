"""Commands of the care team: each is used once and in time, or refused with the reason. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from station.errors import MessageError, PrescriptionError
from station.link.messages import CommandReply, RemoteCommand
from station.training.prescription import parse_time

LONGEST: Final = timedelta(seconds=60)  # a command that is valid for longer is none
KEPT: Final = timedelta(seconds=180)  # so long a used id is remembered: well beyond its end
STEERING: Final = frozenset({"start", "pause", "mark"})


class Used(msgspec.Struct, frozen=True):
    """A command that was heard, and until when it is remembered (RFC 3339)."""

    id: str
    until: str


class Commands:
    """Judges commands for one station; `used` are those it has heard before."""

    def __init__(self, used: Sequence[Used] = ()) -> None:
        self._used = {each.id: each for each in used}

    @property
    def used(self) -> list[Used]:
        """Return what must be remembered over a restart."""
        return list(self._used.values())

    def judge(
        self, command: RemoteCommand, now: datetime, *, synced: bool, watched: bool
    ) -> CommandReply | None:
        """Return why a command is refused, None when it may be carried out: it is used up either way.

        `synced` says whether `now` may be believed, `watched` whether somebody has a lease of the live view.
        A clock that was never set cannot tell late from early: then only a stop is taken.
        """
        self._forget(now)
        if command.id in self._used:
            return refused(command, "it was heard before; each is used once")
        self._used[command.id] = Used(command.id, (now + KEPT).isoformat())
        if not synced:
            unset = "the station's clock is not set yet"
            return None if command.kind == "stop" else refused(command, unset)
        if (reason := _out_of_time(command.expires, now)) is not None:
            return refused(command, reason)
        if command.kind in STEERING and not watched:
            return refused(command, "nobody is looking: ask for the live view first")
        return None

    def _forget(self, now: datetime) -> None:
        # A date that jumps back must not make an id new again: what lies in the future is kept.
        kept = {i: used for i, used in self._used.items() if datetime.fromisoformat(used.until) > now}
        self._used = kept


def _out_of_time(expires: str, now: datetime) -> str | None:
    try:
        end = parse_time(expires, where="expires")
    except PrescriptionError as error:
        return str(error)
    if now >= end:
        return f"it came too late: it expired at {expires}"
    if end - now > LONGEST:
        return f"it would be valid for more than {LONGEST.seconds} s; make it shorter"
    return None


def refused(command: RemoteCommand, reason: str) -> CommandReply:
    """Return the answer to a command that is not carried out."""
    return CommandReply(command=command.id, kind=command.kind, state="refused", reason=reason)


def done(command: RemoteCommand) -> CommandReply:
    """Return the answer to a command that was passed on."""
    return CommandReply(command=command.id, kind=command.kind, state="done")


def decode_command(payload: bytes) -> RemoteCommand:
    """Return a command of down/cmd. Raises MessageError naming the field that is wrong."""
    try:
        return msgspec.json.decode(payload, type=RemoteCommand)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(f"command not understood: {error}") from None
