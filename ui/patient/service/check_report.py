"""What of the document of `balance-station check --json` a page shows, and the light of each cell."""

from typing import Final, Literal

import msgspec

CORNERS: Final = ("FL", "FR", "RL", "RR")
# The cell gives readings, only not good enough ones; with any other finding it gives none to use.
MILD: Final = frozenset({"slow", "loose", "busy", "noisy", "tare"})
Light = Literal["good", "look", "bad"]


class CellReport(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: readings a second, noise and load; None where too little came to say."""

    cell: str
    data_pin: int
    clock_pin: int
    good: int
    sps: float | None = None
    noise_g: float | None = None
    load_kg: float | None = None


class FindingReport(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found; `cell` None is the whole board."""

    kind: str
    text: str
    cell: str | None = None
    fatal: bool = True


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """A whole check; the first finding is the first thing to do."""

    fit: bool
    sim: bool
    cells: tuple[CellReport, ...]
    findings: tuple[FindingReport, ...] = ()

    def cell(self, name: str) -> CellReport | None:
        """Return the figures of a corner; None when the check says nothing of it."""
        return next((cell for cell in self.cells if cell.cell == name), None)

    def light(self, name: str) -> Light:
        """Return whether a cell works, wants a look, or does not."""
        cell = self.cell(name)
        its = [finding for finding in self.findings if finding.cell == name]
        if cell is None or cell.good == 0 or any(finding.kind not in MILD for finding in its):
            return "bad"
        return "look" if its else "good"


def read_report(document: bytes) -> CheckReport | None:
    """Return the report of a check; None when what it printed is none."""
    try:
        return msgspec.json.decode(document, type=CheckReport)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
