"""The contract with the care side: a tolerant reader that refuses in words."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import MessageError
from station.link.messages import (
    MAX_MESSAGE_BYTES,
    Birth,
    Envelope,
    Reply,
    decode_ack,
    decode_body,
    decode_envelope,
    encode,
    parse_up_topic,
    up_topic,
)


def envelope(kind: str = "reply", body: object = None) -> Envelope:
    body = Reply(rx_version=1, state="applied") if body is None else body
    return Envelope(
        id="01a204be-8209-70a4-9091-5d185cb8c9f7",
        type=kind,
        station="s-1",
        boot="b",
        seq=1,
        t="2026-01-01T00:00:00Z",
        mono_ms=1,
        clock="synced",
        subj=None,
        rx=None,
        sw="0",
        cal="nominal",
        alg="cop-1",
        sim=True,
        body=msgspec.Raw(msgspec.json.encode(body)),
    )


def test_an_envelope_comes_back_with_its_body() -> None:
    got = decode_envelope(encode(envelope()))
    assert decode_body(got) == Reply(rx_version=1, state="applied")


def test_keys_of_a_newer_sender_are_passed_over() -> None:
    plain = msgspec.json.decode(encode(envelope()))
    plain["new"] = 1
    plain["body"]["new"] = 2
    got = decode_envelope(msgspec.json.encode(plain))
    assert decode_body(got) == Reply(rx_version=1, state="applied")


def test_a_limit_of_a_newer_station_is_passed_over() -> None:
    birth = {
        "sw": "9",
        "cal": "nominal",
        "alg": "cop-1",
        "rx_version": None,
        "sim": True,
        "outbox_depth": 0,
        "outbox_oldest_s": None,
        "limits": {"longest_hold_s": 30.0, "most_steps": 40},
    }
    got = decode_body(envelope("birth", birth))
    assert isinstance(got, Birth)
    assert got.limits.longest_hold_s == 30.0


def test_an_unknown_type_is_kept_as_it_came() -> None:
    got = decode_envelope(encode(envelope("result/dance", {"a": 1})))
    assert decode_body(got) is None
    assert msgspec.json.decode(got.body) == {"a": 1}


def test_another_version_is_refused_by_name() -> None:
    plain = {**msgspec.json.decode(encode(envelope())), "v": 2}
    with pytest.raises(MessageError, match="version 2"):
        decode_envelope(msgspec.json.encode(plain))


def test_a_message_beyond_the_size_limit_is_not_even_parsed() -> None:
    with pytest.raises(MessageError, match="bytes"):
        decode_envelope(b" " * (MAX_MESSAGE_BYTES + 1))


def test_a_bad_field_is_named_with_its_place() -> None:
    with pytest.raises(MessageError, match=r"reply: .*state"):
        decode_body(envelope(body={"rx_version": 1, "state": "eaten"}))


@given(st.binary(max_size=300))
def test_noise_is_refused_in_words(payload: bytes) -> None:
    for decode in (decode_envelope, decode_ack):
        with pytest.raises(MessageError, match="not understood"):
            decode(payload)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(MessageError):
        decode_envelope(b'{"v":1,"body":' + b"[" * 100_000)


def test_topics_come_back() -> None:
    assert parse_up_topic(up_topic("s-1", "result/trial")) == ("s-1", "result/trial")


@pytest.mark.parametrize(
    "topic", ["", "bal/v1/s/x/down/ack", "bal/v2/s/x/up/event", "bal/v1/s//up/event", "a/b"]
)
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(MessageError, match="topic"):
        parse_up_topic(topic)
