"""Priority, core and memory of the acquisition process: asked for, reported, never required."""

import ctypes
import errno
import os
from types import SimpleNamespace

import pytest

from station.board.realtime import PRIORITY, SESSION_PRIORITY, Achieved, ask_for_realtime, ask_for_turns


class System:
    """Grants or refuses, and remembers what was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, grants: bool) -> None:
        self.grants = grants
        self.policy = self.priority = 0
        self.cores: set[int] = set()
        monkeypatch.setattr(os, "sched_setscheduler", self.set_scheduler)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 3})
        monkeypatch.setattr(os, "sched_setaffinity", lambda _pid, cores: self.cores.update(cores))
        libc = SimpleNamespace(mlockall=lambda _flags: 0 if grants else -1)
        monkeypatch.setattr(ctypes, "CDLL", lambda *_args, **_keys: libc)
        monkeypatch.setattr(ctypes, "get_errno", lambda: errno.ENOMEM)

    def set_scheduler(self, _pid: int, policy: int, param: os.sched_param) -> None:
        self.policy = policy
        if not self.grants:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        self.priority = param.sched_priority


def test_where_it_is_permitted_all_three_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, grants=True)
    assert ask_for_realtime() == Achieved(PRIORITY, 3, locked=True)
    assert (system.policy, system.priority, system.cores) == (os.SCHED_FIFO, PRIORITY, {3})


def test_what_is_refused_is_told_with_the_setting_that_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    System(monkeypatch, grants=False)
    achieved = ask_for_realtime()
    assert (achieved.priority, achieved.locked) == (None, False)
    assert achieved.refused == (
        "SCHED_FIFO: Operation not permitted (LimitRTPRIO=40 in the unit allows it)",
        "locked memory: Cannot allocate memory (LimitMEMLOCK=infinity in the unit allows it)",
    )


def test_without_priority_no_core_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, grants=False)
    assert ask_for_realtime().core is None
    assert system.cores == set()


def test_the_session_goes_before_ordinary_work_and_after_the_readings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = System(monkeypatch, grants=True)
    assert ask_for_turns() == "the session runs with priority SCHED_RR 10"
    assert system.policy == os.SCHED_RR | os.SCHED_RESET_ON_FORK  # its children ask for themselves
    assert system.priority == SESSION_PRIORITY < PRIORITY


def test_a_session_that_is_refused_priority_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    System(monkeypatch, grants=False)
    assert ask_for_turns() == (
        "the session runs with ordinary priority: SCHED_RR: Operation not permitted "
        "(LimitRTPRIO=10 or more in the unit allows it)"
    )
