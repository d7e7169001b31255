"""What may be concluded from two trials: like with like, and a change only beyond the measurement error."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from statistics import fmean, median
from typing import Final, Literal, NamedTuple

# Two trials are of one duration when they differ by no more than this share of the longer one.
SAME_DURATION: Final = 0.1
BASELINE_TRIALS: Final = 3


class Conditions(NamedTuple):
    """What must be equal for two trials to be compared; `duration_s` is the counted time."""

    stance: str
    surface: str
    vision: str
    support: str
    duration_s: float


def unlike(a: Conditions, b: Conditions) -> str | None:
    """Return why two trials may not be compared, or None when they may."""
    for name in ("stance", "surface", "vision", "support"):
        if getattr(a, name) != getattr(b, name):
            return f"different {name}: {getattr(a, name)} and {getattr(b, name)}"
    if abs(a.duration_s - b.duration_s) > SAME_DURATION * max(a.duration_s, b.duration_s):
        return f"different duration: {a.duration_s:.0f} s and {b.duration_s:.0f} s"
    return None


@dataclass(frozen=True, slots=True)
class Reliability:
    """ICC(2,1) by duration in s of one trial, ICC of the mean of three 60 s trials, spread between people.

    `spread` is the coefficient of variation between people, None where it is not known: then there is no
    minimal detectable change either.
    """

    icc: dict[float, float]
    icc_mean_of_three: float
    spread: float | None


@cache
def reliability() -> dict[str, Reliability]:
    """Return the table of `reliability.toml` by measure."""
    text = (resources.files("station.sway") / "reliability.toml").read_text(encoding="utf-8")
    return {
        name: Reliability(
            icc={float(seconds): value for seconds, value in row["icc"].items()},
            icc_mean_of_three=row["icc_mean_of_three"],
            spread=row.get("spread"),
        )
        for name, row in tomllib.loads(text).items()
    }


def mdc95(measure: str, duration_s: float, *, trials: int = 1) -> float | None:
    """Return the minimal detectable change as a share of the value, or None when it is not known.

    MDC95 = 1.96·√2·SEM, SEM = spread·√(1−ICC). The ICC is that of the next shorter duration in the table; the
    mean of three trials is known for 60 s only.
    """
    row = reliability().get(measure)
    if row is None or row.spread is None:
        return None
    icc = _icc(row, duration_s, trials)
    return None if icc is None else 1.96 * math.sqrt(2) * row.spread * math.sqrt(1 - icc)


def _icc(row: Reliability, duration_s: float, trials: int) -> float | None:
    known = [seconds for seconds in row.icc if seconds <= duration_s * (1 + SAME_DURATION)]
    if not known:
        return None
    if trials >= 3 and max(known) >= 60:
        return row.icc_mean_of_three
    return row.icc[max(known)]


Verdict = Literal["changed", "within_error", "unknown"]


@dataclass(frozen=True, slots=True)
class Change:
    """From `before` to `after`: the difference and the error band as shares of `before`."""

    before: float
    after: float
    share: float
    mdc: float | None
    verdict: Verdict


def change(measure: str, before: Sequence[float], after: Sequence[float], *, duration_s: float) -> Change:
    """Return what may be said of the change between the means of two sets of like trials.

    Raises ValueError for an empty set or a first mean of 0.
    """
    if not before or not after:
        raise ValueError("a change needs at least one trial before and one after")
    first, last = fmean(before), fmean(after)
    if first == 0:
        raise ValueError(f"{measure}: no change can be told from 0")
    share = last / first - 1
    mdc = mdc95(measure, duration_s, trials=min(len(before), len(after)))
    verdict: Verdict = "unknown" if mdc is None else "changed" if abs(share) > mdc else "within_error"
    return Change(first, last, share, mdc, verdict)


def romberg_ratio(closed: float, opened: float) -> float:
    """Return eyes closed over eyes open, of one measure of like trials. Raises ValueError when open is 0."""
    if opened == 0:
        raise ValueError("a Romberg ratio needs a value above 0 with eyes open")
    return closed / opened


def baseline(values: Sequence[float]) -> float | None:
    """Return a person's own baseline: the median of the first three like trials, None before that."""
    return median(values[:BASELINE_TRIALS]) if len(values) >= BASELINE_TRIALS else None
