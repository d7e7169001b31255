"""Recordings of somebody on a plate, part by part, as files."""

import gzip
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

WEIGHT_N = 640.0
RATE_HZ = 100


@dataclass
class Stood:
    """Rows `t_s,load_n,ml_mm,ap_mm`; time begins at `first_s`."""

    first_s: float = 0.0
    parts: list[tuple[float, float, float, float]] = field(default_factory=list)

    def stand(self, seconds: float, *, load_n: float = WEIGHT_N, x_mm: float = 0, y_mm: float = 0) -> "Stood":
        self.parts.append((seconds, load_n, x_mm, y_mm))
        return self

    def empty(self, seconds: float) -> "Stood":
        return self.stand(seconds, load_n=0.0)

    def rows(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        columns = [np.tile([n, x, y], (round(s * RATE_HZ), 1)) for s, n, x, y in self.parts]
        values = np.concatenate(columns)
        t_s = self.first_s + np.arange(len(values)) / RATE_HZ
        wander = np.stack([2 * np.sin(1.3 * t_s), 3 * np.sin(0.9 * t_s)], axis=1)
        values[:, 1:] += wander
        return np.column_stack([t_s, values])

    def write(self, file: Path) -> Path:
        lines = "t_s,load_n,ml_mm,ap_mm\n" + "".join(
            f"{t:.3f},{n:.2f},{x:.3f},{y:.3f}\n" for t, n, x, y in self.rows().tolist()
        )
        if file.suffix == ".gz":
            file.write_bytes(gzip.compress(lines.encode()))
        else:
            file.write_text(lines)
        return file
