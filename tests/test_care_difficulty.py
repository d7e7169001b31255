"""What a programme changes, how hard it becomes, and what a station decided: in words, without a database."""

from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.test import override_settings

from station.errors import ConfigError
from station.link.messages import decode_prescription
from station.training.prescription import Exercise
from station.training.prescription import Prescription as Programme
from ui.care.prescribing.changes import changes, only_eases
from ui.care.prescribing.place import as_trained, rungs_now
from ui.care.prescribing.proposals import moved, read_evidence
from ui.care.words.difficulty import direction, rung_mark
from ui.care.words.rejections import OTHERWISE, remedy
from ui.care.words.routines import routines

STANDING = Exercise(routine="supported-standing", rung=2, attempts=3)
ONE_LEG = Exercise(routine="single-leg", rung=2, side="left", alone_up_to=4)
RX = Programme(
    version=7,
    station="home-1",
    subj="p-1",
    issued="2026-05-04T09:00:00Z",
    expires="2026-07-27T09:00:00Z",
    exercises=(STANDING, ONE_LEG),
)


def move(line: int, routine: str, from_rung: int, to_rung: int, version: int = 7) -> dict[str, Any]:
    return {
        "rx_version": version,
        "exercise": line,
        "routine": routine,
        "side": None,
        "from_rung": from_rung,
        "to_rung": to_rung,
        "why": "It is said why.",
        "evidence": "2026-05-05: held 2 of 3, pain 2 to 1, effort 4, stumble; as it came",
        "trials": "",
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("rung", 2, 3, "harder"),
        ("rest_s", 20.0, 30.0, "easier"),
        ("alone_up_to", None, 4, "harder"),
        ("alone_up_to", 4, None, "easier"),
        ("somebody_near", True, False, "harder"),
        ("rest_days_a_week", 1, 0, "harder"),
        ("pain_limit", 5, 5, ""),
        ("device", 0, 1, ""),
    ],
)
def test_harder_and_easier_follow_the_ladder(
    name: str, old: float | None, new: float | None, expected: str
) -> None:
    assert direction(name, old, new) == expected


def test_a_rung_is_marked_by_today_s() -> None:
    assert [rung_mark(number, 2) for number in (1, 2, 3)] == ["easier", "today", "harder"]
    assert rung_mark(1, None) == ""


def test_every_field_that_changes_is_told() -> None:
    new = msgspec.structs.replace(
        RX,
        exercises=(msgspec.structs.replace(STANDING, hold_s=40, attempts=2), ONE_LEG),
        on_hold=True,
        somebody_near=True,
        surgery="fusion",
        expires="2026-08-27T09:00:00Z",
    )
    assert [(change.words, change.direction) for change in changes(RX, new)] == [
        ("Supported standing: hold 20 s → 40 s", "harder"),
        ("Supported standing: attempts 3 → 2", "easier"),
        ("All training is on hold", "easier"),
        ("Surgery: not said → Fusion", ""),
        ("Somebody nearby: no → yes", "easier"),
        ("Valid until: 27 Jul 2026 → 27 Aug 2026", ""),
    ]
    assert not only_eases(changes(RX, new))
    assert only_eases(changes(new, RX)) is False


def test_what_the_station_eased_is_not_undone_by_signing_the_programme_again() -> None:
    moves = [move(2, "single-leg", 2, 1), move(1, "supported-standing", 2, 3, version=6)]
    assert rungs_now(RX, moves) == [2, 1], "a decision under another version is over"
    assert as_trained(RX, moves).exercises[1].rung == 1
    assert rungs_now(RX, [move(9, "single-leg", 2, 1), move(1, "single-leg", 2, 1)]) == [2, 2]


def test_a_rung_reached_by_a_proposal_brings_its_own_hold() -> None:
    timed = msgspec.structs.replace(RX, exercises=(msgspec.structs.replace(STANDING, rung=5, hold_s=20),))
    ladder = routines()["supported-standing"].rungs
    (longer,) = (n for n in range(1, len(ladder)) if ladder[n].hold_s > ladder[n - 1].hold_s and n == 5)
    assert moved(timed, 1, longer + 1).exercises[0].hold_s is None
    assert moved(RX, 2, 6).exercises[1].alone_up_to == 6


def test_evidence_is_read_session_by_session_and_else_stands_as_it_came() -> None:
    session, other = read_evidence("2026-05-05: held 2 of 3, pain 2 to 1, effort 4, stumble; as it came")
    assert (session.day, session.percent, session.pain, session.effort) == ("2026-05-05", 67, "2 → 1", "4")
    assert session.stops == "stumble"
    assert (other.day, other.line) == ("", "as it came")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("prescription not understood: Object contains unknown field `on_hold`", "Call the patient now"),
        ("it is signed with key 0123, which this station was not enrolled with", "enrol it again"),
        ("exercise 2: unknown routine 'foam'; this station has tandem", "its file put on the station"),
        ("exercise 2: rung: rung 6 of single-leg is beyond this device's limit of 4", "raise the limit"),
        ("minutes_a_day: it plans 40 minutes a session and allows 30 a day", "fewer exercises"),
        ("number: 4711 is the number of another patient of this station", "nobody else has"),
        ("something new", str(OTHERWISE)),
    ],
)
def test_each_rejection_says_what_to_do(reason: str, words: str) -> None:
    assert words in remedy(reason)


def test_a_programme_without_a_hold_says_nothing_that_an_older_station_would_refuse() -> None:
    assert b"on_hold" not in msgspec.json.encode(RX)
    held = msgspec.json.encode(msgspec.structs.replace(RX, on_hold=True))
    assert decode_prescription(held).held


def test_a_clinic_s_own_routines_are_offered_and_a_bad_file_is_named(tmp_path: Any) -> None:
    text = 'routine = "on-foam"\ntitle = "On foam"\nstance = "both"\ncues = ["Stand."]\n'
    rung = '[[rungs]]\nsupport = "none"\nsupport_limit_percent = 5\nhold_s = 10\n'
    (tmp_path / "foam.toml").write_text(text + rung)
    with override_settings(CARE_ROUTINES=str(tmp_path)):
        assert {"on-foam", "tandem"} <= set(routines())
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "foam.toml").write_text(text)
    with override_settings(CARE_ROUTINES=str(bad)), pytest.raises(ConfigError, match=r"foam\.toml: .*rungs"):
        routines()
    assert settings.CARE_ROUTINES == ""
