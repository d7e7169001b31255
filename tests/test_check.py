"""`balance-station check`: every fault an installer can meet is named, with the first thing to do."""

import io
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rich.console import Console

from station.board.breakdown import Breakdown, Breakdowns, Kind
from station.board.clock import VirtualClock
from station.board.config import BoardConfig
from station.board.hx711 import Hx711Bank
from station.board.person import Person
from station.board.simulated_pins import SimulatedPins, simulated_chips
from station.board.standing import Standing
from station.check.report import Board, Heard, Report, report_of
from station.check.run import ACQUIRE, Check
from station.check.table import print_report
from station.errors import BoardError
from station.session.protocol import Simulate
from station.sway.drift import Advice
from station.sway.plate import Plate
from station.sway.reading import CELLS, Fault, Reading
from station.training.health import CareSide, Reach

S = 1_000_000_000
PLATE = Plate((2000.0,) * 4, (0.0,) * 4, 400, 400)
CONFIG = BoardConfig()
FL, FR, RL, RR = range(4)


def quiet(cell: int, *, sps: float = 87, seconds: float = 10, noise: float = 480) -> list[Reading]:
    """A good cell on an empty board."""
    draw = random.Random(cell)
    period_ns = S / sps
    return [
        Reading(round(n * period_ns), cell, round(20_000 + draw.gauss(0, noise)), Fault.NONE)
        for n in range(round(seconds * sps))
    ]


def board(changed: Iterable[Reading] = (), *, but: int | None = FR) -> list[Reading]:
    """Four good cells, one of them replaced."""
    good = [reading for cell in range(4) if cell != but for reading in quiet(cell)]
    return sorted([*good, *changed])


def voids(cell: int, fault: Fault, count: int) -> list[Reading]:
    return [Reading(n * 12_000_000, cell, 0, fault) for n in range(count)]


def checked(readings: list[Reading], **known: Any) -> Report:
    heard = Heard(source="gpio", sim=False, readings=readings, seconds=10, delays_ns=[300_000] * 100)
    heard.note(
        {"note": "started", "source": "gpio", "sim": False, "rt": {"priority": 40, "core": 3, "locked": True}}
    )
    return report_of(heard, Board(config=CONFIG, plate=PLATE, **known))


def kinds(report: Report) -> list[tuple[str, str | None]]:
    return [(finding.kind, finding.cell) for finding in report.findings]


def as_counts(change: Callable[[int, int], int]) -> list[Reading]:
    """Cell FR with its counts changed, by place and value."""
    return [r._replace(counts=change(n, r.counts)) for n, r in enumerate(quiet(FR))]


def test_a_good_board_is_fit_for_use_with_its_figures() -> None:
    report = checked(board(quiet(FR)))
    assert (report.fit, report.first, report.findings) == (True, None, ())
    cell = report.cells[FR]
    assert (cell.cell, cell.data_pin, cell.clock_pin, cell.good) == ("FR", 13, 19, 870)
    assert cell.sps == pytest.approx(87, abs=0.1)
    assert cell.noise_counts == pytest.approx(480, rel=0.1)
    assert cell.noise_g == pytest.approx(24.5, rel=0.1)
    assert cell.unique > 500
    assert cell.range_percent == pytest.approx(0.26, abs=0.05)
    assert report.realtime.priority == 40
    assert report.arrival.median_ms == 0.3


def test_zero_and_minus_one_are_good_values() -> None:
    report = checked(board([r._replace(counts=n % 2 - 1) for n, r in enumerate(quiet(FR))]))
    assert report.fit


