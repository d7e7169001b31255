"""What came of a rehearsal as one JSON document."""

from typing import Any, Final

import msgspec

from station.rehearse.explain import Second
from station.rehearse.play import Played
from station.rehearse.stage import Event, Trial

# Of a result that was never kept, these say nothing.
LEFT_OUT: Final = ("trial", "session", "started", "cal")


def event(played: Played, of: Event, *, day: int | None = None) -> dict[str, Any]:
    """Return one event: `t_s` in the recording's own time, or the session's; its day where there are days."""
    told: dict[str, Any] = {"t_s": played.t_s(of.t_ns), "kind": of.kind}
    if day is not None:
        told["day"] = day
    if of.detail:
        told["detail"] = dict(of.detail)
    return told


def trial(played: Played, of: Trial, *, day: int | None = None) -> dict[str, Any]:
    """Return one result with the seconds its exercise lasted from and to."""
    told: dict[str, Any] = {
        key: value for key, value in msgspec.to_builtins(of.result).items() if key not in LEFT_OUT
    }
    told["source_s"] = [played.t_s(t_ns) for t_ns in of.span_ns]
    if day is not None:
        told["day"] = day
    return told


def second(played: Played, of: Second) -> dict[str, Any]:
    """Return one second of what `--explain` says."""
    return {
        "t_s": played.t_s(of.t_ns),
        "phase": of.phase,
        "counted_s": round(of.counted_s, 2),
        "why": of.sentence(),
    }


def document(source: str, played: Played) -> dict[str, Any]:
    """Return one session as a document."""
    told: dict[str, Any] = {
        "source": source,
        "sim": True,
        "events": [event(played, one) for one in played.events],
        "trials": [trial(played, one) for one in played.trials],
        "proposals": [],
        "ended_by": played.ended.ended_by if played.ended is not None else None,
    }
    if played.seconds:
        told["seconds"] = [second(played, one) for one in played.seconds]
    return told
