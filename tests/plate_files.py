"""Plate files for tests: good ones, to be changed."""

from datetime import UTC, datetime

import msgspec

from station.sway.plate import Plate
from station.sway.plate_file import PlateFile, Verified, encode_plate_file

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIZE_MM = (400.0, 400.0)
TARE_COUNTS = (20_000.0, 21_000.0, 22_000.0, 23_000.0)


def plate_file(plate: Plate, *, sim: bool = True) -> PlateFile:
    """Return a good plate file of the station s-1."""
    verified = Verified(
        points=18,
        own_points=False,
        rmse_mm=1.2,
        rmse_low_mm=1.0,
        rmse_high_mm=1.6,
        max_mm=3.0,
        force_rms=0.001,
        force_max=0.002,
        light="green",
    )
    return PlateFile(
        station="s-1",
        sim=sim,
        made=MADE.isoformat(),
        who="Nephew",
        masses_n=(98.0, 196.0),
        plate=plate.to_dict(),
        matrix=plate.matrix,
        points=(),
        uncertainty=(),
        verified=verified,
    )


def plate_document(*, counts_per_n: float = 1900.0, size_mm: float = 400.0, **changes: object) -> str:
    """Return an encoded plate file of the simulated station s-1."""
    file = plate_file(Plate((counts_per_n,) * 4, TARE_COUNTS, size_mm, size_mm))
    return encode_plate_file(msgspec.structs.replace(file, **changes))[1].decode()
