"""A recording rehearsed: what happened is told at the recording's own time, and nothing that did not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from station.analysis.analyse import Analysis, Settings, analyse_file
from station.analysis.table import read_table
from station.errors import RecordingError
from station.rehearse.play import Played, play_recording, read_board
from station.rehearse.recorded import RecordedBoard
from station.rehearse.request import Asked, prescription_of
from station.rehearse.spec import Spec
from station.sway.live import LiveCop
from station.sway.plate import Plate
from station.sway.reading import Fault, Reading
from tests.recordings import PLATE, force_plate, four_forces, raw_counts, times, write
from tests.stood import WEIGHT_N, Stood

PUBLISHED = Path(__file__).parents[2] / "shared/data/hbedb"
# Every condition stands in the name of its file.
RECORDINGS = ("00001", "00004", "00007", "00010", "00073", "00076", "00079", "00082",
              "00157", "00160", "00163", "00166")  # fmt: skip


def played(file: Path, asked: Asked | None = None, *, plate: Plate | None = None) -> Played:
    asked = asked or Asked()
    rx = prescription_of(asked)
    return play_recording(read_board(file, plate), rx, Spec(), longest=asked.hold_s is None)


def told(played: Played) -> dict[str, float]:
    """When each kind of event happened first."""
    kinds: dict[str, float] = {}
    for event in played.events:
        kinds.setdefault(event.kind, played.t_s(event.t_ns))
    return kinds


def test_quiet_standing_is_one_hold_to_the_last_row(tmp_path: Path) -> None:
    found = played(Stood(first_s=100).stand(40).write(tmp_path / "quiet.csv"))
    assert list(told(found)) == ["step_on", "weighed", "hold_started", "hold_done"]
    assert told(found)["hold_done"] == pytest.approx(139.99)
    assert found.trials[0].result.outcome == "done"
    assert found.trials[0].result.hold_s == pytest.approx(33.5, abs=0.1)
    assert [found.t_s(t) for t in found.trials[0].span_ns] == pytest.approx([106.5, 139.99], abs=0.05)


def test_stepping_on_and_off_are_told_when_they_happened(tmp_path: Path) -> None:
    found = told(played(Stood().empty(5).stand(20).empty(12).stand(5).write(tmp_path / "steps.csv")))
    assert found["step_on"] == pytest.approx(5.5, abs=0.06)
    assert found["step_off"] == pytest.approx(25.3, abs=0.06)
    assert found["hold_lost"] == pytest.approx(26.0, abs=0.06)


def test_who_comes_back_after_the_attempt_is_told_too(tmp_path: Path) -> None:
    file = Stood().stand(20).empty(5).stand(5).empty(3).write(tmp_path / "again.csv")
    kinds = [(event.kind, found.t_s(event.t_ns)) for found in [played(file)] for event in found.events]
    steps = [(kind, t_s) for kind, t_s in kinds if kind.startswith("step")]
    assert [kind for kind, _ in steps] == ["step_on", "step_off", "step_on", "step_off"]
    assert steps[2][1] == pytest.approx(25.5, abs=0.06)


def test_the_other_foot_down_ends_standing_on_one_leg(tmp_path: Path) -> None:
    file = Stood().stand(15, x_mm=10).stand(10, x_mm=95).write(tmp_path / "foot.csv")
    found = played(file, Asked("single-leg", 1, "left"))
    assert told(found)["touch_down"] == pytest.approx(15.1, abs=0.15)
    assert found.trials[0].result.outcome == "lost"
    assert "touch_down" not in told(played(file))


def test_the_edge_pauses_the_count_and_the_hold_is_what_counted(tmp_path: Path) -> None:
    file = Stood().stand(15).stand(0.5, x_mm=190).stand(10).write(tmp_path / "edge.csv")
    found = played(file)
    assert told(found)["edge"] == pytest.approx(15.0, abs=0.1)
    assert found.trials[0].result.outcome == "done"
    assert found.trials[0].result.hold_s == pytest.approx(25.5 - 6.5 - 0.5, abs=0.15)


def test_hands_that_carry_too_much_are_told(tmp_path: Path) -> None:
    file = Stood().stand(12).stand(4, load_n=0.5 * WEIGHT_N).stand(10).write(tmp_path / "hands.csv")
    found = played(file)
    assert told(found)["support_over"] == pytest.approx(12.0, abs=0.1)
    assert told(found)["hold_resumed"] == pytest.approx(16.0, abs=0.1)


def test_a_load_gone_at_once_with_nobody_back_is_a_possible_fall_though_the_recording_ends(
    tmp_path: Path,
) -> None:
    found = played(Stood().stand(20).empty(5).write(tmp_path / "fall.csv"))
    assert told(found)["all_right_asked"] == pytest.approx(30.0, abs=0.5)
    assert told(found)["possible_fall"] == pytest.approx(60.0, abs=0.5)


def test_who_steps_back_on_did_not_fall(tmp_path: Path) -> None:
    found = told(played(Stood().stand(20).empty(5).stand(60).write(tmp_path / "back.csv")))
    assert not {"possible_fall", "all_right_asked"} & set(found)


def test_a_gap_in_the_rows_is_a_fault_of_the_board(tmp_path: Path) -> None:
    rows = Stood().stand(20).rows()
    kept = rows[(rows[:, 0] < 12) | (rows[:, 0] > 12.3)]
    found = played(write(tmp_path / "gap.csv", "t_s,load_n,ml_mm,ap_mm", list(kept.T)))
    assert told(found)["fault"] == pytest.approx(12.0, abs=0.05)
    assert found.trials[0].result.faults[0].fault == "silent"
    assert found.trials[0].result.faults[0].to_s - found.trials[0].result.faults[0].from_s == pytest.approx(
        0.3, abs=0.05
    )


def test_an_own_hold_ends_when_it_is_full(tmp_path: Path) -> None:
    found = played(Stood().stand(40).write(tmp_path / "quiet.csv"), Asked(hold_s=20))
    assert told(found)["hold_done"] == pytest.approx(26.5, abs=0.1)


@pytest.mark.parametrize("kind", [force_plate, four_forces])
def test_measures_are_those_of_analyse(kind: Callable[[Path, object], Path], tmp_path: Path) -> None:
    file = kind(tmp_path / "circle.csv", times(40))
    analysed = analyse_file(file, Settings())
    assert isinstance(analysed, Analysis)
    measures = played(file).trials[0].result.measures
    assert measures["velocity_mm_s"] == pytest.approx(analysed.report.measures["velocity_mm_s"], rel=0.01)


def test_raw_counts_go_through_the_live_path(tmp_path: Path) -> None:
    file = raw_counts(tmp_path / "raw.csv", times(30))
    found = played(file, plate=PLATE)
    assert found.trials[0].result.outcome == "done"
    assert found.trials[0].result.body_weight_n == pytest.approx(640, abs=1)
    with pytest.raises(RecordingError, match="--plate FILE"):
        read_board(file, None)


def test_an_exported_trial_is_rehearsed_with_its_own_path_and_gaps(tmp_path: Path) -> None:
    rows = Stood(first_s=-3).stand(23).rows()
    lines = ["t_s,fl_n,fr_n,rl_n,rr_n,load_n,ml_mm,ap_mm,counted"]
    for t_s, load_n, x_mm, y_mm in rows.tolist():
        known = not 9 <= t_s < 9.2
        quarter = f"{load_n / 4:.3f}"
        told = (*[quarter] * 4, f"{load_n:.3f}", f"{x_mm:.3f}", f"{y_mm:.3f}") if known else ("",) * 7
        lines.append(",".join((f"{t_s:.3f}", *told, str(int(t_s >= 0)))))
    file = tmp_path / "01-supported-standing.csv"
    file.write_text("\n".join(lines) + "\n")
    found = played(file)
    assert told_faults(found) == pytest.approx(0.2, abs=0.03)
    assert found.trials[0].result.outcome == "done"
    assert found.trials[0].result.measures["velocity_mm_s"] > 0


def told_faults(played: Played) -> float:
    (fault,) = played.trials[0].result.faults
    return fault.to_s - fault.from_s


def test_samples_of_forces_are_those_of_the_live_path(tmp_path: Path) -> None:
    file = four_forces(tmp_path / "f.csv", times(5))
    table = read_table(file)
    plate = Plate((100_000.0,) * 4, (0.0,) * 4, 400.0, 400.0)
    live = LiveCop(plate)
    made = []
    for n, t_s in enumerate(table.columns["t_s"].tolist()):
        for cell, name in enumerate(("fl_n", "fr_n", "rl_n", "rr_n")):
            counts = round(table.columns[name][n] * 100_000)
            made += live.push(Reading(round(t_s * 1e9) - 1, cell, counts, Fault.NONE))
    board = RecordedBoard(table, None)
    ours = list(board.samples())
    for mine, theirs in zip(ours, made, strict=False):
        assert mine.x_mm == pytest.approx(theirs.x_mm, abs=0.001)
        assert mine.load_n == pytest.approx(theirs.load_n, abs=0.001)


def test_a_recording_of_forty_rows_a_second_is_told_as_well(tmp_path: Path) -> None:
    found = played(force_plate(tmp_path / "slow.csv", times(30, rate_hz=40)))
    assert found.trials[0].result.outcome == "done"
    assert "fault" not in told(found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("t_s,load_n,ml_mm,ap_mm\n0.0,1,2\n", ":2: the row has 3 columns"),
        ("", "it is empty"),
        ("t_s,load_n,ml_mm,ap_mm\n0.0,640,0,0\n0.01,640,0,0\n", "it has 2 rows"),
        ("a,b\n1,2\n", ":1: "),
    ],
)
def test_a_file_that_is_no_recording_is_refused_with_its_name(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text)
    with pytest.raises(RecordingError) as caught:
        read_board(file, None)
    assert str(file) in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"the published recordings are not at {PUBLISHED}")
@pytest.mark.parametrize("number", RECORDINGS)
def test_recorded_quiet_standing_gives_no_false_event(number: str) -> None:
    found = played(PUBLISHED / f"BDS{number}.csv")
    kinds = set(told(found))
    assert kinds == {"step_on", "weighed", "hold_started", "hold_done"}
    assert found.trials[0].result.hold_s > 40
    assert np.isfinite(found.trials[0].result.measures["velocity_mm_s"])
