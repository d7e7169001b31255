"""The vocabulary of the board: `Reading` (one chip, one conversion) and `Sample` (the plate, one instant).

Corner order everywhere: front left, front right, rear left, rear right (FL, FR, RL, RR).
Axes: origin the plate's centre, +x to the patient's right (ML), +y forward (AP); mm, N, s.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

CELLS: Final = ("FL", "FR", "RL", "RR")
CELL_COUNT: Final = 4

# The id of the method by which measures are made of readings (`report.py`); stored with every result.
ALG: Final = "cop-1"

# t_ns, counts, seq, cell, fault: little-endian, 16 bytes; a pipe takes such a record whole or not at all.
RECORD: Final = struct.Struct("<qiHBB")


class Fault(IntEnum):
    """Why a reading or a sample is void. The numbers are stored in traces and never change."""

    NONE = 0
    LATE_CLOCK = 1  # a PD_SCK pulse stayed high too long: the chip may have powered down
    DESYNC = 2  # DOUT was not high after the last pulse: the word does not belong to one conversion
    SATURATED = 3  # 0x7FFFFF or 0x800000: the converter is at its end
    LATE_READ = 4  # the read ended after the next conversion may have begun
    OVERRUN = 5  # a conversion was never read
    SILENT = 6  # no conversion for longer than two periods
    SETTLING = 7  # the chip was reset and its filter has not settled
    LOST = 8  # readings went missing between the acquisition process and its reader
    RESTARTED = 9  # the acquisition process was started again; the time before is missing


class Reading(NamedTuple):
    """One conversion of one chip, or the reason why there is none.

    `t_ns` is CLOCK_MONOTONIC; `cell` indexes `CELLS`; `counts` is meaningless unless `fault == Fault.NONE`.
    """

    t_ns: int
    cell: int
    counts: int
    fault: Fault


def pack(reading: Reading, seq: int) -> bytes:
    """Return the 16-byte record of a reading; `seq` counts records and wraps at 65536."""
    return RECORD.pack(reading.t_ns, reading.counts, seq & 0xFFFF, reading.cell, reading.fault)


def unpack(record: bytes | memoryview) -> tuple[Reading, int]:
    """Return the reading of one 16-byte record and its sequence number.

    Raises ValueError when the bytes are no record of ours.
    """
    t_ns, counts, seq, cell, fault = RECORD.unpack(record)
    if cell >= CELL_COUNT:
        message = f"record names cell {cell}; there are cells 0 to {CELL_COUNT - 1}"
        raise ValueError(message)
    return Reading(t_ns, cell, counts, Fault(fault)), seq


@dataclass(frozen=True, slots=True)
class Sample:
    """The plate at one instant of the common grid.

    `forces_n` in corner order; `x_mm` and `y_mm` are None below the minimum load or on a fault: the CoP is
    never computed from three cells.
    """

    t_ns: int
    forces_n: tuple[float, float, float, float]
    load_n: float
    x_mm: float | None
    y_mm: float | None
    fault: Fault = Fault.NONE
