"""Messages as a station sends them, for tests and for trying the site out; always marked as simulated."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
import numpy as np
import uuid_utils

from station.link.messages import (
    Birth,
    CommandReply,
    Envelope,
    RawTrace,
    Reply,
    State,
    StationEvent,
    ToldLimits,
    encode,
    up_topic,
)
from station.sway.plate import Plate
from station.sway.reading import CELL_COUNT, Fault, Reading
from station.sway.trace import ENCODING, encode_trace
from station.training.health import BoardHealth, MachineHealth
from station.training.prescription import Limits
from station.training.result import JournalResult, SessionResult, SupportResult, TrialResult
from ui.care.recording.heard import Arrival

PLATE = Plate((400.0, 400.0, 400.0, 400.0), (0.0, 0.0, 0.0, 0.0), width_mm=400.0, length_mm=300.0)
LOAD_N = 700.0
RATE_HZ = 80


def new_id() -> str:
    """Return a time-ordered UUID."""
    return str(uuid_utils.uuid7())


class ExampleStation:
    """Composes what one station says; it holds no connection."""

    def __init__(
        self, sid: str, subj: str | None, *, start: datetime | None = None, sim: bool = True
    ) -> None:
        self.sid = sid
        self.subj = subj
        self.boot = "boot-1"
        self._sim = sim
        self._start = start or datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
        self._seq: Iterator[int] = itertools.count(1)

    def message(self, body: msgspec.Struct, kind: str, **changed: Any) -> Arrival:
        """Return this body as a message; `changed` replaces fields of the envelope."""
        fields = {
            "id": new_id(),
            "type": kind,
            "station": self.sid,
            "boot": self.boot,
            "seq": next(self._seq),
            "t": self._start.isoformat(),
            "mono_ms": 1000,
            "clock": "synced",
            "subj": self.subj,
            "rx": None,
            "sw": "0.1.0",
            "cal": "nominal",
            "alg": "cop-1",
            "sim": self._sim,
            "body": msgspec.Raw(encode(body)),
        }
        return Arrival(up_topic(self.sid, kind), encode(Envelope(**{**fields, **changed})))

    def state(self, *, online: bool) -> Arrival:
        """Return the presence of a station."""
        return self.message(State(online=online, boot=self.boot), "state")

    def birth(
        self,
        *,
        rx_version: int | None = None,
        limits: Limits | None = None,
        board: BoardHealth | None = None,
        cal: str = "nominal",
        machine: MachineHealth | None = None,
    ) -> Arrival:
        """Return what a station says when it comes up."""
        body = Birth(
            sw="0.1.0",
            cal=cal,
            alg="cop-1",
            rx_version=rx_version,
            outbox_depth=0,
            outbox_oldest_s=None,
            limits=ToldLimits.of(limits or Limits()),
            sim=self._sim,
            board=board,
            machine=machine,
        )
        return self.message(body, "birth")

    def trial(self, session: str, number: int = 1, **changed: Any) -> Arrival:
        """Return a full hold of supported standing; `changed` replaces fields of the result."""
        result = TrialResult(
            trial=new_id(),
            session=session,
            number=number,
            routine="supported-standing",
            rung=1,
            side=None,
            stance="both",
            support_kind="two-hands",
            vision="open",
            surface="firm",
            attempt=number,
            started=self._start.isoformat(),
            outcome="done",
            hold_s=20.0,
            target_hold_s=20.0,
            body_weight_n=LOAD_N,
            measures={"velocity_mm_s": 12.3, "pea95_mm2": 345.6, "rms_ml_mm": 3.2, "rms_ap_mm": 4.5},
            quality={"missing_percent": 0.1, "longest_gap_s": 0.01, "flagged": False},
            support=SupportResult(mean_percent=18.0, max_percent=27.0, limit_percent=40.0),
            in_target_percent=91.0,
            faults=(),
            cal="nominal",
            alg="cop-1",
            sim=self._sim,
        )
        return self.message(msgspec.structs.replace(result, **changed), "result/trial")

    def session(self, session: str, trials: int = 1, **changed: Any) -> Arrival:
        """Return the end of a session."""
        result = SessionResult(
            session=session,
            started=self._start.isoformat(),
            ended=self._start.isoformat(),
            complete=True,
            ended_by="finished",
            trials=trials,
            answers={"numbness": False, "pain": 2, "pain_after": 3, "effort": 4},
            rx_version=None,
            sim=self._sim,
        )
        return self.message(msgspec.structs.replace(result, **changed), "result/session")

    def journal(self, session: str, **changed: Any) -> Arrival:
        """Return what a patient wrote down after a session."""
        result = JournalResult(
            session=session,
            written=self._start.isoformat(),
            counts={"walk_minutes": 20},
            choices={"walk_distance": "up to 500 metres", "mood": "well"},
            guided={"heel-slides": 12},
            sim=self._sim,
        )
        return self.message(msgspec.structs.replace(result, **changed), "result/journal")

    def raw(self, trial: str) -> Arrival:
        """Return the raw trace of a quiet stance of 20 s, with a second before and after the hold."""
        return self.message(raw_trace(trial), "raw")

    def event(self, kind: str) -> Arrival:
        """Return something the care team should know."""
        return self.message(StationEvent(kind=kind, session=None), "event")

    def answer(self, kind: str, reason: str = "") -> Arrival:
        """Return what became of a command: done, or refused for this reason."""
        state: Literal["done", "refused"] = "refused" if reason else "done"
        body = CommandReply(command=new_id(), kind=kind, state=state, reason=reason)
        return self.message(body, "reply/command")

    def reply(self, version: int, state: str, reason: str = "") -> Arrival:
        """Return what became of a prescription."""
        return self.message(
            msgspec.convert({"rx_version": version, "state": state, "reason": reason}, Reply), "reply"
        )


def raw_trace(trial: str, *, hold_s: int = 20) -> RawTrace:
    """Return the trace of somebody swaying ±6 mm ML and ±9 mm AP, slowly, on `PLATE`."""
    t_s = np.arange((hold_s + 2) * RATE_HZ) / RATE_HZ
    x_mm = 6 * np.sin(2 * np.pi * 0.31 * t_s) + 2 * np.sin(2 * np.pi * 0.83 * t_s + 1)
    y_mm = 9 * np.sin(2 * np.pi * 0.23 * t_s + 0.5) + 2 * np.sin(2 * np.pi * 1.07 * t_s)
    right, forward = x_mm / PLATE.width_mm * 2, y_mm / PLATE.length_mm * 2
    forces_n = (
        LOAD_N
        / 4
        * np.stack([1 - right + forward, 1 + right + forward, 1 - right - forward, 1 + right - forward])
    )
    readings = [
        Reading(int(t * 1e9), cell, round(force * PLATE.counts_per_n[cell]), Fault.NONE)
        for cell in range(CELL_COUNT)
        for t, force in zip(t_s.tolist(), forces_n[cell].tolist(), strict=True)
    ]
    return RawTrace(
        trial=trial,
        encoding=ENCODING,
        data=encode_trace(readings),
        hold_ns=(1_000_000_000, (1 + hold_s) * 1_000_000_000),
        plate=PLATE.to_dict(),
    )
