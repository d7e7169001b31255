"""Recordings as files: what is read, and the sentence for each thing that is wrong with one."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.analysis.formats import COUNTS, FORCES, TRIAL
from station.analysis.table import Table, read_table
from station.errors import RecordingError

HEADER = "t_s,load_n,ml_mm,ap_mm\n"
GOOD = HEADER + "10.00,700,20,-30\n10.01,710,22,-30\n10.03,700,24,-30.5\n"
COUNTS_HEADER = "t_s,fl_counts,fr_counts,rl_counts,rr_counts\n"


def save(folder: Path, content: str | bytes, name: str = "walk.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def refused(file: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        read_table(file)
    assert str(caught.value).startswith(str(file)), "the file is named first"
    assert "\n" not in str(caught.value)
    return str(caught.value)


def equal(a: Table, b: Table) -> bool:
    return all(np.array_equal(a.columns[name], b.columns[name], equal_nan=True) for name in a.columns)


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        gzip.compress(GOOD.encode()),  # told by its content, whatever its name
        GOOD.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.rstrip("\n").encode(),
        GOOD.replace("710", ' "710"'.strip()).encode(),
        GOOD.replace("10.01", "\n10.01").encode(),  # a blank line
        GOOD.replace("710,22", " 710 , 22").encode(),
    ],
    ids=["plain", "gzip", "crlf", "bom", "no-last-newline", "quotes", "blank-line", "spaces"],
)
def test_the_same_numbers_come_out_however_the_text_is_dressed(tmp_path: Path, content: bytes) -> None:
    table = read_table(save(tmp_path, content))
    assert table.columns["t_s"].tolist() == [10.0, 10.01, 10.03]
    assert table.columns["load_n"].tolist() == [700, 710, 700]
    assert table.columns["ap_mm"].tolist() == [-30, -30, -30.5]


def test_columns_may_come_in_any_order_and_with_others(tmp_path: Path) -> None:
    table = read_table(save(tmp_path, "note,rr_n,fl_n,fr_n,rl_n,t_s\nx,4,1,2,3,0\ny,4,1,2,3,1\n"))
    assert table.format is FORCES
    assert table.stack(("fl_n", "fr_n", "rl_n", "rr_n")).tolist() == [[1, 1], [2, 2], [3, 3], [4, 4]]


def test_an_empty_count_is_a_chip_without_a_conversion(tmp_path: Path) -> None:
    table = read_table(save(tmp_path, COUNTS_HEADER + "0,1,,,\n0.01,,2,3,\n0.02,,,,4\n"))
    assert table.format is COUNTS
    assert np.isnan(table.stack(("fl_counts", "rr_counts"))).tolist() == [
        [False, True, True],
        [True, True, False],
    ]


def test_a_gap_in_a_trial_is_empty_and_its_flags_are_read(tmp_path: Path) -> None:
    text = "t_s,fl_n,fr_n,rl_n,rr_n,load_n,ml_mm,ap_mm,counted\n-0.01,1,1,1,1,4,2,3,0\n0,,,,,,,,1\n"
    table = read_table(save(tmp_path, text))
    assert table.format is TRIAL
    assert np.isnan(table.columns["ml_mm"]).tolist() == [False, True]
    assert table.columns["counted"].tolist() == [0, 1]


@given(rows=st.lists(st.tuples(*[st.floats(-1e6, 1e6, allow_nan=False)] * 3), min_size=1, max_size=20))
def test_every_number_is_read_to_its_last_bit(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("exact")
    body = "".join(f"{n},{a!r},{b!r},{c!r}\n" for n, (a, b, c) in enumerate(rows))
    quick = read_table(save(folder, HEADER + body))
    careful = read_table(save(folder, HEADER + body.replace("0,", '"0",', 1)))
    assert equal(quick, careful)
    assert quick.columns["ml_mm"].tolist() == [row[1] for row in rows]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ": it is empty; the first line of a recording names its columns"),
        ("\n1,2,3,4\n", ": it is empty"),
        ("t_s,load_n,ml_mm\n0,1,2\n", ":1: no column ap_mm; this line must be t_s,load_n,ml_mm,ap_mm or"),
        ("t_s,fl_n,fr_n,rl_n\n0,1,2,3\n", ":1: no column rr_n"),
        ("t_s,fl_counts,fr_counts\n0,1,2\n", ":1: no column rl_counts or rr_counts"),
        ("load_n,ml_mm,ap_mm\n1,2,3\n", ":1: no column t_s"),
        ("hello world\n", ":1: this line names none of the columns of a recording"),
        ("t_s;load_n;ml_mm;ap_mm\n0;1;2;3\n", ":1: the columns are separated by semicolons"),
        ("t_s\tload_n\tml_mm\tap_mm\n", ":1: the columns are separated by tabs"),
        ("t_s,t_s,load_n,ml_mm,ap_mm\n", ":1: the column t_s is there twice"),
        (GOOD + "10.04,abc,0,0\n", ":5: column load_n is 'abc'; it must be a number, like 12.5"),
        (GOOD + "10.04,,0,0\n", ":5: column load_n is ''"),
        (GOOD + "10.04,700,nan,0\n", ":5: column ml_mm is 'nan'"),
        (GOOD + "10.04,700,0,-inf\n", ":5: column ap_mm is '-inf'"),
        (GOOD + "10.04,7_00,0,0\n", ":5: column load_n is '7_00'"),
        (GOOD + "\n\n10.04,700,0,x\n", ":7: column ap_mm is 'x'"),
        (GOOD + "10.04,700,0\n", ":5: the row has 3 columns and the first line names 4 (there is no ap_mm)"),
        (GOOD + "10.04,700,0,0,0\n", ":5: the row has 5 columns"),
        (GOOD + "10.03,700,0,0\n", ":5: column t_s is 10.03 after 10.03; time must rise from row to row"),
        (GOOD + "9,700,0,0\n", ":5: column t_s is 9 after 10.03"),
        (GOOD + '10.04,"700,0,0\n', ": unexpected end of data; a recording is plain CSV"),
        (COUNTS_HEADER + "0,1,2,3,4.5\n", ":2: column rr_counts is 4.5; it must be a whole number"),
        (COUNTS_HEADER + "0,nan,2,3,4\n", ":2: column fl_counts is 'nan'"),
        (
            "t_s,fl_n,fr_n,rl_n,rr_n,load_n,ml_mm,ap_mm,counted\n0,1,1,1,1,4,2,3,2\n",
            ":2: column counted is 2; it must be 0 or 1",
        ),
    ],
)
def test_what_is_wrong_is_named_with_line_and_column(tmp_path: Path, text: str, says: str) -> None:
    assert says in refused(save(tmp_path, text))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("walk.csv", GOOD.encode("utf-16"), ":1: it is UTF-16 text; save it as UTF-8"),
        ("walk.csv", GOOD.replace("700,24", "Größe,24").encode("latin-1"), ":4: it is not UTF-8 text"),
        ("walk.csv", b"PK\x03\x04\x00\x00", ":1: it is binary, not text"),
        ("walk.csv.gz", GOOD.encode(), ": it is named .gz and is not compressed"),
        ("walk.csv.gz", gzip.compress(GOOD.encode() * 100, mtime=0)[:60], ": the compressed file is damaged"),
        (
            "walk.csv.gz",
            gzip.compress(GOOD.encode(), mtime=0)[:-8] + b"x" * 8,
            ": the compressed file is damaged",
        ),
    ],
    ids=["utf-16", "latin-1", "binary", "not-gzip", "cut-short", "wrong-sum"],
)
def test_what_is_no_text_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    assert says in refused(save(tmp_path, content, name))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "it cannot be read (No such file or directory); check the name" in refused(tmp_path / "gone.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "it cannot be read (Is a directory); name the files in it" in refused(tmp_path)


def test_a_file_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests may run as root, to whom every file opens.
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = save(tmp_path, GOOD)
    monkeypatch.setattr(Path, "open", closed)
    assert "it cannot be read (Permission denied); ask its owner" in refused(file)


def test_a_file_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.analysis.table.MOST_BYTES", 2**20)
    assert "it is longer than 1 MiB" in refused(save(tmp_path, gzip.compress(bytes(2**20 + 1))))
