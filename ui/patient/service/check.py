"""Check: what an installer needs to know of the board, from `balance-station check` run beside the kiosk."""

from dataclasses import dataclass
from typing import Final, Protocol

from ui.patient.service.check_report import CheckReport, read_report
from ui.patient.service.command import Ended
from ui.patient.service.room import Around, Leave, Request
from ui.patient.service.view import BACK
from ui.patient.words import _

AGAIN: Final = "again"
ALL: Final = "all"
NEXT: Final = "next"
A_PAGE: Final = 3  # findings; each may take three lines
EXPECTED_S: Final = 14  # ten seconds of listening, and the start of the program
LONGEST_S: Final = 120
S: Final = 1_000_000_000


class Command(Protocol):
    """A program that runs beside the kiosk; tests play one."""

    def start(self) -> str | None:
        """Start it anew; return in a sentence why it cannot be, else None."""
        ...

    def poll(self) -> Ended | None:
        """Return how it ended; None while it runs, or when none was started."""
        ...

    def stop(self) -> None:
        """End it if it runs; may be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class CheckSheet:
    """A check under way (`seconds` of `EXPECTED_S`), done (`report`), or failed (`failed` says why)."""

    seconds: int = 0
    report: CheckReport | None = None
    failed: str | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return what may be pressed."""
        if self.report is not None and len(self.report.findings) > 1:
            return (AGAIN, ALL, BACK)
        return (BACK,) if self.main is None else (AGAIN, BACK)

    @property
    def main(self) -> str | None:
        """Return the way on: once more, when it is over."""
        return None if self.report is None and self.failed is None else AGAIN


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """All that a check found, a page of it at a time."""

    report: CheckReport
    page: int = 0

    @property
    def pages(self) -> int:
        """Return how many there are."""
        return -(-len(self.report.findings) // A_PAGE)

    @property
    def choices(self) -> tuple[str, ...]:
        """Return what may be pressed."""
        return (BACK,) if self.main is None else (NEXT, BACK)

    @property
    def main(self) -> str | None:
        """Return the way to the next page; after the last comes the first."""
        return NEXT if self.pages > 1 else None


class CheckRoom:
    """Runs a check as soon as somebody enters."""

    name = "check"

    def __init__(self, command: Command) -> None:
        self._command = command
        self._begun_ns: int | None = None  # None: none runs
        self._report: CheckReport | None = None
        self._failed: str | None = None
        self._page: int | None = None  # of all that was found; None: the check itself is shown

    def title(self) -> str:
        """Return the words on its button in the menu."""
        return _("Check the board")

    def is_offered(self, around: Around) -> bool:
        """Return True: a board is checked with or without its station."""
        return True

    def is_busy(self) -> bool:
        """Return whether a check runs."""
        return self._begun_ns is not None

    def enter(self, around: Around) -> None:
        """Begin a check."""
        self._report, self._page = None, None
        self._failed = self._command.start()
        self._begun_ns = around.now_ns if self._failed is None else None

    def leave(self) -> None:
        """End the check under way."""
        self._command.stop()
        self._begun_ns = None

    def turn(self, around: Around) -> None:
        """See whether the check is done; one that hangs is ended."""
        if self._begun_ns is None:
            return
        ended = self._command.poll()
        if ended is not None:
            self._begun_ns = None
            self._report = read_report(ended.output)
            if self._report is None:
                self._failed = ended.said or f"balance-station check: {ended.code}"
        elif around.now_ns - self._begun_ns > LONGEST_S * S:
            self.leave()
            self._failed = f"balance-station check: > {LONGEST_S} s"

    def sheet(self, around: Around) -> CheckSheet | FoundSheet:
        """Return how far it is, or what it found."""
        if self._report is not None and self._page is not None:
            return FoundSheet(self._report, self._page)
        if self._begun_ns is None:
            return CheckSheet(report=self._report, failed=self._failed)
        return CheckSheet(seconds=min(EXPECTED_S, (around.now_ns - self._begun_ns) // S))

    def choose(self, choice: str, around: Around) -> tuple[Request, ...]:
        """Check once more, turn to all that was found, or go back."""
        sheet = self.sheet(around)
        if choice == AGAIN:
            self.enter(around)
        elif choice == ALL:
            self._page = 0
        elif choice == NEXT and isinstance(sheet, FoundSheet):
            self._page = (sheet.page + 1) % sheet.pages
        elif isinstance(sheet, FoundSheet):
            self._page = None
        else:
            return (Leave(),)
        return ()
