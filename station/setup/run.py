"""`balance-station setup`: does what is to do, takes back what is asked, says how it stands."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec

from station.config import Config
from station.errors import StationError, StoreError
from station.setup.answers import Answers
from station.setup.boot_steps import BOOT, COUNTRY, DISPLAY, WIRING, pin_rows
from station.setup.change import Change, Command, FileChange, digest_of
from station.setup.enrolment_step import ENROLMENT_STEP
from station.setup.place import Place, report_of
from station.setup.station_steps import CALIBRATION, CHECK, UNITS_STEP
from station.setup.step import Finding, Step

STEPS: Final = (WIRING, BOOT, DISPLAY, COUNTRY, CHECK, CALIBRATION, ENROLMENT_STEP, UNITS_STEP)
AFTER_RESTART: Final = ", then run setup again: it goes on where it was"
Say = Callable[[str], object]


class Setup:
    """The steps on one machine; `dry` shows and changes nothing."""

    def __init__(self, place: Place, answers: Answers | None, *, say: Say, dry: bool) -> None:
        self._place = place
        self._say = say
        self._dry = dry
        place.recall()
        # Run again without answers, those of the last time hold: screen and own core must not fall back.
        self._answers = answers or place.record.answers or Answers()

    def do(self) -> bool:
        """Do every step that is to do; return whether none failed. What one cannot do stops no other."""
        fine = True
        self._keep_answers()
        for step in STEPS:
            finding = self._looked(step)
            if finding.state != "todo":
                fine = fine and not self._is_refused(step, finding)
                continue
            self._say(f"{step.title}: {finding.text}")
            try:
                self._change(step.name, finding.changes)
                after = self._looked(step)
                fine = fine and after.state != "blocked"  # done, and it does not hold: the list says why
            except StationError as error:
                self._say(f"{step.title}: {error}")
                fine = False
        return fine

    def _is_refused(self, step: Step, finding: Finding) -> bool:
        """Return whether a bundle was given that cannot be taken; it is said."""
        refused = step is ENROLMENT_STEP and bool(self._answers.bundle) and finding.state == "blocked"
        if refused:
            self._say(f"{step.title}: {finding.text}")
        return refused

    def undo(self, names: Sequence[str]) -> bool:
        """Take these steps back, the last first; return whether all could be."""
        fine = True
        for step in reversed([step for step in STEPS if step.name in names]):
            try:
                self._take_back(step)
            except StationError as error:
                self._say(f"{step.title}: {error}")
                fine = fine and (step is CALIBRATION and len(names) > 1)  # nothing setup did
        return fine

    def _take_back(self, step: Step) -> None:
        changes = step.undone(self._place, self._answers)
        for change in changes:
            self._say(change.shown().rstrip("\n"))
            if not self._dry:
                self._apply(change)
        if not changes:
            seen = step.name in self._place.record.seen
            rest = "what it found is forgotten; setup looks again the next time"
            self._say(f"{step.title}: {rest if seen else 'nothing to take back'}")
        if self._dry:
            return
        if changes:
            self._say(f"{step.title}: taken back")
        self._forget(step.name)
        if step is WIRING:
            self._forget(CHECK.name)  # whose board is no longer told
            self._forget_name()

    def _forget_name(self) -> None:
        """Let the next setup ask for a name, and not go on with the one that was taken back."""
        self._answers = msgspec.structs.replace(self._answers, station="")
        if (known := self._place.record.answers) is not None and known.station:
            self._place.record.answers = msgspec.structs.replace(known, station="")
            self._place.remember()

    def findings(self) -> list[tuple[Step, Finding]]:
        """Return how every step stands."""
        return [(step, self._looked(step)) for step in STEPS]

    def document(self) -> dict[str, Any]:
        """Return how it stands, for a machine to read."""
        found = self.findings()
        return {
            "root": str(self._place.root),
            "model": self._place.model,
            "boot": None if self._place.boot is None else str(self._place.boot),
            "steps": [
                {"step": step.name, "state": finding.state, "text": finding.text, "restart": finding.restart}
                for step, finding in found
            ],
            "ready": all(finding.state == "done" for _, finding in found),
        }

    def _keep_answers(self) -> None:
        kept = msgspec.structs.replace(self._answers, bundle="")
        if not self._dry and self._place.record.answers != kept:
            self._place.record.answers = kept
            self._place.remember()

    def _looked(self, step: Step) -> Finding:
        try:
            return step.look(self._place, self._answers)
        except (StationError, OSError) as error:
            return Finding("blocked", str(error))

    def _change(self, name: str, changes: Sequence[Change]) -> None:
        record = self._place.record
        if name == WIRING.name and not self._dry:
            self._forget(CHECK.name)  # it was another board that was looked at
        for change in changes:
            self._say(change.shown().rstrip("\n"))
            if self._dry:
                continue
            if isinstance(change, Command) and change.undo:
                self._note_undo(name, list(change.undo))  # before: one that fails may have done a part
            text = self._tried(change) if name == CHECK.name else self._apply(change)
            if isinstance(change, FileChange) and not change.boot and change.after is not None:
                record.wrote[name] = digest_of(change.after)
            if name == CHECK.name:
                record.seen[name] = text
            self._place.remember()

    def _note_undo(self, name: str, undo: list[str]) -> None:
        known = self._place.record.undo.setdefault(name, [])
        if undo not in known:
            known.append(undo)
            self._place.remember()

    def _tried(self, change: Change) -> str:
        """Look at the board; why that could not be done is kept too, for the list."""
        try:
            return self._apply(change, looks=True)
        except StationError as error:
            self._place.record.seen[CHECK.name] = str(error)
            self._place.remember()
            raise

    def _apply(self, change: Change, *, looks: bool = False) -> str:
        """Do one change. Raises StationError saying what went wrong."""
        if not isinstance(change, Command):
            change.apply()
            return ""
        ran = self._place.run(change.argv, change.typed)
        if looks and (report := report_of(ran.text)):
            return "fit" if report.get("fit") else str(report.get("first") or "see balance-station check")
        if ran.code != 0:
            last = ran.text.splitlines()[-1] if ran.text else "it said nothing"
            if last.startswith("balance-station "):  # our own program says it in a whole sentence
                raise StoreError(last.partition(": ")[2])
            raise StoreError(f"{change.argv[0]} ended with {ran.code}: {last}")
        return ran.text

    def _forget(self, name: str) -> None:
        record = self._place.record
        known = (record.undo, record.wrote, record.seen)
        if any(name in each for each in known):
            for each in known:
                each.pop(name, None)
            self._place.remember()


def refuse_without_root(place: Place) -> None:
    """Say at once that changing this machine needs root. Raises StationError."""
    if place.live and os.geteuid() != 0:
        raise StationError(
            "changing this machine needs root: sudo balance-station setup; --dry-run needs none"
        )


def show(setup: Setup, place: Place, out: TextIO, *, undone: bool = False) -> None:
    """Print the pins, where there is anything wired, and how each step stands, after an undo as well."""
    try:
        config = Config() if place.unnamed else place.config()
        if place.unnamed or not config.source.sim:
            out.write("GPIO (BCM)  wired to        from boot on\n")
            out.writelines(f"{pin:>10}  {what:<14}  {at_boot}\n" for what, pin, at_boot in pin_rows(config))
            out.write("\n")
    except StationError as error:
        out.write(f"{error}\n\n")
    found = setup.findings()
    for step, finding in found:
        out.write(f"{finding.state:<8}  {step.title}: {finding.text}\n")
    if any(finding.restart for _, finding in found):
        then = ": until then it runs as it was started" if undone else AFTER_RESTART
        out.write(f"\nRestart the machine (sudo reboot){then}.\n")


def in_json(setup: Setup, out: TextIO) -> None:
    """Print one JSON document."""
    out.write(msgspec.json.format(msgspec.json.encode(setup.document())).decode() + "\n")


def place_of(root: Path | None, place: Callable[[Path], Place]) -> Place:
    """Return the machine under `root`. Raises StoreError for a folder that is not there."""
    if root is not None and not root.is_dir():
        raise StoreError(f"--root {root}: there is no such folder")
    return place(Path("/") if root is None else root.absolute())
