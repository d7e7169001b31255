"""What the care team asks of a station now, and what it sees meanwhile: from the broker to the session."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from station.errors import MessageError, StoreError
from station.link.commands import Commands, Used, decode_command, done, refused
from station.link.live import Lease, frame_of
from station.link.messages import CommandReply, LiveFrame, RemoteCommand
from station.session.client import SessionClient
from station.session.clock import WallClock
from station.session.protocol import Hello, Identify, Mark, Notice, Press, Refused
from station.session.store import Store
from station.session.supervision import CARE, SUPERVISOR
from station.training.snapshot import Snapshot

USED_NOTE: Final = "used_commands"
# So long the session has to refuse a press; it does so within a sample or two.
ANSWER_S: Final = 0.3
AWAY: Final = "the session does not run; training on this station stands still"


class Outlet(NamedTuple):
    """Where answers, frames and words go; `raw_again` puts the trace of a trial into the outbox once more.

    It returns whether there is one, and raises StoreError when it may not be sent.
    """

    reply: Callable[[CommandReply], None]
    show: Callable[[LiveFrame], None]
    raw_again: Callable[[str], bool]
    log: Callable[[str], None]


class Steering:
    """Takes commands, and holds the one connection by which somebody looks on.

    The connection stands only while a lease is held or an answer is awaited: otherwise the session makes no
    snapshot for us, and nobody is shown as looking on.
    """

    def __init__(
        self,
        store: Store,
        socket: Path,
        outlet: Outlet,
        *,
        wall: WallClock | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take up where the station was: what was used before a restart stays used. Raises StoreError."""
        self._store = store
        self._socket = socket
        self._outlet = outlet
        self._wall = wall or WallClock()
        self._now_s = now_s
        self._commands = Commands(_used(store))
        self._lease = Lease()
        self._client: SessionClient | None = None
        self._asked: list[tuple[RemoteCommand, float]] = []

    @property
    def watched(self) -> bool:
        """Whether somebody holds a lease of the live view."""
        return self._lease.held(self._now_s())

    def hear(self, payload: bytes) -> None:
        """Take one command off the broker, and answer it."""
        try:
            command = decode_command(payload)
        except MessageError as error:
            self._outlet.log(str(error))
            return
        synced = self._wall.state() == "synced"
        answer = self._commands.judge(command, self._wall.now(), synced=synced, watched=self.watched)
        try:
            self._store.remember(USED_NOTE, msgspec.json.encode(self._commands.used))
        except StoreError as error:
            # A full disk must not keep a stop from the patient, who is not harmed when it is heard twice.
            if command.kind != "stop":
                answer = refused(command, f"what is used up cannot be kept: {error}")
        if answer is None:
            answer = self._tried(command)
        if answer is not None:
            self._answer(answer)

    def _tried(self, command: RemoteCommand) -> CommandReply | None:
        try:
            return self._carry_out(command)
        except ConnectionError:
            self._session_is_gone()
            return refused(command, AWAY)
        except StoreError as error:
            return refused(command, str(error))

    def _answer(self, answer: CommandReply) -> None:
        self._outlet.log(f"command {answer.kind}: {answer.state}{answer.reason and f', {answer.reason}'}")
        self._outlet.reply(answer)

    def _carry_out(self, command: RemoteCommand) -> CommandReply | None:
        """Do it; return the answer, or None when the session has to give it. Raises ConnectionError."""
        match command.kind:
            case "live":
                # From now on somebody looks on, and the patient is shown so.
                self._connected().send(Hello(client=SUPERVISOR))
                self._lease.take(self._now_s(), command.lease_s)
                return done(command)
            case "raw":
                has_trace = command.trial is not None and self._outlet.raw_again(command.trial)
                return (
                    done(command) if has_trace else refused(command, "there is no trace of this trial here")
                )
            case "mark":
                self._ask(command, Mark())
            case "identify":
                self._ask(command, Identify())
            case "start" | "pause" | "stop":
                self._ask(command, Press(button=command.kind))
        return None

    def _ask(self, command: RemoteCommand, packet: Press | Mark | Identify) -> None:
        self._connected().send(packet)
        self._asked.append((command, self._now_s() + ANSWER_S))

    def _connected(self) -> SessionClient:
        if self._client is None:
            self._client = SessionClient(self._socket, name=CARE, snapshots=False)
        return self._client

    # -- every turn ----------------------------------------------------------------------------------------

    def turn(self) -> None:
        """Show what is due, pass the session's answers on, and let go what nobody holds any more."""
        if self._client is None:
            return
        try:
            self._take(self._client.poll())
        except (ConnectionError, MessageError) as error:
            self._outlet.log(f"the live view has ended: {error}")
            self._session_is_gone()
            return
        now_s = self._now_s()
        while self._asked and now_s >= self._asked[0][1]:
            self._answer(done(self._asked.pop(0)[0]))
        if not self._asked and not self._lease.held(now_s):
            self.close()

    def _take(self, notices: Sequence[Notice]) -> None:
        """Read what the session said; a refusal is of the command that has waited longest."""
        newest: Snapshot | None = None
        for notice in notices:
            if isinstance(notice, Refused) and self._asked:
                self._answer(refused(self._asked.pop(0)[0], notice.reason))
            elif isinstance(notice, Snapshot):
                newest = notice
        if newest is not None and self._lease.due(self._now_s()):
            self._outlet.show(frame_of(newest, time.monotonic_ns()))

    def _session_is_gone(self) -> None:
        for command, _ in self._asked:
            self._answer(refused(command, AWAY))
        self._asked.clear()
        self.close()

    def close(self) -> None:
        """End the connection; may be called twice."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _used(store: Store) -> Sequence[Used]:
    note = store.note(USED_NOTE)
    return () if note is None else msgspec.json.decode(note, type=tuple[Used, ...])
