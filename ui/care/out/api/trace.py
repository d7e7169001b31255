"""The raw trace of a trial, as it came or as forces that `balance-station analyse` reads."""

import base64
import csv
import io
from typing import Any

import numpy as np

from station.errors import StationError
from station.link.messages import RawTrace, decode_body, decode_envelope
from station.sway.grid import cop_path
from station.sway.plate import plate_from_dict
from station.sway.trace import decode_trace
from ui.care import models

FORCES = ("t_s", "fl_n", "fr_n", "rl_n", "rr_n")


def stored_trace(trial: models.Trial) -> models.RawTrace | None:
    """Return where the trace of a trial is, None while it has not come."""
    return models.RawTrace.objects.filter(trial=trial.pk).select_related("message").last()


def read_trace(stored: models.RawTrace) -> RawTrace:
    """Return the trace. Raises StationError when it cannot be understood."""
    raw = decode_body(decode_envelope(bytes(stored.message.payload)))
    if not isinstance(raw, RawTrace):
        raise StationError("the message kept for this trial holds no raw trace")
    return raw


def as_json(raw: RawTrace) -> dict[str, Any]:
    """Return the trace as it came, whoever reads it decodes it."""
    return {
        "trial": raw.trial,
        "encoding": raw.encoding,
        "data": base64.b64encode(raw.data).decode(),
        "hold_ns": raw.hold_ns,
        "spans_ns": raw.spans_ns,
        "plate": raw.plate,
    }


def as_csv(raw: RawTrace) -> str:
    """Return the corner forces of the hold in N on a grid of 100 Hz, unfiltered; no line in gaps.

    Raises StationError when readings or plate cannot be understood.
    """
    path = cop_path(decode_trace(raw.data), plate_from_dict(raw.plate))
    start_ns, end_ns = raw.hold_ns
    inside = (path.t_ns >= start_ns) & (path.t_ns <= end_ns) & np.isfinite(path.forces_n).all(axis=0)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FORCES)
    times_s = (path.t_ns[inside] - start_ns) / 1e9
    for t_s, *forces_n in zip(times_s.tolist(), *path.forces_n[:, inside].tolist(), strict=True):
        writer.writerow([f"{t_s:.4f}", *(f"{force:.3f}" for force in forces_n)])
    return out.getvalue()
