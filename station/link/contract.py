"""The contract as a document: `python -m station.link.contract [--check]` writes docs/contract.

An AsyncAPI 3 document and a JSON Schema a message, made from `messages.py` and from nothing else.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec

from station.link.asked import SignedUpdateRequest, UpdateRequest
from station.link.messages import (
    BODIES,
    MAX_MESSAGE_BYTES,
    ROOT,
    Ack,
    Envelope,
    RemoteCommand,
    SignedPrescription,
)
from station.link.papers import Keyring, NextCertificate, SignedKeyring
from station.training.prescription import Prescription

FOLDER: Final = Path(__file__).parents[2] / "docs/contract"
ASYNCAPI: Final = "asyncapi.json"
DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
REF: Final = "#/components/schemas/{name}"
INSIDE: Final = "#/$defs/{name}"

Json = dict[str, Any]


class Channel(NamedTuple):
    """One topic of a station: who sends on it, how surely, and what."""

    kind: str
    sender: Literal["station", "care"]
    qos: int
    retained: bool
    says: str
    message: type[msgspec.Struct]

    @property
    def name(self) -> str:
        """Return the name of channel and message in the documents."""
        return f"{'up' if self.sender == 'station' else 'down'}-{self.kind.replace('/', '-')}"

    @property
    def topic(self) -> str:
        """Return the topic with `{station}` in the place of the station's id."""
        return f"{ROOT}/s/{{station}}/{'up' if self.sender == 'station' else 'down'}/{self.kind}"


def _up(kind: str, says: str, *, retained: bool = False, qos: int = 1) -> Channel:
    return Channel(kind, "station", qos, retained, says, BODIES[kind])


def _down(kind: str, says: str, message: type[msgspec.Struct], *, retained: bool = False) -> Channel:
    return Channel(kind, "care", 1, retained, says, message)


CHANNELS: Final = (
    _up("state", "The station is there, or is not: also its will.", retained=True),
    _up("birth", "What a station is and has, at every connection and when it changes.", retained=True),
    _up("result/session", "A session has ended."),
    _up("result/trial", "An attempt has ended."),
    _up("result/journal", "What a person wrote down after a session."),
    _up("event", "Something the care team should know."),
    _up("raw", "The raw counts of one trial."),
    _up("reply", "What became of a prescription."),
    _up("reply/command", "What became of a command."),
    _up("reply/papers", "What became of a keyring or a certificate."),
    _up("reply/update", "What became of a request to update, again at every connection."),
    _up("renewal", "A request for the station's next certificate."),
    _up("live", "What the station's screen shows, up to ten times a second while a lease lasts.", qos=0),
    _down("ack", "Ids the care side has committed: only now the station forgets them.", Ack),
    _down("cmd", "Something to be done now, once.", RemoteCommand),
    _down("rx", "The complete programme, signed.", SignedPrescription, retained=True),
    _down("keys", "The keys that may sign, signed with one that could before.", SignedKeyring, retained=True),
    _down(
        "certificate", "The station's next certificate, or why there is none.", NextCertificate, retained=True
    ),
    _down("update", "The station may take this release now, signed.", SignedUpdateRequest, retained=True),
)


def message_schema(channel: Channel, ref: str) -> Json:
    """Return the JSON Schema of what goes over a channel; `ref` is where the named parts of it are found."""
    if channel.sender == "care":
        return {"$ref": ref.format(name=channel.message.__name__)}
    body = {"type": {"const": channel.kind}, "body": {"$ref": ref.format(name=channel.message.__name__)}}
    return {"allOf": [{"$ref": ref.format(name="Envelope")}, {"type": "object", "properties": body}]}


def named_parts(types: Sequence[type[msgspec.Struct]], ref: str) -> Json:
    """Return the schemas of these types and of all that they hold, by name."""
    _, parts = msgspec.json.schema_components(types, ref_template=ref)
    for part in parts.values():
        if "description" in part:
            part["description"] = cleandoc(part["description"])
    if "SignedKeyring" in parts:
        parts["SignedKeyring"]["properties"]["keyring"] = {"$ref": ref.format(name="Keyring")}
    if "SignedPrescription" in parts:
        parts["SignedPrescription"]["properties"]["rx"] = {"$ref": ref.format(name="Prescription")}
    if "SignedUpdateRequest" in parts:
        parts["SignedUpdateRequest"]["properties"]["request"] = {"$ref": ref.format(name="UpdateRequest")}
    return parts


def _types(channel: Channel) -> list[type[msgspec.Struct]]:
    if channel.sender == "station":
        return [Envelope, channel.message]
    inside: dict[str, type[msgspec.Struct]] = {"rx": Prescription, "keys": Keyring, "update": UpdateRequest}
    return [channel.message, inside[channel.kind]] if channel.kind in inside else [channel.message]


def json_schema(channel: Channel) -> Json:
    """Return the JSON Schema of one message, with all that it needs in it."""
    return {
        "$schema": DRAFT,
        "title": channel.topic,
        "description": channel.says,
        **message_schema(channel, INSIDE),
        "$defs": named_parts(_types(channel), INSIDE),
    }


def asyncapi() -> Json:
    """Return the AsyncAPI 3.0 document: every channel, who sends on it, and what every message holds."""
    types = {type_: None for channel in CHANNELS for type_ in _types(channel)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Balance station and care team",
            "version": ROOT.rsplit("/v", 1)[1],
            "description": "MQTT 5. A station's id is the common name of its certificate. "
            f"A message has at most {MAX_MESSAGE_BYTES} bytes. Unknown keys are passed over.",
            "license": {"name": "see LICENSE"},
        },
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": {channel.name: _operation(channel) for channel in CHANNELS},
        "components": {
            "messages": {channel.name: _message(channel) for channel in CHANNELS},
            "schemas": named_parts(tuple(types), REF),
        },
    }


def _channel(channel: Channel) -> Json:
    return {
        "address": channel.topic,
        "description": channel.says,
        "parameters": {"station": {"description": "the station's id"}},
        "messages": {channel.name: {"$ref": f"#/components/messages/{channel.name}"}},
    }


def _operation(channel: Channel) -> Json:
    return {
        "action": "send" if channel.sender == "station" else "receive",
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "description": "as the station sees it",
        "bindings": {"mqtt": {"qos": channel.qos, "retain": channel.retained, "bindingVersion": "0.2.0"}},
    }


def _message(channel: Channel) -> Json:
    return {"name": channel.name, "summary": channel.says, "payload": message_schema(channel, REF)}


def documents() -> Iterator[tuple[str, str]]:
    """Yield the name and text of every file of docs/contract that is made."""
    yield ASYNCAPI, _text(asyncapi())
    for channel in CHANNELS:
        yield f"{channel.name}.schema.json", _text(json_schema(channel))


def _text(document: Json) -> str:
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=1).decode() + "\n"


def stale(folder: Path = FOLDER) -> list[str]:
    """Return the files that are not, or not any more, what the messages are."""
    made = dict(documents())
    there = {file.name: file.read_text("utf-8") for file in folder.glob("*.json")}
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def main(argv: Sequence[str] | None = None) -> int:
    """Write the documents, or with `--check` only name those that are stale (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m station.link.contract", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    if parser.parse_args(argv).check:
        names = stale()
        for name in names:
            sys.stderr.write(f"docs/contract/{name} is stale: run python -m station.link.contract\n")
        return 1 if names else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale():
        (FOLDER / name).unlink(missing_ok=True)
    for name, text in documents():
        (FOLDER / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
