"""The path of a trial as CSV, with the columns that `balance-station analyse` reads."""

import csv
import io
from typing import Final

import numpy as np

from station.link.messages import RawTrace
from station.sway.grid import cop_path
from station.sway.plate import plate_from_dict
from station.sway.trace import decode_trace
from ui.care.results.stabilogram import spans_of

HEADER: Final = ("t_s", "fl_n", "fr_n", "rl_n", "rr_n", "load_n", "ml_mm", "ap_mm", "counted")


def path_csv(raw: RawTrace) -> str:
    """Return forces (N), load (N) and CoP (mm) on the grid of the method, t_s from the start of the hold.

    What the board could not tell is left empty. Raises StationError when the trace cannot be understood.
    """
    path = cop_path(decode_trace(raw.data), plate_from_dict(raw.plate))
    spans = spans_of(raw)
    counted = np.zeros(len(path.t_ns), dtype=np.bool_)
    for start_ns, end_ns in spans:
        counted |= (path.t_ns >= start_ns) & (path.t_ns <= end_ns)
    load_n = path.forces_n.sum(axis=0)
    columns = (*path.forces_n, load_n, path.x_mm, path.y_mm)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for place, t_ns in enumerate((path.t_ns - spans[0][0]).tolist()):
        values = (float(column[place]) for column in columns)
        shown = ("" if np.isnan(value) else f"{value:.4f}" for value in values)
        writer.writerow((f"{t_ns / 1e9:.3f}", *shown, int(counted[place])))
    return text.getvalue()