@pytest.mark.parametrize(
    ("readings", "kind", "do"),
    [
        (voids(FR, Fault.SILENT, 300), "silent", "look at DOUT on GPIO 13, PD_SCK on GPIO 19"),
        (voids(FR, Fault.DESYNC, 300), "stuck-low", "DOUT on GPIO 13 stays low"),
        (voids(FR, Fault.SATURATED, 800), "saturated", "one of the cell's four wires (E+ E- A+ A-) is loose"),
        (quiet(FR, sps=11), "slow", "set the RATE jumper of its module to high"),
        (as_counts(lambda _n, _c: 5), "stuck", "every reading is the same"),
        (as_counts(lambda n, c: (1 << 8 + n % 12) - 1 if n % 20 == 0 else c), "pattern", "of the form 2^n-1"),
        (as_counts(lambda n, _c: 40_000 // (1 + n // 50 % 2)), "gain", "the gain is lost"),
        (quiet(FR, noise=3000), "noisy", "g of noise, not about 25"),
        (quiet(FR) + voids(FR, Fault.SILENT, 30), "loose", "fell silent or lost step 30 times"),
        (quiet(FR) + voids(FR, Fault.LATE_CLOCK, 30), "busy", "30 readings came too late"),
    ],
)
def test_a_broken_cell_is_named_with_what_to_do_first(readings: list[Reading], kind: str, do: str) -> None:
    report = checked(board(readings))
    assert kinds(report)[0] == (kind, "FR")
    assert not report.fit
    assert report.first is not None
    assert report.first.startswith("FR: ")
    assert do in report.first


def test_when_no_chip_answers_the_supply_comes_first() -> None:
    report = checked([r for cell in range(4) for r in voids(cell, Fault.SILENT, 300)])
    assert kinds(report) == [("all-silent", None)]
    assert report.first is not None
    assert "3.3 V and ground" in report.first
    assert "DOUT (GPIO 5, 13, 16, 21) and PD_SCK (GPIO 6, 19, 20, 26)" in report.first


def test_the_mend_that_comes_first_is_told_first() -> None:
    noisy = [r._replace(cell=FL) for r in quiet(FL, noise=3000)]
    others = [r for cell in (RL, RR) for r in quiet(cell)]
    report = checked([*noisy, *voids(FR, Fault.SILENT, 300), *others])
    assert kinds(report) == [("silent", "FR"), ("noisy", "FL")]


def test_a_step_by_a_load_is_no_wrong_gain() -> None:
    pressed = as_counts(lambda n, c: c if n % 200 < 100 else c + 50_000)
    assert "gain" not in [kind for kind, _ in kinds(checked(board(pressed)))]


def test_a_cell_below_its_tare_is_inverted_or_pulled_up() -> None:
    report = checked(board(as_counts(lambda _n, c: c - 100_000)), tare=(20_000.0,) * 4)
    assert kinds(report)[0] == ("inverted", "FR")
    assert report.cells[FR].load_kg == pytest.approx(-5.1, abs=0.05)


def test_a_tare_far_from_the_reference_is_not_fit_for_use() -> None:
    report = checked(board(quiet(FR)), reference=(20_000.0, 20_000.0, 120_000.0, 20_000.0))
    assert kinds(report) == [("tare", "RL")]
    assert report.first is not None
    assert "-5.1 kg against its reference tare" in report.first


def test_a_tare_is_not_judged_while_the_board_is_loaded() -> None:
    loaded = [r._replace(counts=r.counts + 350_000) for r in board(quiet(FR))]
    report = checked(loaded, tare=(20_000.0,) * 4, reference=(20_000.0,) * 4)
    assert kinds(report) == [("loaded", None)]
    assert report.fit
    assert sum(cell.load_kg or 0 for cell in report.cells) == pytest.approx(71.4, abs=0.3)


def test_a_zero_that_moves_is_told_and_needs_no_mending() -> None:
    drifting = as_counts(lambda n, c: c + 5 * n)
    report = checked(board(drifting))
    assert kinds(report) == [("drift", None)]
    assert report.cells[FR].drift_g == pytest.approx(5 * 870 / 19.6, rel=0.1)


@pytest.mark.parametrize(
    ("reach", "said"),
    [
        ("silent", "the care team's computer does not answer since 2026-05-04 09:00"),
        ("away", "no connection to the care team since 2026-05-04 09:00"),
    ],
)
def test_a_care_team_that_does_not_answer_is_worth_knowing_and_makes_no_board_unfit(
    reach: Reach, said: str
) -> None:
    board = Board(config=CONFIG, plate=PLATE, care=CareSide(reach=reach, since="2026-05-04T09:00:00Z"))
    (found,) = [f for f in report_of(Heard(), board).findings if f.kind == f"care-{reach}"]
    assert said in found.text
    assert not found.fatal


def test_of_a_care_team_that_answers_nothing_is_said() -> None:
    board = Board(config=CONFIG, plate=PLATE, care=CareSide(reach="answers", since="2026-05-04T09:00:00Z"))
    assert not [f for f in report_of(Heard(), board).findings if f.kind.startswith("care")]


def test_a_station_not_enrolled_is_told_how_to_and_not_to_look_at_the_network() -> None:
    away = CareSide(reach="away", since="2026-05-04T09:00:00Z")
    findings = report_of(Heard(), Board(config=CONFIG, plate=PLATE, care=away, enrolled=False)).findings
    (found,) = [f for f in findings if f.kind in {"not-enrolled", "care-away"}]
    assert "not enrolled: results stay on this station" in found.text
    assert "balance-station enrol" in found.text
    assert "network" not in found.text
    assert not found.fatal


@pytest.mark.parametrize("sim", [True, False])
def test_a_board_that_never_spoke_is_called_simulated_where_it_was_to_be_one(*, sim: bool) -> None:
    assert report_of(Heard(), Board(config=CONFIG, plate=PLATE, sim=sim)).sim is sim


def test_a_refused_priority_is_told_with_the_reason() -> None:
    heard = Heard(readings=board(quiet(FR)), seconds=10)
    heard.note(
        {"note": "started", "source": "gpio", "sim": False, "rt": {"refused": ["SCHED_FIFO: not permitted"]}}
    )
    report = report_of(heard, Board(config=CONFIG, plate=PLATE))
    assert kinds(report) == [("priority", None)]
    assert "SCHED_FIFO: not permitted" in report.findings[0].text
    assert report.fit


def test_a_board_that_wants_a_calibration_is_told_and_still_fit_for_use() -> None:
    advice = Advice(reason="tare_walked", cell="RL", measured=12.0, limit=10.0, unit="N")
    report = checked(board(quiet(FR)), advice=(advice,))
    assert kinds(report) == [("recalibrate", "RL")]
    assert "12 N, at most 10" in report.findings[0].text
    assert report.fit


def test_readings_that_arrive_late_are_told() -> None:
    heard = Heard(
        sim=True, readings=board(quiet(FR)), seconds=10, delays_ns=[1_000_000] * 90 + [30_000_000] * 10
    )
    report = report_of(heard, Board(config=CONFIG, plate=PLATE))
    assert kinds(report) == [("late", None)]


class Bench:
    """A simulated board in virtual time, as the check sees a board."""

    def __init__(self) -> None:
        self.clock = VirtualClock(S)
        self._standing = Standing(Person(CONFIG.plate))
        chips = simulated_chips(self._standing, seed=1, now_ns=S)
        pins = SimulatedPins(chips, self.clock)
        self.broken = Breakdowns(pins)
        self._bank = Hx711Bank(pins, self.clock)
        self.helps = True
        self.dead = False
        self.said: list[str] = []
        self.told: list[str] = []

    def fail(self, kind: Kind, *cells: int) -> None:
        self.broken.add(Breakdown(kind, cells, 0))

    in_time = True

    def start(self) -> None:
        pass

    def filenos(self) -> list[int]:
        return []

    def readings(self) -> list[Reading]:
        self.broken.advance(self.clock.now_ns())
        return [] if self.dead else self._bank.poll()

    def notes(self) -> list[dict[str, Any]]:
        return [{"note": "started", "source": "simulate", "sim": True, "rt": {"refused": ["simulation"]}}]

    def supervise(self) -> bool:
        return self.dead

    def simulate(self, step: Simulate) -> None:
        if self.helps and step.cell is not None:
            self._standing.press(self.clock.now_ns(), CELLS.index(step.cell))

    def check(self, seconds: float = 3, *, corners: bool = False) -> Report:
        known = Board(config=CONFIG, plate=PLATE)
        check = Check(
            self,
            known,
            now_ns=self.clock.now_ns,
            said=self.said,
            say=self.told.append,
            pause=lambda: self.clock.sleep_ns(4_000_000),
        )
        return check.run(seconds, corners=corners)


def test_a_simulated_board_is_fit_for_use() -> None:
    report = Bench().check()
    assert (report.fit, report.sim, report.findings) == (True, True, ())
    assert all(79 < (cell.sps or 0) < 95 for cell in report.cells)
    assert all(cell.noise_g == pytest.approx(25, rel=0.15) for cell in report.cells)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unplugged", "silent"),
        ("stuck-high", "silent"),
        ("stuck-low", "stuck-low"),
        ("saturated", "saturated"),
        ("slow", "slow"),
    ],
)
def test_what_breaks_on_the_simulated_board_is_found_through_the_real_driver(fault: Kind, kind: str) -> None:
    bench = Bench()
    bench.fail(fault, RL)
    report = bench.check()
    assert kinds(report) == [(kind, "RL")]
    assert not report.fit


