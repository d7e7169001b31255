"""The contract as a document: made from the messages, never behind them, and true of what is really sent."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from station.link import contract
from station.link.messages import (
    BODIES,
    Ack,
    decode_ack,
    decode_body,
    decode_envelope,
    encode,
    parse_up_topic,
)
from ui.care.recording.examples import ExampleStation, new_id
from ui.care.recording.heard import Arrival

PAGE = Path(__file__).parents[1] / "docs/contract.md"
EXAMPLE = re.compile(r"`(bal/v1/s/[^`]+)`\n\n```json\n(.*?)```", re.DOTALL)


def validator(topic: str) -> Draft202012Validator:
    kind = re.sub(r"^bal/v1/s/[^/]+/", "", topic).replace("/", "-")
    channel = next(c for c in contract.CHANNELS if c.name == kind)
    return Draft202012Validator(contract.json_schema(channel))


def everything_said() -> list[Arrival]:
    station, session, trial = ExampleStation("home-1", "p-0123456789"), new_id(), new_id()
    return [
        station.state(online=True),
        station.birth(),
        station.trial(session),
        station.session(session),
        station.journal(session),
        station.event("red_flag"),
        station.raw(trial),
        station.reply(7, "rejected", "signed by a stranger"),
    ]


def test_the_documents_in_the_repository_are_what_the_messages_are() -> None:
    assert contract.stale() == []


def test_a_changed_and_a_leftover_document_are_named(tmp_path: Path) -> None:
    for name, text in contract.documents():
        (tmp_path / name).write_text(text)
    (tmp_path / "up-state.schema.json").write_text("{}")
    (tmp_path / "up-dance.schema.json").write_text("{}")
    assert contract.stale(tmp_path) == ["up-dance.schema.json", "up-state.schema.json"]


def test_every_message_that_is_sent_up_has_a_channel() -> None:
    assert {c.kind for c in contract.CHANNELS if c.sender == "station"} == set(BODIES)


@pytest.mark.parametrize("arrival", everything_said(), ids=lambda a: a.topic.split("/up/")[1])
def test_what_a_station_says_fits_its_schema(arrival: Arrival) -> None:
    validator(arrival.topic).validate(msgspec.json.decode(arrival.payload))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"seq": "one"}, "seq"),
        ({"type": "event"}, "type"),
        ({"body": {"rx_version": 1, "state": "eaten"}}, "state"),
        ({"station": "no/slash"}, "station"),
    ],
)
def test_a_message_of_another_shape_does_not_fit(change: dict[str, Any], where: str) -> None:
    arrival = ExampleStation("home-1", None).reply(1, "applied")
    errors = list(validator(arrival.topic).iter_errors({**msgspec.json.decode(arrival.payload), **change}))
    assert any(where in error.json_path for error in errors)


def test_an_acknowledgement_fits_its_schema() -> None:
    validator("bal/v1/s/home-1/down/ack").validate(msgspec.json.decode(encode(Ack(ids=("a", "b")))))


@pytest.mark.parametrize(("topic", "text"), EXAMPLE.findall(PAGE.read_text("utf-8")))
def test_the_examples_of_the_page_are_messages(topic: str, text: str) -> None:
    validator(topic).validate(msgspec.json.decode(text))
    if "/up/" in topic:
        envelope = decode_envelope(text.encode())
        assert decode_body(envelope) is not None
        assert parse_up_topic(topic) == (envelope.station, envelope.type)
    elif topic.endswith("/ack"):
        decode_ack(text.encode())


def test_the_page_has_an_example_of_both_directions() -> None:
    topics = [topic for topic, _ in EXAMPLE.findall(PAGE.read_text("utf-8"))]
    assert any("/up/" in topic for topic in topics)
    assert any("/down/" in topic for topic in topics)
