"""`balance-station rehearse`: what people and machines read of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from station.__main__ import main
from tests.stood import Stood


def rehearsed(capsys: pytest.CaptureFixture[str], *args: object) -> dict[str, Any]:
    assert main(["rehearse", *map(str, args), "--json"]) == 0
    said = capsys.readouterr()
    assert not said.err
    document: dict[str, Any] = json.loads(said.out)
    return document


def refused(capsys: pytest.CaptureFixture[str], *args: object) -> str:
    assert main(["rehearse", *map(str, args)]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert said.err.count("\n") == 1
    return said.err


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    return Stood(first_s=3).stand(30).write(tmp_path / "quiet.csv.gz")


def test_json_has_events_trials_and_proposals_in_the_recordings_own_time(
    quiet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = rehearsed(capsys, quiet)
    assert [event["kind"] for event in document["events"]] == [
        "step_on",
        "weighed",
        "hold_started",
        "hold_done",
    ]
    assert document["events"][0]["t_s"] == pytest.approx(3.5, abs=0.05)
    trial = document["trials"][0]
    assert (trial["routine"], trial["rung"], trial["outcome"]) == ("supported-standing", 1, "done")
    assert trial["measures"]["velocity_mm_s"] > 0
    assert document["proposals"] == []
    assert document["sim"] is True


def test_explaining_says_of_every_second_why_it_counted_or_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Stood().stand(12).stand(3, load_n=300).stand(5).write(tmp_path / "hands.csv")
    seconds = rehearsed(capsys, file, "--explain")["seconds"]
    assert len(seconds) == pytest.approx(20, abs=1)
    by_second = {round(second["t_s"]): second for second in seconds}
    assert by_second[9]["counted_s"] == pytest.approx(1.0, abs=0.02)
    assert by_second[13]["counted_s"] == 0
    assert "hands carried more than the rung allows" in by_second[13]["why"]
    assert main(["rehearse", str(file), "--explain"]) == 0
    assert "3-2-1" in capsys.readouterr().out


def test_a_person_is_told_in_sentences(quiet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", str(quiet)]) == 0
    said = capsys.readouterr().out
    assert "Simulated" in said
    assert "supported standing, rung 1: done" in said


def test_a_simulated_person_trains_one_exercise(capsys: pytest.CaptureFixture[str]) -> None:
    document = rehearsed(capsys, "--person", "age=40,hands_percent=10,seed=2", "--hold", "5")
    assert [trial["outcome"] for trial in document["trials"]] == ["done"]
    assert 5 < document["trials"][0]["support"]["mean_percent"] < 40


def test_the_answers_of_a_bad_day_stop_the_training(quiet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = rehearsed(capsys, quiet, "--person", "answers.chest=true")
    assert document["events"][0]["kind"] == "red_flag"
    assert document["trials"] == []
    assert document["ended_by"] == "red_flag"


def test_a_prescription_says_what_is_trained(
    quiet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rx = tmp_path / "rx.toml"
    rx.write_text(
        'version = 1\nstation = "s"\nsubj = "p"\nissued = "2026-01-01T00:00:00Z"\n'
        'expires = "2027-01-01T00:00:00Z"\n'
        '[[exercises]]\nroutine = "supported-standing"\nrung = 2\nattempts = 1\nhold_s = 10\n'
    )
    document = rehearsed(capsys, quiet, "--prescription", rx)
    assert [(t["rung"], t["target_hold_s"]) for t in document["trials"]] == [(2, 10.0)]
    rx.write_text(rx.read_text().replace("rung = 2", "rung = 99"))
    assert "99" in refused(capsys, quiet, "--prescription", rx)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "name a recording"),
        (("no-such-file.csv",), "no-such-file.csv: it cannot be read"),
        (("--routine", "juggling"), "--routine juggling: there is none; there are"),
        (("--routine", "single-leg"), "add --side left or --side right"),
        (("--rung", "99"), "--rung 99: supported-standing has rungs 1 to"),
        (("--side", "left"), "supported-standing has no sides"),
        (("--person", "tall"), "key=value"),
        (("--person", "height=180"), "unknown field `height`"),
        (("--person", "age=7"), "at `$.age`"),
        (("--person", "stance=head"), "at `$.stance`"),
        (("--person", "answers.mood=true"), "answers.mood: nobody asks that"),
        (("--person", "answers.pain=true"), "answers.pain is True; it must be 0 to 10"),
        (("--person", "no-such.toml"), "no-such.toml: it cannot be read"),
        (("--days", "3"), "--days is for a simulated patient"),
        (("--prescription", "no-such.json"), "no-such.json: it cannot be read"),
    ],
)
def test_what_cannot_be_rehearsed_is_one_sentence(
    args: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert says in refused(capsys, *args)