def test_each_corner_is_asked_for_and_felt_by_its_own_cell() -> None:
    bench = Bench()
    report = bench.check(1, corners=True)
    assert [(press.asked, press.felt_by) for press in report.corners] == [(cell, cell) for cell in CELLS]
    assert all(press.force_kg == pytest.approx(12.2, abs=0.5) for press in report.corners)
    assert report.fit
    asked = [line for line in bench.told if line.startswith("Press")]
    assert asked[1] == "Press the front right corner (FR) firmly with your hand and hold it."


def test_swapped_corners_are_found_and_the_pins_are_named() -> None:
    bench = Bench()
    bench.fail("swapped", FL, RR)
    report = bench.check(1, corners=True)
    assert [press.felt_by for press in report.corners] == ["RR", "FR", "RL", "FL"]
    assert kinds(report) == [("swapped", "FL")]
    assert report.first == (
        "FL and RR are exchanged; swap their plugs (DOUT GPIO 5 and 21, PD_SCK GPIO 6 and 26)"
    )


def test_three_cells_in_a_ring_are_told_one_by_one() -> None:
    bench = Bench()
    bench.fail("swapped", FL, FR)
    bench.fail("swapped", FR, RL)
    report = bench.check(1, corners=True)
    assert not report.fit
    assert all(kind == "swapped" for kind, _ in kinds(report))


