"""The procedures as a person runs them: what is asked, measured, fitted, kept and said at the end."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calibration.answers import NO_PLACES, Answers
from calibration.board import Board, RealBoard, SimulatedBoard
from calibration.conversation import Conversation, End
from calibration.dialogue import Dialogue, Procedure, Taken
from calibration.document import Circumstances, as_json, in_words, plate_file
from calibration.outcome import calibrate, plate_residuals
from calibration.own_weight import WORDS as OWN_WEIGHT_WORDS
from calibration.own_weight import OwnWeight, agreement, scale_error
from calibration.points import FIT, read_points, table, write_points
from calibration.procedures import (
    GRAVITY_M_S2,
    Corners,
    Masses,
    Tare,
    above_cells,
    cells_of,
    points_of,
    resumed,
)
from calibration.refusal import RefusedError
from calibration.rights import refuse_without_rights
from calibration.session_board import SessionBoard, answers_at
from calibration.span import cell_span
from calibration.spoken import Ready, Verb
from calibration.truth import grid_mm
from calibration.verification import verify
from station.config import DATABASE, Config, load_config, socket_path, state_folder
from station.errors import CalibrationError, StationError
from station.session.drift_watch import known_advice, remember_check
from station.session.store import Store
from station.sway.drift import Advice, Reason, SpanCheck, span_off, walked
from station.sway.plate import Plate
from station.sway.plate_file import PlateFile, encode_plate_file
from station.sway.reading import CELLS
from station.weighing import nominal_plate, own_plates, plate_in_use

# Named by its masses in kg: a mistyped one leaves the steps of the right ones alone.
UNFINISHED = "calibration-{masses}.csv"
FINISHED = "calibration-last.csv"
VERIFY_REACH = 0.5  # of the half sides: between the places of the fit


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for.

    `paced` lets a simulated board live in the time of a person, `hand` puts its masses in a way of its own.
    """

    config_file: str | None
    seed: int
    paced: bool = False
    hand: str = ""


class Bench:
    """One board, one end that answers, one procedure after another."""

    def __init__(self, options: Options, end: End) -> None:
        self.config: Config = load_config(options.config_file)
        self.size_mm = (self.config.board.width_mm, self.config.board.length_mm)
        self.sim = self.config.source.sim
        self._options = options
        self._end = end
        self._answers: Answers | None = None
        self._board: Board | None = None

    def close(self) -> None:
        """Let go of the board."""
        if self._board is not None:
            self._board.close()

    def board(self) -> Board:
        """Return the board, opened when it is first needed: nobody waits for answers with it in hand."""
        if self._board is None:
            self._board = self._opened()
        return self._board

    def _opened(self) -> Board:
        path = socket_path(self.config)
        if answers_at(path):
            board = SessionBoard(path)
            self.sim = bool(board.sim)
            return board
        if self.sim:
            asked = self._options
            return SimulatedBoard(self.size_mm, seed=asked.seed, hand=asked.hand, paced=asked.paced)
        return RealBoard(self._options.config_file)

    def answers(self, verb: Verb, *, masses: int = 0) -> Answers:
        """Return what was answered, asking once. Raises CalibrationError without masses or rights."""
        if self._answers is None:
            refuse_without_rights(self.config, verb)
            width_mm, length_mm = self.size_mm
            self._answers = self._end.answers(
                Ready(verb=verb, masses=masses, width_mm=width_mm, length_mm=length_mm, sim=self.sim)
            )
        own = self._answers.own_weight_kg
        if own is not None and verb != "daily" and not self._answers.masses_kg:
            raise RefusedError("own_weight_no_place", f"own_weight_kg: {NO_PLACES}")
        if own is not None and verb == "daily":
            if self._answers.masses_kg:
                text = "the answers name masses_kg and own_weight_kg; give one of them for the daily check"
                raise RefusedError("mass_or_person", text)
            return self._answers
        if len(self._answers.masses_kg) < masses:
            if masses == 1:
                raise RefusedError("no_mass", "the answers name no masses_kg; give at least one")
            raise RefusedError("one_mass", f"masses_kg: at least {masses} different masses are needed")
        return self._answers

    def walk(
        self, procedure: Procedure, taken: Sequence[Taken] = (), keep: Path | None = None
    ) -> list[Taken]:
        """Lead through a procedure and return what was taken; `keep` is a file it is kept in meanwhile."""
        dialogue = Dialogue(procedure, nominal_plate(self.config), taken)
        steps = len(dialogue.taken)  # of those in the file

        def kept() -> None:
            nonlocal steps
            if keep is not None:
                keep.parent.mkdir(parents=True, exist_ok=True)
                write_points(points_of(dialogue.taken), keep)
                steps = len(dialogue.taken)

        try:
            Conversation(dialogue, self.board(), self._end, kept=kept).walk()
        except KeyboardInterrupt:
            raise interrupted(RefusedError("stopped", "stopped"), steps if keep else 0) from None
        except StationError as error:
            raise interrupted(error, steps if keep else 0) from None
        return dialogue.taken

    def plate(self) -> Plate:
        """Return the plate in use; a running station tells its own."""
        if isinstance(board := self.board(), SessionBoard):
            return board.plate
        return plate_in_use(self.config, datetime.now(UTC), log=say)

    def install(self, file: PlateFile) -> str:
        """Take a plate into use and return its id. Raises CalibrationError."""
        if isinstance(self._board, SessionBoard):
            _, document = encode_plate_file(file)
            return self._board.take_plate(document)
        return own_plates(self.config).install(file)

    def against_truth(self, plate: Plate) -> dict[str, Any]:
        """Return how far the CoP of a new plate is truly off, where a simulated board knows, and say it."""
        if not isinstance(self._board, SimulatedBoard):
            return {}
        new_mm, nominal_mm = map(self._board.true_rmse_mm, (plate, nominal_plate(self.config)))
        say(
            "the simulated board knows the truth: under people of 500 to 900 N the CoP is off by "
            f"{new_mm:.2f} mm rms, with nominal values by {nominal_mm:.2f} mm"
        )
        return {"simulated": {"rmse_mm": round(new_mm, 3), "nominal_rmse_mm": round(nominal_mm, 3)}}

    def advice(
        self, plate: Plate, found: Iterable[Advice] = (), *, instead_of: Reason | None = None
    ) -> list[dict[str, Any]]:
        """Return why to calibrate again: what was found now, instead of what was known of that reason."""
        advice = [*found, *(each for each in self._known(plate) if each.reason != instead_of)]
        return [{**each.detail, "text": each.text} for each in advice]

    def _known(self, plate: Plate) -> Sequence[Advice]:
        if isinstance(self._board, SessionBoard):
            return self._board.advice
        database = state_folder(self.config) / DATABASE
        if not database.exists():
            return ()
        with Store(database) as store:
            return known_advice(store, plate)

    def remember(self, check: SpanCheck) -> None:
        """Let the station know of a check with a known mass, where there is a station."""
        if isinstance(self._board, SessionBoard):
            self._board.remember(check)
            return
        database = state_folder(self.config) / DATABASE
        if database.exists():
            with Store(database) as store:
                remember_check(store, check)

    def forces_n(self, verb: Verb, *, masses: int = 1) -> list[float]:
        """Return the weights of the masses."""
        return [kg * GRAVITY_M_S2 for kg in self.answers(verb, masses=masses).masses_kg]


