"""The best the system allows a process that must not be late; everything is tried, nothing is required."""

import ctypes
import gc
import os
from typing import Final, NamedTuple

# Above ordinary work and kernel threads of ordinary weight, below the kernel's own interrupt threads (50).
PRIORITY: Final = 40
# Of the process that takes the readings on: before all ordinary work, after the one that makes them.
SESSION_PRIORITY: Final = 10
MCL_CURRENT: Final = 1
MCL_FUTURE: Final = 2


class Achieved(NamedTuple):
    """What was got; `refused` says in words what was not."""

    priority: int | None = None  # SCHED_FIFO
    core: int | None = None
    locked: bool = False
    refused: tuple[str, ...] = ()
    gc_frozen: bool = False


def freeze_garbage() -> bool:
    """Let no collection interrupt the loop: what lives now lives for ever, and the loop makes no cycles.

    Returns whether that is so now.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    return not gc.isenabled() and gc.get_freeze_count() > 0


def ask_for_realtime() -> Achieved:
    """Ask for SCHED_FIFO, a core of our own and locked memory."""
    refused: list[str] = []
    priority = _raise_priority(refused)
    # Without priority a pinned process only waits longer for whoever else wants that core.
    core = None if priority is None else _pin_core(refused)
    return Achieved(priority, core, _lock_memory(refused), tuple(refused))


def ask_for_turns() -> str:
    """Ask for SCHED_RR for a process that must not wait behind ordinary work; say in one line what was got.

    Its children are not given it: they ask for themselves.
    """
    try:
        policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(SESSION_PRIORITY))
    except OSError as error:
        return (
            f"the session runs with ordinary priority: SCHED_RR: {error.strerror} "
            f"(LimitRTPRIO={SESSION_PRIORITY} or more in the unit allows it)"
        )
    return f"the session runs with priority SCHED_RR {SESSION_PRIORITY}"


def _raise_priority(refused: list[str]) -> int | None:
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except OSError as error:
        refused.append(f"SCHED_FIFO: {error.strerror} (LimitRTPRIO={PRIORITY} in the unit allows it)")
        return None
    return PRIORITY


def _pin_core(refused: list[str]) -> int | None:
    core = max(os.sched_getaffinity(0))  # interrupts are mostly served by the first
    try:
        os.sched_setaffinity(0, {core})
    except OSError as error:
        refused.append(f"core {core}: {error.strerror}")
        return None
    return core


def _lock_memory(refused: list[str]) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(MCL_CURRENT | MCL_FUTURE) != 0:
        reason = os.strerror(ctypes.get_errno())
        refused.append(f"locked memory: {reason} (LimitMEMLOCK=infinity in the unit allows it)")
        return False
    return True
