"""The verb `analyse` as people and programs use it."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from station.__main__ import main
from station.analysis.terminal import with_progress
from station.sway.catalogue import CATALOGUE
from tests.recordings import PLATE, force_plate, raw_counts, times

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return force_plate(tmp_path / "good.csv", times(60))


@pytest.fixture
def short(tmp_path: Path) -> Path:
    return force_plate(tmp_path / "a, [b] & <c>.csv", times(25))


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "bad.csv"
    file.write_text("t_s,load_n,ml_mm,ap_mm\n0,1,2,3\n0.01,1,two,3\n")
    return file


def run(*words: str | Path) -> int:
    return main(["analyse", *map(str, words)])


def test_csv_has_a_row_a_file_and_a_column_a_measure(good: Path, short: Path, capsys: Captured) -> None:
    assert run(short, good, "--csv", "--filter", "none") == 0
    out = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == ["file", *CATALOGUE]
    assert [row["file"] for row in rows] == [str(short), str(good)]
    assert rows[0]["f95_ap_hz"] == "", "withheld is empty"
    assert float(rows[1]["f95_ap_hz"]) > 0


def test_json_is_one_document_with_numbers_to_the_last_bit(good: Path, short: Path, capsys: Captured) -> None:
    assert run(good, short, "--json", "--filter", "none") == 0
    first, second = json.loads(capsys.readouterr().out)["files"]
    assert first.keys() >= {"file", "measures", "withheld", "quality", "alg", "filter"}
    assert (first["file"], first["alg"], first["filter"]) == (str(good), "cop-1", "none")
    assert "told from 60 s on" in second["withheld"]["f95_ap_hz"]
    assert run(good, "--csv", "--filter", "none") == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert {name: float(row[name]) for name in first["measures"]} == first["measures"]


def test_a_bad_file_is_named_with_line_and_column_and_the_others_are_done(
    good: Path, bad: Path, capsys: Captured
) -> None:
    assert run(bad, good, "--json") == 1
    out, err = capsys.readouterr()
    first, second = json.loads(out)["files"]
    sentence = f"{bad}:3: column ml_mm is 'two'; it must be a number, like 12.5"
    assert first == {"file": str(bad), "error": sentence}
    assert second["measures"]
    assert err.splitlines() == [
        f"balance-station analyse: {sentence}",
        "balance-station analyse: 1 of 2 files were not analysed",
    ]


def test_a_bad_file_has_no_row_in_csv(good: Path, bad: Path, capsys: Captured) -> None:
    assert run(bad, good, "--csv") == 1
    assert [row["file"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))] == [str(good)]


def test_people_read_units_quality_and_what_is_not_told(short: Path, capsys: Captured) -> None:
    assert run(short) == 0
    out = capsys.readouterr().out
    assert str(short) in out, "a file's name is not taken for markup"
    assert re.search(r"Mean velocity +[\d.]+ +[\d.]+ +25\.\d+ +mm/s", out)
    assert "  mean load 640 N" in out
    assert re.search(r"Not told .*Sample entropy of velocity: told from 60 s on", " ".join(out.split()))


@pytest.mark.parametrize("suffix", ["json", "toml"])
def test_a_plate_is_read_from_json_and_toml(tmp_path: Path, capsys: Captured, suffix: str) -> None:
    plate = tmp_path / f"plate.{suffix}"
    data = PLATE.to_dict()
    lines = [f"{key} = {json.dumps(value)}" for key, value in data.items()]
    plate.write_text(json.dumps(data) if suffix == "json" else "\n".join(lines))
    assert run(raw_counts(tmp_path / "raw.csv", times(20)), "--plate", plate, "--json") == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["measures"]["mean_ap_mm"] == pytest.approx(
        -20, abs=0.01
    )


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.json", None, "it cannot be read (No such file or directory); check the name"),
        ("p.json", b"{", "not valid JSON"),
        ("p.toml", b"a =", "not valid TOML"),
        ("p.json", b"[]", "it must be an object with counts_per_n"),
        ("p.json", b'{"counts_per_n": [1, 2, 3]}', "counts_per_n must be four numbers"),
        ("p.json", b"\xff", "it is not UTF-8 text"),
    ],
)
def test_a_plate_that_cannot_be_used_is_one_sentence(
    good: Path, tmp_path: Path, capsys: Captured, name: str, content: bytes | None, says: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    assert run(good, "--plate", file) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"balance-station analyse: plate {file}: ")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["a.csv", "--json", "--csv"], ["a.csv", "--filter", "5hz"]])
def test_wrong_usage_ends_with_2(words: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*words)
    assert ended.value.code == 2


# -- pictures and the page ---------------------------------------------------------------------------------


def words_of(picture: Path) -> str:
    return "".join(ET.parse(picture).getroot().itertext())  # noqa: S314 our own file


def test_one_recording_is_one_picture_under_the_name_given(good: Path, tmp_path: Path) -> None:
    assert run(good, "--plot", tmp_path / "one.png") == 0
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def test_several_recordings_are_numbered_as_they_were_named(
    good: Path, bad: Path, short: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    assert run(good, bad, short, "--plot", folder / "p.svg") == 1
    assert sorted(file.name for file in folder.iterdir()) == ["p-1.svg", "p-3.svg"]
    words = words_of(folder / "p-3.svg")
    for said in (
        "a, [b] & <c>.csv",
        "95 % prediction ellipse",
        "ML (mm)",
        "forward",
        "Quality",
        "Frequency (Hz)",
    ):
        assert said in words


def test_several_recordings_are_pages_of_one_pdf(good: Path, short: Path, tmp_path: Path) -> None:
    assert run(good, short, "--plot", tmp_path / "all.pdf") == 0
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "all.pdf").read_bytes())) == 2


def test_a_recording_too_short_for_spectrum_and_filter_is_drawn_all_the_same(tmp_path: Path) -> None:
    file = force_plate(tmp_path / "short.csv", times(1.2, rate_hz=20))
    assert run(file, "--plot", tmp_path / "short.svg") == 0
    words = words_of(tmp_path / "short.svg")
    assert "A spectrum needs 20 s without a gap." in words
    assert "None is told: too short." in words


class Page(HTMLParser):
    """What a page would fetch, its ids, and whether its elements are closed."""

    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "link", "img", "iframe") or "src" in values:
            self.fetched.append(tag)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        for name in ("href", "xlink:href"):
            if values.get(name):
                self.links.append(str(values[name]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_its_links_lead_somewhere(
    good: Path, short: Path, bad: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    assert run(good, short, bad, "--html", out) == 1
    text = out.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.fetched == []
    assert len(page.ids) == len(set(page.ids)), "every picture has ids of its own"
    assert {link.removeprefix("#") for link in page.links if link} <= set(page.ids)
    assert "a, [b] &amp; &lt;c&gt;.csv" in text
    assert "column ml_mm is &#x27;two&#x27;" in text


def test_a_page_is_there_whole_or_not_at_all(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report.html"
    out.write_text("of yesterday")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert run(good, "--html", out) == 1
    assert out.read_text() == "of yesterday"
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize(
    ("option", "name", "says"),
    [
        ("--plot", "p.gif", "the name of a picture ends with .png, .svg, .pdf"),
        ("--plot", "nowhere/p.png", "there is no folder"),
        ("--html", "nowhere/p.html", "there is no folder"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(
    good: Path, tmp_path: Path, capsys: Captured, option: str, name: str, says: str
) -> None:
    assert run(good, option, tmp_path / name) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


def test_without_matplotlib_one_sentence_says_how_to_install_it(
    good: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    assert run(good, "--plot", tmp_path / "p.png") == 1
    assert "pip install 'balance-station[plot]'" in capsys.readouterr().err


# -- progress ----------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "total", "drawn"), [(Terminal(), 50, True), (Terminal(), 2, False), (io.StringIO(), 50, False)]
)
def test_a_bar_is_drawn_over_many_files_and_only_on_a_terminal(
    out: io.StringIO, total: int, *, drawn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert list(with_progress(iter(range(total)), total, out)) == list(range(total))
    assert bool(out.getvalue()) == drawn
