"""How well a station reads its board, and how its computer is: what check, care team and service are told."""

from typing import Literal

import msgspec

Reach = Literal["answers", "silent", "away"]


class BoardHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What the acquisition process was given, and what it achieves; fours are in corner order FL, FR, RL, RR.

    `priority` is SCHED_FIFO's, None without; `locked` memory stays in RAM; `refused` says in words what the
    system did not give. `sps` are conversions a second of each chip, None before they are known; `recoveries`
    how often each was started anew. `arrival_ms` is how long after their conversion readings reach the
    station, the median and 99 in 100, while it does not rest. `noise_n` is the rms of one cell of the empty
    board. `restarts` counts those of the acquisition process since the station started. `cal` is the plate in
    use, `calibrated` when it was made (RFC 3339). `noises_n` is the rms of each cell.
    """

    source: str = ""
    sim: bool = False
    priority: int | None = None
    core: int | None = None
    locked: bool = False
    gc_frozen: bool = False
    refused: tuple[str, ...] = ()
    sps: tuple[float | None, ...] = (None, None, None, None)
    recoveries: tuple[int, ...] = (0, 0, 0, 0)
    arrival_ms: tuple[float, float] | None = None
    noise_n: float | None = None
    restarts: int = 0
    cal: str = ""
    noises_n: tuple[float | None, ...] = (None, None, None, None)
    calibrated: str | None = None


class PowerState(msgspec.Struct, frozen=True, kw_only=True):
    """What a Raspberry Pi says of its power and heat: too little voltage, slowed down, and why."""

    undervoltage: bool = False
    capped: bool = False  # the clock is held down
    throttled: bool = False
    hot: bool = False


TroubleKind = Literal["undervoltage", "capped", "throttled", "hot", "memory", "fan", "date"]


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is or was wrong with the computer, by its own clock (RFC 3339; it may not be set).

    `until` is None while it lasts; `times` counts how often it came again within an hour, `clock` says how
    far `since` may be believed. `detail` is what was seen, for whoever mends it. A newer station may know a
    `kind` that is not known here.
    """

    kind: TroubleKind | str
    since: str
    until: str | None = None
    times: int = 1
    clock: Literal["synced", "unsynced"] = "synced"
    detail: str = ""


class CareSide(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the care team's computer answers (`silent`: its broker does, it does not; `away`: neither).

    `since` (RFC 3339) is when it began to answer, or not to.
    """

    reach: Reach
    since: str


class MachineHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The computer of a station; None for what it does not tell.

    `storage` says why results may not stay there, and when the database was restored; `storage_kinds`
    which it is, in the same order; a newer station may know a kind that is not known here.
    `memory_stall_percent` is the share of the last minute in which some program waited for memory. `troubles`
    are those of now and of the last days, the newest first.
    """

    model: str | None = None
    os: str | None = None
    python: str | None = None
    cpu_c: float | None = None
    power_now: PowerState | None = None
    power_since_start: PowerState | None = None
    disk_free_mb: int | None = None  # where results are kept
    memory_mb: int | None = None
    memory_free_mb: int | None = None
    uptime_s: float | None = None
    storage: tuple[str, ...] = ()
    storage_kinds: tuple[str, ...] = ()
    fan_rpm: int | None = None
    memory_stall_percent: float | None = None
    troubles: tuple[Trouble, ...] = ()
