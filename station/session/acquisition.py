"""The acquisition process as its parent sees it: readings in, notes in, started again when it dies."""

import json
import os
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any, Final

import msgspec

from station.session.protocol import Simulate, SimulateFault, SimulatePlace
from station.sway.reading import CELL_COUNT, RECORD, Fault, Reading, unpack

S: Final = 1_000_000_000
RETRY_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)  # waits before each start; the first restart is at once
STEADY_S: Final = 10.0  # a child that lived this long starts the waits over
SAID_LINES: Final = 5
HUNG_S: Final = 3.0  # a living child writes four hundred records a second, be it only that a chip is silent
# To its first record: reading the program from a slow card while everything else starts, too.
BEGUN_S: Final = 20.0

Note = dict[str, Any]


class Acquisition:
    """Owns the child process `python -m station acquire …` and its two pipes.

    `now_ns` is CLOCK_MONOTONIC. A restart, and records the pipe could not take, appear among the readings as
    void ones (`RESTARTED`, `LOST`) of every cell, so that no gap goes unseen.
    """

    in_time = True  # readings arrive as they are made

    def __init__(
        self, command: Sequence[str], *, now_ns: Callable[[], int], log: Callable[[str], None]
    ) -> None:
        self._command = list(command)
        self._now_ns = now_ns
        self._log = log
        self._child: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._note_rest = b""
        self._seq: int | None = None
        self._failures = 0
        self._started_ns = 0
        self._start_at_ns = 0
        self._heard_ns = 0
        self._silent_s = BEGUN_S  # how long the child may say nothing, now
        self._restarted = False
        self._voids: list[Reading] = []  # said for a child that can no longer speak
        self._stood: dict[str, Any] | None = None  # how the simulated person stands, for the next child
        self._placed: dict[str, Any] | None = None  # what lies on the simulated board, likewise
        self._broken: list[dict[str, Any]] = []  # what was broken on the simulated board, likewise
        self.said: deque[str] = deque(maxlen=SAID_LINES)
        self.restarts = 0

    def start(self) -> None:
        """Start the child."""
        self._rest = self._note_rest = b""
        self._seq = None
        self._started_ns = self._heard_ns = self._now_ns()
        self._silent_s = BEGUN_S
        child = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        self._child = child
        for line in (*self._broken, self._stood, self._placed):
            if line is not None:
                self._write(line)

    @property
    def pid(self) -> int | None:
        """Return the child's process id while it lives."""
        return self._child.pid if self._child is not None else None

    def filenos(self) -> list[int]:
        """Return the descriptors on which readings and notes arrive."""
        if self._child is None:
            return []
        return [pipe.fileno() for pipe in (self._child.stdout, self._child.stderr) if pipe is not None]

    def readings(self) -> list[Reading]:
        """Return what has arrived, in the order it was written; never waits."""
        voids, self._voids = self._voids, []
        if self._child is None:
            return voids
        data = self._rest + _drain(self._child.stdout)
        if data:
            self._heard_ns = self._now_ns()
            self._silent_s = HUNG_S
        whole = len(data) // RECORD.size * RECORD.size
        self._rest = data[whole:]
        readings = voids
        try:
            for at in range(0, whole, RECORD.size):
                reading, seq = unpack(data[at : at + RECORD.size])
                readings += self._gap(reading.t_ns, seq)
                readings.append(reading)
        except ValueError as error:
            self._log(f"acquisition: its records cannot be read ({error}); starting it again")
            self._child.kill()
        return readings

    def _gap(self, t_ns: int, seq: int) -> list[Reading]:
        expected, self._seq = self._seq, (seq + 1) & 0xFFFF
        if self._restarted:
            self._restarted = False
            return [Reading(t_ns, cell, 0, Fault.RESTARTED) for cell in range(CELL_COUNT)]
        if expected is not None and seq != expected:
            return [Reading(t_ns, cell, 0, Fault.LOST) for cell in range(CELL_COUNT)]
        return []

    def notes(self) -> list[Note]:
        """Return the notes that have arrived; other lines on the child's stderr are logged."""
        if self._child is None:
            return []
        *lines, self._note_rest = (self._note_rest + _drain(self._child.stderr)).split(b"\n")
        notes: list[Note] = []
        for line in lines:
            note = _as_note(line)
            if note is not None:
                notes.append(note)
            elif line.strip():
                text = line.decode(errors="replace")
                self.said.append(text)
                self._log(f"acquisition: {text}")
        return notes

    def supervise(self) -> bool:
        """Start a dead child again when it is time; return whether the child was replaced."""
        if self._child is not None and self._now_ns() - self._heard_ns > self._silent_s * S:
            self._log(f"acquisition: has said nothing for {self._silent_s:g} s; it is ended")
            self._child.kill()
            self._child.wait()
        if self._child is not None and self._child.poll() is not None:
            self._bury(self._child)
        if self._child is not None or self._now_ns() < self._start_at_ns:
            return False
        self.restarts += 1
        self._restarted = True
        self.start()
        return True

    def _bury(self, child: subprocess.Popen[bytes]) -> None:
        self._log(f"acquisition: ended with {_how(child.returncode)}; starting it again")
        if self._now_ns() - self._started_ns > STEADY_S * S:
            self._failures = 0
        wait_s = RETRY_S[min(self._failures, len(RETRY_S) - 1)]
        self._failures += 1
        self._start_at_ns = self._now_ns() + round(wait_s * S)
        _close_pipes(child)
        self._child = None
        now_ns = self._now_ns()
        self._voids += [Reading(now_ns, cell, 0, Fault.RESTARTED) for cell in range(CELL_COUNT)]

    def simulate(self, step: Simulate) -> None:
        """Tell the simulated person what to do, this child and any that follows it."""
        how = {key: value for key, value in msgspec.to_builtins(step).items() if key != "type"}
        line = {**how, "since_ns": self._now_ns()}
        if step.do in {"press", "stumble", "raise_calves", "touch_down"}:
            pass  # over in a moment: nothing that a next child would have to know
        elif step.do == "step_on":
            self._stood = line
        elif step.do in {"step_off", "fall"}:
            self._stood = None
        elif self._stood is not None:
            told = {key: value for key, value in line.items() if value is not None}
            self._stood = {**self._stood, **told, "do": "step_on", "since_ns": self._stood["since_ns"]}
        self._write(line)

    def place(self, step: SimulatePlace) -> None:
        """Put a still load on the simulated board, this child's and that of any that follows it."""
        line = {"do": "place", "force_n": step.force_n, "x_mm": step.x_mm, "y_mm": step.y_mm}
        self._placed = line if step.force_n else None
        self._write(line)

    def break_down(self, fault: SimulateFault) -> None:
        """Break or mend something on the simulated board, for this child and any that follows it."""
        now_ns = self._now_ns()
        line = {
            "do": "fault",
            "kind": fault.kind,
            "cells": fault.cells,
            "from_ns": now_ns + round(fault.from_s * S),
            "to_ns": None if fault.to_s is None else now_ns + round(fault.to_s * S),
        }
        self._broken = [b for b in self._broken if b["to_ns"] is None or b["to_ns"] > now_ns]
        if fault.kind != "none":
            self._broken.append(line)
        elif fault.cells:
            self._broken = [b for b in self._broken if not set(fault.cells) & set(b["cells"])]
        else:
            self._broken = []
        self._write(line)

    def _write(self, line: dict[str, Any]) -> None:
        if self._child is not None and self._child.stdin is not None:
            with suppress(BrokenPipeError, BlockingIOError):
                self._child.stdin.write(json.dumps(line).encode() + b"\n")

    def close(self) -> None:
        """End the child: it leaves the chips powered down. May be called twice."""
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        try:
            child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        _close_pipes(child)


def _drain(pipe: IO[bytes] | None) -> bytes:
    if pipe is None:
        return b""
    with suppress(BlockingIOError):
        return os.read(pipe.fileno(), 1 << 18)
    return b""


def _as_note(line: bytes) -> Note | None:
    with suppress(ValueError):
        note = json.loads(line)
        if isinstance(note, dict) and isinstance(note.get("note"), str):
            return note
    return None


def _how(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit code {returncode}"


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
