"""Requests to update at the door of a station: laid down once, or refused with the reason."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from station.link.asked import ToldUpdates, UpdateReply
from station.link.keyring import KeyKeeper
from station.link.permit import Permit
from station.link.update_desk import LOOK_S, Files, UpdateDesk
from tests.test_update_asked import CARE_PUBLIC, request
from tests.test_update_steps import release

NOW = datetime(2026, 12, 1, tzinfo=UTC)


class Door:
    """A desk, and what it has published."""

    def __init__(self, folder: Path, take: str = "asked") -> None:
        self.files = Files(folder / "asked.json", folder / "told.json")
        self.now_s = 0.0
        self.log: list[str] = []
        self.said: list[UpdateReply] = []
        keeper = KeyKeeper([CARE_PUBLIC], folder / "enrolment", station="s-1", now=lambda: NOW)
        permit = Permit(keeper, "s-1", lambda: NOW)
        told = ToldUpdates(take=take)
        self.desk = UpdateDesk(permit, self.files, told, log=self.log.append, now_s=lambda: self.now_s)

    def publish(self, kind: str, body: msgspec.Struct) -> None:
        assert kind == "reply/update"
        assert isinstance(body, UpdateReply)
        self.said.append(body)

    def hear(self, document: bytes) -> UpdateReply | None:
        self.said.clear()
        self.desk.hear(document, self.publish)
        return self.said[0] if self.said else None

    def tell(self, reply: UpdateReply) -> None:
        self.files.told.write_bytes(msgspec.json.encode(reply))


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_a_request_is_laid_down_whole_and_answered_once(door: Door) -> None:
    document = request(3, release())
    assert door.hear(document) == UpdateReply(number=3, state="received", version="1.3.0")
    assert door.files.asked.read_bytes() == document
    assert door.hear(document) is None, "what is retained comes with every connection"
    assert len(door.log) == 1


@pytest.mark.parametrize("take", ["off", "by hand"])
def test_a_station_that_takes_none_says_so(tmp_path: Path, take: str) -> None:
    door = Door(tmp_path, take)
    reply = door.hear(request(3, release()))
    assert reply is not None
    assert reply.state == "refused"
    assert f'take = "{take}"' in reply.reason
    assert not door.files.asked.exists()


@pytest.mark.parametrize(
    ("document", "number", "why"),
    [
        (request(4, release(), seed=bytes(32)), 4, "not enrolled with"),
        (request(4, release()).replace(b"1.3.0", b"1.4.0"), 4, "changed after it was signed"),
        (request(4, release(), station="s-2"), 4, "for station s-2"),
        (request(4, release(), expires="2026-11-01T00:00:00Z"), 4, "too late"),
        (b'{"request": \xff', 0, "not understood"),
        (b"x" * 50_000, 0, "too large"),
    ],
)
def test_what_is_not_the_care_teams_word_is_refused(
    door: Door, document: bytes, number: int, why: str
) -> None:
    reply = door.hear(document)
    assert reply is not None
    assert (reply.number, reply.state) == (number, "refused")
    assert why in reply.reason
    assert not door.files.asked.exists()


def test_a_request_sent_before_is_refused_after_the_file_of_the_newer_one_is_gone_too(door: Door) -> None:
    old = request(3, release())
    door.hear(request(4, release()))
    replayed = door.hear(old)
    assert replayed is not None
    assert "it was sent before" in replayed.reason
    door.files.asked.unlink()
    door.tell(UpdateReply(number=4, state="running"))
    again = door.hear(old)
    assert again is not None
    assert "it was sent before" in again.reason


def test_the_updaters_word_is_passed_on_when_it_changes_and_at_every_connection(door: Door) -> None:
    def turn() -> list[str]:
        door.said.clear()
        door.now_s += LOOK_S
        door.desk.turn(door.publish)
        return [reply.state for reply in door.said]

    assert turn() == []
    door.tell(UpdateReply(number=4, state="fetching"))
    assert turn() == ["fetching"]
    assert turn() == []
    door.tell(UpdateReply(number=4, state="installing"))
    assert turn() == ["installing"]
    door.said.clear()
    door.desk.connected(door.publish)
    assert [reply.state for reply in door.said] == ["installing"]
    door.files.told.write_bytes(b"{")
    assert turn() == []