def interrupted(error: StationError, steps: int) -> StationError:
    """Return the reason a procedure ended early, with what becomes of the steps done so far."""
    if not steps:
        return error
    first = "first step is" if steps == 1 else f"first {steps} steps are"
    text = f"{error}; the {first} kept, and the same command with the same masses goes on from here"
    if isinstance(error, RefusedError):
        return RefusedError(error.refusal.key, text, **error.refusal.values)
    return type(error)(text)


def say(line: str) -> None:
    """Tell the person; standard output is kept for results."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def run_tare(bench: Bench) -> dict[str, Any]:
    """Take the zero and tell how far it is from the calibration's."""
    bench.answers("tare")
    plate = bench.plate()
    (taken,) = bench.walk(Tare(plate))
    off_n = [plate.force_n(cell, count) for cell, count in enumerate(taken.still.counts)]
    far = () if plate.nominal else walked(plate, taken.still.counts)
    noise_n = [n / abs(c) for n, c in zip(taken.still.noise_counts, plate.counts_per_n, strict=True)]
    return {
        "cal": plate.calibration,
        "tare_counts": [round(count, 1) for count in taken.still.counts],
        "off_n": None if plate.nominal else [round(off, 2) for off in off_n],
        "noise_n": [round(noise, 3) for noise in noise_n],
        "advice": bench.advice(plate, far, instead_of="tare_walked"),
    }


def run_corners(bench: Bench) -> dict[str, Any]:
    """Find which chip is at which corner."""
    corners = Corners(nominal_plate(bench.config))
    bench.answers("corners")
    order = corners.order(bench.walk(corners))
    pins = {
        key: [getattr(bench.config.board, key)[chip] for chip in order] for key in ("data_pins", "clock_pins")
    }
    return {"right": order == list(range(len(CELLS))), "order": [CELLS[chip] for chip in order], **pins}


def run_cells(bench: Bench) -> dict[str, Any]:
    """Find each cell's span from masses right above it."""
    nominal = nominal_plate(bench.config)
    taken = bench.walk(Masses(nominal, above_cells(nominal), bench.forces_n("cells", masses=2)))
    return {name: asdict(cell_span(*measured)) for name, measured in cells_of(taken).items()}


