"""A calibration written down: the plate file, and the report of it for a person or a program."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from calibration.outcome import Outcome, plate_residuals
from calibration.points import Point, Use, table
from calibration.verification import placing_mm
from station.errors import CalibrationError
from station.sway.plate_file import PlaceError, PlateFile, PlatePoint, Verified, encode_plate_file

# Where the error bar is told: the middle, and halfway to each side and corner, under an adult.
STEPS: Final = (-0.5, 0.0, 0.5)
ADULT_N: Final = 700.0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who calibrated which board, when (RFC 3339), and how warm it was."""

    who: str
    made: str
    station: str
    sim: bool
    temperature_c: float | None = None


def plate_file(outcome: Outcome, points: Sequence[Point], how: Circumstances) -> PlateFile:
    """Return the plate file of a calibration. Raises CalibrationError when it did not pass verification."""
    found = outcome.verification
    if found.light == "red":
        raise CalibrationError(
            f"the plate does not pass: RMSE {found.rmse_mm:.1f} mm, at most {found.max_mm:.1f} mm, force off "
            f"by up to {found.force_max:.1%} on {found.points} held-out points; {found.words}"
        )
    plate = outcome.plate.to_dict()
    del plate["calibration"]
    file = PlateFile(
        station=how.station,
        sim=how.sim,
        made=how.made,
        who=how.who,
        temperature_c=how.temperature_c,
        masses_n=tuple(sorted({point.force_n for point in points if not point.tare})),
        plate=plate,
        matrix=outcome.plate.matrix,
        points=tuple(_points(outcome, points)),
        uncertainty=tuple(error_bars(outcome)),
        verified=Verified(**asdict(found), light=found.light),
    )
    named, _ = encode_plate_file(file)
    return _named(file, named)


def _named(file: PlateFile, named: str) -> PlateFile:
    return type(file)(**{**{key: getattr(file, key) for key in file.__struct_fields__}, "id": named})


def error_bars(outcome: Outcome) -> list[PlaceError]:
    """Return the 95 % intervals of CoP and force at nine places under 700 N."""
    width_mm, length_mm = size_mm = outcome.plate.size_mm
    bars = []
    for along in reversed(STEPS):
        for across in STEPS:
            x_mm, y_mm = across * width_mm / 2, along * length_mm / 2
            bar = outcome.fit.error95(x_mm, y_mm, ADULT_N, size_mm)
            bars.append(
                PlaceError(
                    x_mm=x_mm,
                    y_mm=y_mm,
                    load_n=ADULT_N,
                    x95_mm=round(bar.x_mm, 3),
                    y95_mm=round(bar.y_mm, 3),
                    force95_n=round(bar.force_n, 3),
                )
            )
    return bars


def _points(outcome: Outcome, points: Sequence[Point]) -> list[PlatePoint]:
    off: dict[str, tuple[float, float, float]] = {}
    uses: tuple[Use, ...] = ("fit", "verify")
    for use in uses:
        rows = table(points, use)
        if len(rows):
            told = plate_residuals(outcome.plate, rows).round(5).tolist()
            off |= {name: (f, x, y) for name, (f, x, y) in zip(rows.names, told, strict=True)}
    why = {outlier.name: outlier.reason for outlier in outcome.outliers}
    return [
        PlatePoint(
            x_mm=point.x_mm,
            y_mm=point.y_mm,
            force_n=point.force_n,
            counts=point.counts,
            use=point.use,
            off=None if point.tare else off[point.name],
            left_out=why.get(point.name, ""),
        )
        for point in points
    ]


def as_json(outcome: Outcome, named: str | None, refused: str | None) -> dict[str, Any]:
    """Return the report for programs; `id` is None, and `refused` says why, when no plate came of it."""
    return {
        "id": named,
        "refused": refused,
        "light": outcome.verification.light,
        "words": outcome.verification.words,
        "curved": outcome.fit.curved,
        "points": len(outcome.fit.design),
        "outliers": [asdict(outlier) for outlier in outcome.outliers],
        "verification": asdict(outcome.verification),
        "nominal": asdict(outcome.before),
        "uncertainty": [
            {key: getattr(bar, key) for key in bar.__struct_fields__} for bar in error_bars(outcome)
        ],
        "plate": outcome.plate.to_dict(),
        "matrix": outcome.plate.matrix,
    }


def placing_words(rmse_mm: float) -> list[str]:
    """Return what part of this error the placing of masses by hand may be; nothing where it is too large."""
    by_hand_mm = placing_mm(rmse_mm)
    if by_hand_mm is None:
        return []
    return [f"  in it is how far beside its place each mass was put: by hand easily {by_hand_mm:.1f} mm"]


def in_words(outcome: Outcome) -> list[str]:
    """Return the report for a person, line by line."""
    found, before = outcome.verification, outcome.before
    bars = error_bars(outcome)
    middle, worst = bars[len(bars) // 2], max(max(bar.x95_mm, bar.y95_mm) for bar in bars)
    on = "points kept for verification" if found.own_points else "each place by a fit that did not see it"
    return [
        f"fitted to {len(outcome.fit.design)} points, cells {'curved' if outcome.fit.curved else 'straight'}",
        *(f"left out {outlier.name}: {outlier.reason}" for outlier in outcome.outliers),
        f"held out ({on}):",
        (
            f"  CoP RMSE {found.rmse_mm:.2f} mm (95 %: {found.rmse_low_mm:.2f} to {found.rmse_high_mm:.2f}), "
            f"at most {found.max_mm:.2f} mm"
        ),
        f"  force off by {found.force_rms:.2%} rms, at most {found.force_max:.2%}",
        *placing_words(found.rmse_mm),
        f"nominal values on the same points: RMSE {before.rmse_mm:.2f} mm, at most {before.max_mm:.2f} mm",
        (
            f"under {ADULT_N:.0f} N the plate itself is sure to ±{max(middle.x95_mm, middle.y95_mm):.2f} mm "
            f"in the middle, ±{worst:.2f} mm at worst halfway to the edge (95 %), "
            f"and to ±{middle.force95_n:.1f} N if the masses are right"
        ),
        f"{found.light.upper()}: {found.words}",
    ]
