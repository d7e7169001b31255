"""What is made of an attempt at its end: its result, and its raw trace for the care team."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from station.session.faults import fault_spans
from station.session.trial_file import TrialHead
from station.sway.plate import plate_from_dict
from station.sway.reading import ALG, Fault, Reading
from station.sway.report import report
from station.sway.trace import ENCODING, decode_trace, encode_trace
from station.training.ended import CountEnded, TrialEnded
from station.training.programme import Planned
from station.training.result import FaultSpan, SupportResult, TrialResult

S: Final = 1_000_000_000

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A result and its raw trace, as bodies of up/raw messages: the whole one, and the one that is sent."""

    result: TrialResult
    raw: bytes
    sent: bytes = b""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trial belongs: its id, its session, its number in it, and which attempt it is."""

    trial: str
    session: str
    number: int
    attempt: int


def blank_result(planned: Planned, place: Place, *, started: str, cal: str, sim: bool) -> TrialResult:
    """Return a result with everything that is known before the hold."""
    return TrialResult(
        trial=place.trial,
        session=place.session,
        number=place.number,
        routine=planned.routine.routine,
        rung=planned.rung_number,
        side=planned.side,
        stance=planned.stance,
        support_kind=planned.rung.support,
        vision=planned.rung.vision,
        surface=planned.rung.surface,
        attempt=place.attempt,
        started=started,
        outcome="interrupted",
        hold_s=0.0,
        target_hold_s=planned.hold_s,
        body_weight_n=None,
        measures={},
        quality={},
        support=SupportResult(
            mean_percent=None, max_percent=None, limit_percent=planned.rung.support_limit_percent
        ),
        in_target_percent=None,
        faults=(),
        cal=cal,
        alg=ALG,
        sim=sim,
        kind=planned.routine.kind,
    )


def finish_counted(blank: TrialResult, ended: CountEnded) -> TrialResult:
    """Return the result of an exercise beside the board: what the person counted, and no sway."""
    measures = {"count": float(ended.count)}
    return msgspec.structs.replace(blank, outcome=ended.outcome, count=ended.count, measures=measures)


def finish(head: TrialHead, readings: Sequence[Reading], ended: TrialEnded, *, noise_n: float | None) -> Kept:
    """Return the result of an attempt that ended by itself, with the measures of the time that counted."""
    attempt = ended.attempt
    end_ns = attempt.ended_ns or head.hold_started_ns
    result = msgspec.structs.replace(
        head.result,
        outcome=ended.outcome,
        hold_s=round(attempt.held_s, 2),
        body_weight_n=_rounded(attempt.body_weight_n, 1),
        support=SupportResult(
            mean_percent=_rounded(attempt.support_mean_percent, 2),
            max_percent=_rounded(attempt.support_max_percent, 2),
            limit_percent=head.result.support.limit_percent,
        ),
        in_target_percent=_rounded(attempt.in_target_percent, 1),
    )
    if attempt.goal is not None:
        result = msgspec.structs.replace(result, count=attempt.count)
    made = _measured(result, head, readings, attempt.spans_ns, end_ns=end_ns, noise_n=noise_n)
    doubt = {"weight_doubtful": True} if ended.weight_doubtful else {}
    result = msgspec.structs.replace(
        made.result,
        measures={**made.result.measures, **attempt.tally},
        quality={**made.result.quality, **doubt},
    )
    return Kept(result, made.raw, made.sent)


def finish_interrupted(head: TrialHead, readings: Sequence[Reading]) -> Kept:
    """Return the result of a trial that a power cut or a kill broke off.

    Its hold is the time from its start to the last good reading; pauses in it can no longer be told apart.
    """
    good = [r.t_ns for r in readings if r.fault is Fault.NONE and r.t_ns >= head.hold_started_ns]
    end_ns = max(good, default=head.hold_started_ns)
    result = msgspec.structs.replace(head.result, hold_s=round((end_ns - head.hold_started_ns) / S, 2))
    spans_ns = [(head.hold_started_ns, end_ns)]
    return _measured(result, head, readings, spans_ns, end_ns=end_ns, noise_n=None)


def _measured(
    result: TrialResult,
    head: TrialHead,
    readings: Sequence[Reading],
    spans_ns: Spans,
    *,
    end_ns: int,
    noise_n: float | None,
) -> Kept:
    # The numbers are made from the trace as it is kept, so that anybody gets the same ones from it.
    data = encode_trace(readings)
    made = report(decode_trace(data), plate_from_dict(head.plate), spans_ns, noise_n=noise_n)
    result = msgspec.structs.replace(
        result,
        measures={name: round(value, 4) for name, value in made.measures.items()},
        quality=made.quality,
        faults=_faults(result, readings, head.hold_started_ns, end_ns),
    )
    hold_ns = (head.hold_started_ns, end_ns)
    whole = _body(head, data, hold_ns, spans_ns, lean=False)
    sent = _body(head, encode_trace(readings, lean=True), hold_ns, spans_ns, lean=True)
    return Kept(result, whole, sent)


def _body(head: TrialHead, data: bytes, hold_ns: tuple[int, int], spans_ns: Spans, *, lean: bool) -> bytes:
    return msgspec.json.encode(
        {
            "trial": head.result.trial,
            "encoding": ENCODING,
            "data": b64encode(data).decode(),
            "hold_ns": hold_ns,
            "plate": head.plate,
            "spans_ns": spans_ns,
            "lean": lean,
        }
    )


def _faults(
    result: TrialResult, readings: Sequence[Reading], start_ns: int, end_ns: int
) -> tuple[FaultSpan, ...]:
    spans = tuple(fault_spans(readings, start_ns, end_ns))
    if spans or result.outcome != "fault":
        return spans
    # The board said nothing at all, not even why.
    last_ns = max((r.t_ns for r in readings if r.t_ns <= end_ns), default=start_ns)
    from_s = round(max(0, last_ns - start_ns) / S, 2)
    return (FaultSpan(fault="silent", cell=None, from_s=from_s, to_s=round((end_ns - start_ns) / S, 2)),)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