def run_plate(bench: Bench) -> dict[str, Any]:
    """Fit a plate, verify it, and take it into use when it passes."""
    nominal = nominal_plate(bench.config)
    forces_n = bench.forces_n("plate")
    answers = bench.answers("plate", masses=1)
    places = _places(answers.side, answers.reach, bench.size_mm)
    procedure = Masses(nominal, places, forces_n)
    folder = state_folder(bench.config)
    keep = folder / unfinished_name(answers.masses_kg)
    taken = bench.walk(procedure, _unfinished(keep, procedure), keep)
    # Whatever comes of it, the next calibration begins at its first step; the points stay for `fit`.
    with suppress(OSError):
        keep.replace(folder / FINISHED)
    for left in _unfinished_files(folder):
        with suppress(OSError):
            left.unlink()
    points = points_of(taken)
    outcome = calibrate(points, nominal)
    how = Circumstances(answers.who, _now(), bench.config.station.id, bench.sim, answers.temperature_c)
    for line in in_words(outcome):
        say(line)
    truly = bench.against_truth(outcome.plate)
    if outcome.verification.light == "red":
        return as_json(outcome, None, outcome.verification.words) | truly
    return as_json(outcome, bench.install(plate_file(outcome, points, how)), None) | truly


def run_verify(bench: Bench) -> dict[str, Any]:
    """Weigh masses at places the fit has not seen, with the plate in use."""
    forces_n = bench.forces_n("verify")
    plate = bench.plate()
    places = _places(2, VERIFY_REACH, bench.size_mm)
    taken = bench.walk(Masses(plate, places, forces_n, check_scale=not plate.nominal))
    found = verify(plate_residuals(plate.tared((0.0,) * 4), table(points_of(taken), FIT)), own_points=True)
    return {
        "cal": plate.calibration,
        **asdict(found),
        "light": found.light,
        "words": found.words,
        "advice": bench.advice(plate),
    }


def run_daily(bench: Bench) -> dict[str, Any]:
    """Weigh one known mass in the middle; more than 1 % off advises a new calibration, and is remembered."""
    own_weight_kg = bench.answers("daily", masses=1).own_weight_kg
    plate = bench.plate()
    if own_weight_kg is not None:
        return _own_weight(bench, plate, own_weight_kg)
    taken = bench.walk(Masses(plate, [(0.0, 0.0)], bench.forces_n("daily")[:1]))
    ((off, *_),) = plate_residuals(plate.tared((0.0,) * 4), table(points_of(taken), FIT)).tolist()
    bench.remember(SpanCheck(t=_now(), cal=plate.calibration, off=round(off, 5)))
    wrong = span_off(off)
    return {
        "cal": plate.calibration,
        "force_off": round(off, 5),
        "recalibrate": bool(wrong),
        "advice": bench.advice(plate, wrong, instead_of="span_off"),
    }


def _own_weight(bench: Bench, plate: Plate, weight_kg: float) -> dict[str, Any]:
    """Weigh a person; only a board that is wrong whatever the bathroom scale is good for is remembered."""
    taken = bench.walk(OwnWeight(nominal_plate(bench.config), weight_kg * GRAVITY_M_S2))
    ((off, *_),) = plate_residuals(plate.tared((0.0,) * 4), table(points_of(taken), FIT)).tolist()
    found = agreement(off, weight_kg)
    wrong = span_off(off) if found == "wrong" else []
    if wrong:
        bench.remember(SpanCheck(t=_now(), cal=plate.calibration, off=round(off, 5)))
    return {
        "cal": plate.calibration,
        "own_weight_kg": weight_kg,
        "weighed_kg": round(weight_kg * (1 + off), 2),
        "force_off": round(off, 5),
        "scale_error": round(scale_error(weight_kg), 5),
        "agreement": found,
        "words": OWN_WEIGHT_WORDS[found],
        "recalibrate": bool(wrong),
        "advice": bench.advice(plate, wrong, instead_of="span_off" if wrong else None),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _places(side: int, reach: float, size_mm: tuple[float, float]) -> list[tuple[float, float]]:
    return [(x * size_mm[0] / 2, y * size_mm[1] / 2) for x, y in grid_mm(side, reach)]


def unfinished_name(masses_kg: Iterable[float]) -> str:
    """Return the name of the file that keeps the steps taken with these masses."""
    return UNFINISHED.format(masses="-".join(f"{kg:.6g}" for kg in masses_kg)[:100])


def _unfinished_files(folder: Path) -> list[Path]:
    kept = folder.glob(UNFINISHED.format(masses="*"))
    return sorted(file for file in kept if file.name != FINISHED)


def _unfinished(keep: Path, procedure: Masses) -> list[Taken]:
    """Return the steps kept of these masses, and say whether there are some of other ones."""
    for other in _unfinished_files(keep.parent):
        masses = other.stem.removeprefix("calibration-").replace("-", " ")
        if other != keep:
            say(f"steps with other masses are kept ({masses} kg): quit, and name those to go on with them")
    with suppress(CalibrationError):
        taken = resumed(read_points(keep), procedure)
        if taken:
            say(f"going on after step {len(taken)}; to start over, delete {keep}")
        return taken
    return []
