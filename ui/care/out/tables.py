"""Sessions, trials, events and journal as CSV: a name and a unit at the head of every column."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from django.db.models import Model, QuerySet

from station.sway.catalogue import CATALOGUE
from ui.care.models import Event, Journal, Patient, Session, Trial
from ui.care.out.period import Period
from ui.care.out.selection import Viewer, events_of, journals_of, sessions_of, trials_of

ROWS_AT_ONCE: Final = 500
# What a spreadsheet takes for a formula when a cell begins with it (OWASP, "CSV Injection"), wide forms too.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM: Final = "\ufeff"  # without it, a spreadsheet reads the letters of a name as Latin-1

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file; `rows` are read while they are written."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]

    def write(self, out: IO[str], *, bom: bool = True) -> int:
        """Write header and rows; return how many rows there were."""
        out.write(BOM if bom else "")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.columns)
        count = 0
        for row in self.rows:
            writer.writerow([cell(row.get(column)) for column in self.columns])
            count += 1
        return count


def cell(value: object) -> object:
    """Return a value as it stands in a cell: no text is ever a formula, a number stays one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    text = (value if isinstance(value, str) else str(value)).replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) or text.startswith("'") else text


WHOSE: Final = ("patient", "station", "simulated")
MEASURES: Final = {name: f"{name} [{measure.unit or '1'}]" for name, measure in CATALOGUE.items()}
QUALITY: Final = {
    "missing_percent": "missing [%]",
    "longest_gap_s": "longest_gap [s]",
    "noise_n": "noise [N]",
}
SESSION: Final = (
    *WHOSE,
    *("session", "started", "ended", "duration [min]", "complete", "ended_by", "trials [1]"),
    *("pain_before [0-10]", "pain_after [0-10]", "effort [0-10]", "supervised", "programme_version"),
    *("calibration", "algorithm", "answers [json]"),
)
TRIAL: Final = (
    *WHOSE,
    *("session", "trial", "number", "started", "routine", "rung", "side", "stance", "support", "vision"),
    *("surface", "attempt", "outcome", "hold [s]", "target_hold [s]", "count [1]", "in_target [%]"),
    *("body_weight [N]", "hand_support_mean [% of body weight]", "hand_support_max [% of body weight]"),
    *("hand_support_limit [% of body weight]", *MEASURES.values(), "other_measures [json]"),
    *(*QUALITY.values(), "flagged", "faults [1]", "calibration", "algorithm"),
)
EVENT: Final = (*WHOSE, "event", "happened", "kind", "session", "detail [json]")
JOURNAL: Final = (
    *(*WHOSE, "entry", "written", "session", "walk [min]"),
    *("choices [json]", "counts [json]", "guided [json]"),
)


def tables(
    viewer: Viewer, period: Period, *, patient: Patient | None = None, names: bool = False
) -> tuple[Table, ...]:
    """Return the four tables of one patient, or of everybody the viewer sees; names only when asked for."""

    def of(rows: QuerySet[Any], when: str, whose: str) -> QuerySet[Any]:
        chosen = rows.filter(**{f"{when}__gte": period.begin, f"{when}__lt": period.end})
        return (chosen.filter(**{whose: patient}) if patient else chosen).order_by(when, "pk")

    sessions = of(sessions_of(viewer), "started", "patient").select_related("patient", "station")
    trials = of(trials_of(viewer), "started", "session__patient")
    events = of(events_of(viewer), "happened", "patient").select_related("patient", "station")
    journals = of(journals_of(viewer), "written", "patient").select_related("patient", "station")
    trials = trials.select_related("session__patient", "session__station")
    return (
        _table("sessions", SESSION, sessions, _session, names=names),
        _table("trials", TRIAL, trials, _trial, names=names),
        _table("events", EVENT, events, _event, names=names),
        _table("journal", JOURNAL, journals, _entry, names=names),
    )


def write_zip(chosen: Iterable[Table], out: IO[bytes]) -> dict[str, int]:
    """Write the tables into a ZIP, a row at a time; return how many rows each has."""
    counts = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in chosen:
            with (
                archive.open(f"{table.name}.csv", "w", force_zip64=True) as raw,
                io.TextIOWrapper(raw, encoding="utf-8", newline="") as text,
            ):
                counts[table.name] = table.write(text)
    return counts


def _table(
    name: str,
    columns: tuple[str, ...],
    found: QuerySet[Any],
    row_of: Callable[[Any], Row],
    *,
    names: bool,
) -> Table:
    def rows() -> Iterator[Row]:
        for it in found.iterator(chunk_size=ROWS_AT_ONCE):
            owner: Any = it.session if isinstance(it, Trial) else it
            patient: Patient = owner.patient
            whose = {"patient": patient.pseudonym, "station": owner.station.sid, "simulated": it.sim}
            yield {**whose, **row_of(it), **({"name": patient.name} if names else {})}

    return Table(name, ("name", *columns) if names else columns, rows())


def _session(session: Session) -> Row:
    body = session.body or {}
    answers = body.get("answers") or {}
    ended = session.ended
    return {
        "session": session.pk,
        "started": session.started,
        "ended": ended,
        "duration [min]": round((ended - session.started).total_seconds() / 60, 2) if ended else None,
        "complete": session.complete,
        "ended_by": session.ended_by,
        "trials [1]": session.trial_count,
        "pain_before [0-10]": answers.get("pain"),
        "pain_after [0-10]": answers.get("pain_after"),
        "effort [0-10]": answers.get("effort"),
        "supervised": body.get("supervised"),
        "programme_version": body.get("rx_version"),
        "calibration": session.cal,
        "algorithm": session.alg,
        "answers [json]": _json(answers),
    }


def _trial(trial: Trial) -> Row:
    body, support, quality = trial.body, trial.body.get("support") or {}, trial.body.get("quality") or {}
    measures = body.get("measures") or {}
    return {
        "session": trial.session_id,
        "trial": trial.pk,
        "stance": body.get("stance"),
        "support": trial.support_kind,
        "hold [s]": trial.hold_s,
        "target_hold [s]": trial.target_hold_s,
        "count [1]": body.get("count"),
        "in_target [%]": body.get("in_target_percent"),
        "body_weight [N]": body.get("body_weight_n"),
        "hand_support_mean [% of body weight]": support.get("mean_percent"),
        "hand_support_max [% of body weight]": support.get("max_percent"),
        "hand_support_limit [% of body weight]": support.get("limit_percent"),
        **{head: measures.get(name) for name, head in MEASURES.items()},
        "other_measures [json]": _json({name: it for name, it in measures.items() if name not in MEASURES}),
        **{head: quality.get(name) for name, head in QUALITY.items()},
        "flagged": trial.flagged,
        "faults [1]": len(body.get("faults") or ()),
        "calibration": trial.cal,
        "algorithm": trial.alg,
        **_named(trial, "number", "started", "routine", "rung", "side", "vision", "surface"),
        **_named(trial, "attempt", "outcome"),
    }


def _event(event: Event) -> Row:
    named = _named(event, "happened", "kind", "session")
    return {"event": event.pk, **named, "detail [json]": _json(event.detail)}


def _entry(entry: Journal) -> Row:
    counts = entry.body.get("counts") or {}
    return {
        "entry": entry.pk,
        **_named(entry, "written", "session"),
        "walk [min]": counts.get("walk_minutes"),
        "choices [json]": _json(entry.body.get("choices")),
        "counts [json]": _json(counts),
        "guided [json]": _json(entry.body.get("guided")),
    }


def _named(row: Model, *names: str) -> Row:
    return {name: getattr(row, name) for name in names}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
