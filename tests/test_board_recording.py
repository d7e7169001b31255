"""Recordings: what is read, and the sentence for each thing that is wrong with a file."""

import gzip
from pathlib import Path

import pytest

from station.board.load import Plate
from station.board.recording import read_recording
from station.errors import RecordingError

PLATE = Plate()
GOOD = "t_s,load_n,ml_mm,ap_mm\n10.00,700,20,-30\n10.01,710,22,-30\n10.03,700,24,-30\n"
FOUR = "t_s,fl_n,fr_n,rl_n,rr_n\n0,100,100,100,100\n"


def write(folder: Path, text: str, name: str = "walk.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_force_plate_recording_is_spread_to_the_corners(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path, GOOD), PLATE)
    assert (recording.first_s, recording.duration_ns) == (10.0, 30_000_000)
    assert recording.forces_n(0) == pytest.approx(PLATE.corners_n(700, 20, -30))


def test_a_recording_of_four_forces_is_taken_as_it_is(tmp_path: Path) -> None:
    file = write(tmp_path, "t_s,fl_n,fr_n,rl_n,rr_n\n0,1,2,3,4\n1,2,3,4,5\n")
    assert tuple(read_recording(file, PLATE).forces_n(500_000_000)) == (1.5, 2.5, 3.5, 4.5)


def test_columns_may_come_in_any_order_and_with_others(tmp_path: Path) -> None:
    file = write(tmp_path, "note,rr_n,fl_n,fr_n,rl_n,t_s\nx,4,1,2,3,0\ny,4,1,2,3,1\n")
    assert tuple(read_recording(file, PLATE).forces_n(0)) == (1, 2, 3, 4)


def test_before_its_first_and_after_its_last_row_a_recording_stands_still(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path, GOOD), PLATE)
    assert recording.forces_n(-5) == recording.forces_n(0)
    assert recording.forces_n(10**12) == pytest.approx(PLATE.corners_n(700, 24, -30))


def test_a_compressed_recording_is_read(tmp_path: Path) -> None:
    file = tmp_path / "walk.csv.gz"
    file.write_bytes(gzip.compress(GOOD.encode()))
    assert read_recording(file, PLATE).duration_ns == 30_000_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty; the first line names the columns"),
        ("t_s,load_n,ml_mm,ap_mm\n", "it has 0 rows of numbers"),
        ("t_s,load_n,ml_mm\n0,1,2\n", ":1: no column ap_mm"),
        ("t_s,fl_n,fr_n,rl_n\n0,1,2,3\n", ":1: no column rr_n"),
        ("load_n,ml_mm,ap_mm\n1,2,3\n", ":1: no column t_s"),
        ("t_s,t_s,load_n,ml_mm,ap_mm\n", ":1: the column t_s is there twice"),
        (GOOD + "10.04,abc,0,0\n", ":5: load_n is 'abc'; it must be a number"),
        (GOOD + "10.04,700,nan,0\n", ":5: ml_mm is 'nan'; it must be a number"),
        (GOOD + "10.04,700,0,inf\n", ":5: ap_mm is 'inf'; it must be a number"),
        (GOOD + "10.04,700,0\n", ":5: the row ends before column ap_mm"),
        (GOOD + "10.03,700,0,0\n", ":5: t_s is 10.03 after 10.03; time must rise"),
        (GOOD + '10.04,"700,0,0\n', "a recording is plain CSV"),
        (GOOD + "10.04,5000.1,0,0\n", ":5: load_n is 5000.1 N; it must be between 0 and 5000 N"),
        (GOOD + "10.04,-50.1,0,0\n", ":5: load_n is -50.1 N; it must be between 0 and 5000 N"),
        (GOOD + "10.04,1e300,0,0\n", ":5: load_n is 1e+300 N"),
        (GOOD + "10.04,700,200.1,0\n", ":5: ml_mm is 200.1 mm, beyond the plate's edge at 200 mm"),
        (GOOD + "10.04,700,0,-201\n", ":5: ap_mm is -201 mm, beyond the plate's edge at 200 mm"),
        (GOOD + "10.04,20,90000,0\n", ":5: fl_n is -2245 N"),
        (FOUR + "1,100,-50.1,100,100\n", ":3: fr_n is -50.1 N; it must be between 0 and 5000 N"),
        (FOUR + "1,2000,2000,2000,2000\n", ":3: the load (fl_n + fr_n + rl_n + rr_n) is 8000 N"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_column(tmp_path: Path, text: str, says: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(RecordingError) as caught:
        read_recording(file, PLATE)
    assert says in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "10.04,-50,0,0\n10.05,0,0,0\n10.06,5000,200,-200\n",
        GOOD + "10.04,3,900,-900\n",
        FOUR + "1,-50,-50,0,50\n2,1250,1250,1250,1250\n",
    ],
)
def test_the_noise_of_an_empty_plate_and_the_very_edge_are_no_fault(tmp_path: Path, text: str) -> None:
    assert read_recording(write(tmp_path, text), PLATE).duration_ns > 0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("walk.csv", b"\xff\xfe\x00t_s", "this is no text"),
        ("walk.csv.gz", b"t_s,load_n", "the compressed file is damaged"),
        ("walk.csv.gz", gzip.compress(GOOD.encode() * 100, mtime=0)[:60], "the compressed file is damaged"),
        ("gone.csv", None, "it cannot be read (No such file or directory); check the name"),
    ],
)
def test_a_file_that_is_no_recording_is_refused(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        read_recording(file, PLATE)
    assert says in str(caught.value)
