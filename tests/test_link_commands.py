"""Commands of the care team: used once and in time, or refused with the reason; a live view that lapses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import MessageError
from station.link.commands import KEPT, Commands, decode_command
from station.link.live import EVERY_S, Lease, frame_of
from station.link.messages import CommandReply, RemoteCommand, encode
from station.training.snapshot import LiveView, Snapshot

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def command(kind: str = "pause", *, id_: str = "c-1", valid_s: float = 30, **more: Any) -> RemoteCommand:
    expires = (NOW + timedelta(seconds=valid_s)).isoformat()
    return msgspec.convert({"id": id_, "kind": kind, "expires": expires, **more}, RemoteCommand)


def judge(commands: Commands, it: RemoteCommand, *, later_s: float = 0, **given: bool) -> CommandReply | None:
    situation = {"synced": True, "watched": True, **given}
    return commands.judge(it, NOW + timedelta(seconds=later_s), **situation)


def test_a_command_in_time_is_taken_once() -> None:
    commands = Commands()
    assert judge(commands, command()) is None
    again = judge(commands, command(), later_s=1)
    assert again is not None
    assert (again.command, again.state) == ("c-1", "refused")
    assert "once" in again.reason


def test_a_used_command_stays_used_over_a_restart() -> None:
    before = Commands()
    judge(before, command())
    assert judge(Commands(before.used), command(), later_s=5) is not None


def test_used_commands_are_forgotten_when_they_could_not_be_taken_any_more() -> None:
    commands = Commands()
    judge(commands, command())
    judge(commands, command(id_="c-2"), later_s=KEPT.total_seconds() + 1)
    assert [used.id for used in commands.used] == ["c-2"]


def test_a_clock_set_back_makes_no_used_command_new() -> None:
    commands = Commands()
    judge(commands, command())
    assert judge(commands, command(), later_s=-3600) is not None


@pytest.mark.parametrize(
    ("valid_s", "words"),
    [(0, "too late"), (-5, "too late"), (61, "more than 60 s"), (3600, "more than 60 s")],
)
def test_a_command_out_of_its_time_is_refused(valid_s: float, words: str) -> None:
    answer = judge(Commands(), command("stop", valid_s=valid_s))
    assert answer is not None
    assert words in answer.reason


def test_a_date_that_is_none_is_refused() -> None:
    answer = judge(Commands(), msgspec.structs.replace(command(), expires="soon"))
    assert answer is not None
    assert "expires" in answer.reason


@pytest.mark.parametrize("kind", ["start", "pause", "mark"])
def test_nobody_steers_what_nobody_sees(kind: str) -> None:
    answer = judge(Commands(), command(kind), watched=False)
    assert answer is not None
    assert "live view" in answer.reason


@pytest.mark.parametrize("kind", ["stop", "identify", "live", "raw"])
def test_a_stop_and_what_steers_nothing_need_no_onlooker(kind: str) -> None:
    assert judge(Commands(), command(kind), watched=False) is None


@pytest.mark.parametrize("kind", ["start", "pause", "mark", "identify", "live", "raw"])
def test_a_clock_that_was_never_set_takes_a_stop_only(kind: str) -> None:
    assert judge(Commands(), command(kind), synced=False) is not None
    assert judge(Commands(), command("stop", valid_s=-1e6), synced=False) is None


@given(st.binary(max_size=200))
def test_noise_is_refused_in_words(payload: bytes) -> None:
    with pytest.raises(MessageError, match="not understood"):
        decode_command(payload)


def test_a_command_comes_back_and_a_kind_nobody_knows_does_not() -> None:
    assert decode_command(encode(command("live", lease_s=5))) == command("live", lease_s=5)
    with pytest.raises(MessageError, match="kind"):
        decode_command(encode(command()).replace(b'"pause"', b'"harder"'))


def test_a_lease_lapses_by_itself() -> None:
    lease = Lease()
    assert not lease.held(0)
    lease.take(100, 5)
    assert lease.held(104.9)
    assert not lease.held(105)
    assert not lease.due(105)


def test_a_shorter_lease_does_not_end_a_longer_one() -> None:
    lease = Lease()
    lease.take(100, 15)
    lease.take(101, 1)
    assert lease.held(114)


@pytest.mark.parametrize("step_s", [0.002, 0.02, 0.033])
def test_ten_frames_a_second_and_no_more(step_s: float) -> None:
    lease = Lease()
    lease.take(50, 20)
    turns = [50 + n * step_s for n in range(round(10 / step_s))]
    sent = sum(lease.due(now_s) for now_s in turns)
    assert 98 <= sent <= 10 / EVERY_S + 1


def test_a_frame_says_how_old_its_sample_is_and_invents_nothing() -> None:
    snapshot = Snapshot(phase="welcome", t_ns=1_000_000_000, sim=True, plate_mm=(400, 300), live=LiveView())
    frame = frame_of(snapshot, 1_600_000_000)
    assert frame.age_ms == 600
    assert frame.sim
    assert (frame.x_mm, frame.load_n, frame.routine, frame.hold_s) == (None, None, None, None)
