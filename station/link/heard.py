"""What a follower of stations is handed out: messages with typed bodies, and everything that is not one."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import msgspec

from station.errors import MessageError
from station.link.messages import (
    Envelope,
    LiveFrame,
    State,
    decode_body,
    decode_envelope,
    parse_up_topic,
)

STALE_S: Final = 1.0  # a picture of the board that is older is not live


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a station.

    `body` is typed by its kind (`station.link.messages.BODIES`), None for a kind this version does not know:
    `payload` is the message as it came. `retained`: it was said some time ago and kept by the broker. `age_s`
    is how old a live frame's sample is when it is handed out (None for everything else), `stale` whether that
    is too old to be shown as live.
    """

    station: str
    kind: str
    envelope: Envelope
    body: msgspec.Struct | None
    payload: bytes
    retained: bool = False
    age_s: float | None = None

    @property
    def known(self) -> bool:
        """Whether this version knows the kind."""
        return self.body is not None

    @property
    def stale(self) -> bool:
        """Whether this is a live frame that is no longer live."""
        return self.age_s is not None and self.age_s > STALE_S


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that cannot be used, and why; `payload` is the message as it came."""

    topic: str
    payload: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Messages that were heard and let go, since nobody took them: how many of each kind."""

    counts: dict[str, int]

    def __str__(self) -> str:
        parts = ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()))
        return f"not taken in time and dropped: {parts}"


@dataclass(frozen=True, slots=True)
class Link:
    """The connection to the broker came or went; `why` it went, in one sentence."""

    up: bool
    why: str = ""


Heard = Message | Refused | Dropped | Link
AnswerState = Literal["done", "refused", "unanswered", "not_sent"]


class Answer(NamedTuple):
    """What became of a command.

    `done` and `refused` are the station's words. `unanswered`: it was sent and nothing came back in time, so
    nobody knows whether it was carried out. `not_sent`: it never reached the station.
    """

    station: str
    command: str  # its id
    kind: str
    state: AnswerState
    reason: str = ""

    def __str__(self) -> str:
        ends = {
            "done": "done",
            "refused": f"refused: {self.reason}",
            "unanswered": f"no answer: {self.reason}",
            "not_sent": f"not sent: {self.reason}",
        }
        return f"{self.station}: {self.kind} {ends[self.state]}"


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a station now: its newest frame, and how old the sample behind it is.

    `frame` None: none has come yet. `stale`: it is not live, `why` says what is known of the reason.
    """

    frame: LiveFrame | None
    age_s: float | None
    stale: bool
    why: str = ""


def read(topic: str, payload: bytes, *, retained: bool) -> Message | Refused:
    """Return a message as it may be handed out, or why it cannot be used."""
    try:
        address = parse_up_topic(topic)
        envelope = decode_envelope(payload)
        body = decode_body(envelope)
    except MessageError as error:
        return Refused(topic, payload, str(error))
    if (envelope.station, envelope.type) != address:
        said = f"{envelope.type} of station {envelope.station}"
        return Refused(topic, payload, f"it is {said}, and came on another topic")
    return Message(*address, envelope, body, payload, retained)


def may_repeat(message: Message) -> bool:
    """Return whether the same message means something each time: a will is written once and said often."""
    return isinstance(message.body, State)