def test_an_inverted_cell_is_found_by_pressing_its_corner() -> None:
    bench = Bench()
    bench.fail("inverted", RL)
    report = bench.check(1, corners=True)
    assert kinds(report) == [("inverted", "RL")]
    assert report.corners[RL].force_kg == pytest.approx(-12.2, abs=0.5)


def test_a_corner_that_nobody_presses_is_given_up_after_half_a_minute() -> None:
    bench = Bench()
    bench.helps = False
    report = bench.check(1, corners=True)
    assert [press.felt_by for press in report.corners] == [None] * 4
    assert kinds(report) == [("not-felt", cell) for cell in CELLS]
    assert any("No cell felt the rear right corner" in line for line in bench.told)


def test_a_board_that_cannot_be_opened_ends_the_check_with_its_reason() -> None:
    bench = Bench()
    bench.dead = True
    bench.said = [
        "acquisition: odd",
        f"{ACQUIRE}GPIO 6 is in use by another program; stop it",
        "acquisition: ended",
    ]
    with pytest.raises(BoardError, match=r"^GPIO 6 is in use by another program; stop it$"):
        bench.check()


def test_the_table_fits_a_terminal_and_ends_with_the_first_thing_to_do() -> None:
    printed = io.StringIO()
    print_report(checked(board(voids(FR, Fault.SILENT, 300))), Console(width=80, file=printed))
    text = printed.getvalue()
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "priority SCHED_FIFO 40 on core 3, its memory locked" in " ".join(text.split())
    assert "Not fit for use. First: FR: the chip does not answer" in " ".join(text.split())
