"""What is kept of an attempt and of a session: one shape in the store, on the wire and at the care side."""

from typing import Literal

import msgspec

from station.training.routine import Kind, Side, Stance, Support, Surface, Vision

Outcome = Literal["done", "lost", "stopped", "fault", "interrupted"]

Clock = Literal["synced", "unsynced"]


class SupportResult(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the body weight the hands carried while the hold counted, in % of body weight."""

    mean_percent: float | None
    max_percent: float | None
    limit_percent: float


class FaultSpan(msgspec.Struct, frozen=True, kw_only=True):
    """The board gave no numbers for a while; seconds count from the start of the hold."""

    fault: str
    cell: str | None
    from_s: float
    to_s: float


class TrialResult(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at one exercise.

    `hold_s` is the time that counted. `measures` holds numbers by the names of `analyse`
    (`velocity_mm_s`, `pea95_mm2`, …); a measure this trial may not carry is absent. `source_s` names the
    seconds of the recording that stood on the board, only when one did. `count` is what was counted where the
    kind counts something. `events` says how often each kind of event happened in it. `marks_s` are the
    instants somebody who looked on has marked, in seconds since the hold began.
    """

    trial: str  # uuid7
    session: str  # uuid7
    number: int  # of the session, counted from 1
    routine: str
    rung: int
    side: Side | None
    stance: Stance
    support_kind: Support
    vision: Vision
    surface: Surface
    attempt: int
    started: str  # RFC 3339, UTC
    outcome: Outcome
    hold_s: float
    target_hold_s: float
    body_weight_n: float | None
    measures: dict[str, float]
    quality: dict[str, float | bool]
    support: SupportResult
    in_target_percent: float | None
    faults: tuple[FaultSpan, ...]
    cal: str
    alg: str
    sim: bool
    source_s: tuple[float, float] | None = None
    kind: Kind = "hold"
    clock: Clock = "synced"  # of `started`; unsynced: nobody knows when it was
    count: int | None = None  # repetitions, targets, steps or minutes, where these are counted
    events: dict[str, int] = {}
    marks_s: tuple[float, ...] = ()


class SessionResult(msgspec.Struct, frozen=True, kw_only=True):
    """One session from check-in to check-out; `complete` is False when it was stopped or broken off.

    `events` says how often each kind of event happened in it; `supervised`, that somebody looked on.
    """

    session: str  # uuid7
    started: str  # RFC 3339, UTC
    ended: str
    complete: bool
    ended_by: Literal["finished", "stopped", "red_flag", "pain", "interrupted", "away"]
    trials: int
    answers: dict[str, bool | int]  # by question key
    rx_version: int | None
    sim: bool
    events: dict[str, int] = {}
    supervised: bool = False
    clock: Clock = "synced"  # of `started`


class JournalResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wrote down after a session, without a word of free text.

    `choices` holds the words chosen, in English, by question key; `counts` the numbers (`walk_minutes`);
    `guided` how many were done of each routine off the plate in this session.
    """

    session: str  # uuid7
    written: str  # RFC 3339, UTC
    counts: dict[str, int]
    choices: dict[str, str]
    guided: dict[str, int]
    sim: bool
