"""How well a station reads its board: what check, care team and service are told alike."""

import msgspec


class BoardHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What the acquisition process was given, and what it achieves; fours are in corner order FL, FR, RL, RR.

    `priority` is SCHED_FIFO's, None without; `locked` memory stays in RAM; `refused` says in words what the
    system did not give. `sps` are conversions a second of each chip, None before they are known; `recoveries`
    how often each was started anew. `arrival_ms` is how long after their conversion readings reach the
    station, the median and 99 in 100. `noise_n` is the rms of one cell of the empty board. `restarts` counts
    those of the acquisition process since the station started. `cal` is the plate in use.
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
