"""A whole check as one document: figures, time, corners, findings, and whether the board is fit for use."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from station.board.config import BoardConfig
from station.check.computer import of_computer
from station.check.corners import CornerPress, corner_findings
from station.check.figures import CellFigures, figures_of
from station.check.findings import Finding, findings_of
from station.session.place import PlaceFinding
from station.sway.drift import Advice
from station.sway.plate import Four, Plate
from station.sway.reading import Reading
from station.training.health import CareSide, Trouble

S: Final = 1_000_000_000
ALONE: Final = Finding(
    kind="not-enrolled",
    cell=None,
    text="not enrolled: results stay on this station; to enrol it: sudo -u balance balance-station enrol "
    "--out /tmp/station.request.pem, and give that file to the care team",
    fatal=False,
)
LATE_MS: Final = 5.0  # from conversion to the station, of 99 readings in 100


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """How long after their conversion readings arrive, in ms; None when none came."""

    median_ms: float | None
    p99_ms: float | None


class Realtime(msgspec.Struct, frozen=True, kw_only=True):
    """What the acquisition process was given: its SCHED_FIFO priority, its core, memory that stays in RAM.

    `gc_frozen`: no collection of garbage interrupts it.
    """

    priority: int | None = None
    core: int | None = None
    locked: bool = False
    refused: tuple[str, ...] = ()
    gc_frozen: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One check. `first` is the first thing to do, None when the board is fit for use."""

    fit: bool
    first: str | None
    source: str
    sim: bool
    seconds: float
    tared: bool
    cells: tuple[CellFigures, ...]
    realtime: Realtime
    arrival: Arrival
    restarts: int
    corners: tuple[CornerPress, ...]
    findings: tuple[Finding, ...]


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beforehand: `tare` in force, `reference` tare of its calibration, why to repeat that.

    `storage` is what keeps results from being safe, `sim` whether the configured board is a simulated one,
    `enrolled` False where it is certain that no care team's broker is known.
    """

    config: BoardConfig
    plate: Plate
    sim: bool = False
    tare: Four | None = None
    reference: Four | None = None
    advice: tuple[Advice, ...] = ()
    care: CareSide | None = None
    enrolled: bool = True
    storage: tuple[PlaceFinding, ...] = ()
    damage: str | None = None  # what had happened to the database
    troubles: tuple[Trouble, ...] = ()


class Heard(msgspec.Struct, kw_only=True):
    """Everything the acquisition process said during the run."""

    source: str = ""
    sim: bool = False
    realtime: Realtime = Realtime()
    readings: list[Reading] = msgspec.field(default_factory=list)
    delays_ns: list[int] = msgspec.field(default_factory=list)
    seconds: float = 0.0
    restarts: int = 0
    arrival: Arrival | None = None  # as the running station measured it

    def note(self, note: dict[str, Any]) -> None:
        """Take one note of the acquisition process."""
        if note["note"] == "started":
            self.source, self.sim = str(note["source"]), bool(note["sim"])
            known = {key: note["rt"][key] for key in Realtime.__struct_fields__ if key in note["rt"]}
            self.realtime = msgspec.convert(known, Realtime)
        elif note["note"] == "arrival":
            median_ms, p99_ms = note["arrival_ms"]
            self.arrival = Arrival(median_ms=median_ms, p99_ms=p99_ms)


def report_of(heard: Heard, board: Board, presses: Sequence[CornerPress] = ()) -> Report:
    """Return what the check found."""
    cells = figures_of(heard.readings, board.config, board.plate, board.tare)
    findings = findings_of(cells, board.plate, tare=board.tare, reference=board.reference)
    findings += corner_findings(presses, board.config)
    arrival = heard.arrival or arrival_of(heard.delays_ns)
    findings += _of_time(heard, arrival)
    findings += [
        Finding(kind="recalibrate", cell=advice.cell, text=advice.text, fatal=False)
        for advice in board.advice
    ]
    findings += _of_care(board.care) if board.enrolled else [ALONE]
    sim = heard.sim if heard.source else board.sim  # one that never spoke is what it was meant to be
    findings += _of_storage(board, sim=sim)
    findings += of_computer(board.troubles)
    fatal = [finding for finding in findings if finding.fatal]
    return Report(
        fit=not fatal,
        first=fatal[0].text if fatal else None,
        source=heard.source,
        sim=sim,
        seconds=round(heard.seconds, 1),
        tared=board.tare is not None,
        cells=cells,
        realtime=heard.realtime,
        arrival=arrival,
        restarts=heard.restarts,
        corners=tuple(presses),
        findings=tuple(sorted(findings, key=lambda finding: not finding.fatal)),
    )


def arrival_of(delays_ns: Iterable[int]) -> Arrival:
    """Return median and 99th percentile."""
    delays_ms = sorted(delay_ns / 1e6 for delay_ns in delays_ns)
    if not delays_ms:
        return Arrival(median_ms=None, p99_ms=None)
    last = len(delays_ms) - 1
    return Arrival(median_ms=round(delays_ms[last // 2], 2), p99_ms=round(delays_ms[round(0.99 * last)], 2))


def _of_care(care: CareSide | None) -> list[Finding]:
    if care is None or care.reach == "answers":
        return []
    text = {
        "silent": "the care team's computer does not answer since {since}; results wait here, tell them",
        "away": "no connection to the care team since {since}; results wait here, look at the network",
    }[care.reach]
    since = care.since[:16].replace("T", " ")
    return [Finding(kind=f"care-{care.reach}", cell=None, text=text.format(since=since), fatal=False)]


def _of_storage(board: Board, *, sim: bool) -> list[Finding]:
    """Return what is wrong where results are kept; on a simulated board nobody's are lost."""
    found = [
        Finding(kind=place.kind, cell=None, text=place.text, fatal=place.grave and not sim)
        for place in board.storage
    ]
    if board.damage is not None:
        found.append(Finding(kind="database-restored", cell=None, text=board.damage, fatal=False))
    return found


def _of_time(heard: Heard, arrival: Arrival) -> list[Finding]:
    found: list[Finding] = []
    if heard.restarts:
        text = f"the acquisition process ended {heard.restarts} times; see what it wrote above"
        found.append(Finding(kind="restarts", cell=None, text=text))
    if not heard.sim and heard.realtime.priority is None:
        why = "; ".join(heard.realtime.refused) or "not asked for"
        text = f"reading the board has no priority over other programs ({why})"
        found.append(Finding(kind="priority", cell=None, text=text, fatal=False))
    if arrival.p99_ms is not None and arrival.p99_ms > LATE_MS:
        text = f"readings arrive up to {arrival.p99_ms:.0f} ms late; end other programs on this computer"
        found.append(Finding(kind="late", cell=None, text=text, fatal=False))
    return found
