"""`balance-station report`: everything a helper needs, and nothing of the person, whatever lies around."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.__main__ import main
from station.config import DATABASE
from station.report.command import MOST_BYTES, packed
from station.report.gather import Sources, gather
from station.report.vocabulary import MASK, masked, own_words
from station.session.schema import VERSION, bring_up_to_date
from station.setup.change import Ran
from station.setup.place import Place

NOW = datetime(2026, 3, 1, tzinfo=UTC)
# What must never leave: planted in every source the report looks into.
PLANTED = (
    "p-7f3a91c2",
    "Ayşe Yılmaz",
    "Yılmaz",
    "Bring the blue cushion tomorrow please",
    "cushion",
    "c2VjcmV0LWtleS1vZi10aGUtc3RhdGlvbi0wMTIzNDU2Nzg=",
    "MC4CAQAwBQYDK2VwBCIEIGx",
    "wlan-hunter2-pw",
    "HomeNet-Yilmaz",
    "station-of-grandma",
    "care.clinic-example.org",
    "905321234567",
)
ROOT = Path(__file__).parents[1]
ALL = " ".join(PLANTED)


class Programs:
    """What the machine's programs say, each with everything planted in it."""

    def __call__(self, argv: Sequence[str], _typed: str) -> Ran:
        if argv[0] == "dmesg":
            return Ran(0, f"[1.0] hwmon: Undervoltage detected! {ALL}\n[2.0] mmc0: error -110 {ALL}\n")
        if argv[0] == "journalctl":
            said = (
                "the board was never calibrated: nominal values; calibrate with balance-calibrate plate",
                *PLANTED,
                f"prescription refused: it is for {PLANTED[0]}",
                *(f"name={text} (“{text}”)" for text in PLANTED),
            )
            host = "2026-03-01T08:00:00+0100 station-of-grandma balance-station[812]: "
            return Ran(0, "\n".join([host + line for line in said] + list(PLANTED)))
        if argv[0] == "systemctl":
            return Ran(0, f"ActiveState=active\nNRestarts=3\nResult={ALL}\nDescription={ALL}")
        return Ran(1, ALL)


@pytest.fixture
def station(tmp_path: Path) -> Place:
    place = Place(tmp_path, Programs())
    place.config_file.parent.mkdir(parents=True)
    place.config_file.write_text(
        f'[station]\nid = "{PLANTED[9]}"\nsubj = "{PLANTED[0]}"\n[board]\ndata_pins = [5, 13, 16, 21]\n'
        f'plate = "/home/{PLANTED[2]}/plate.json"\n[care]\nhost = "{PLANTED[10]}"\nkeys = ["{PLANTED[5]}"]\n'
        f'key = "{PLANTED[6]}"\n[training]\nroutines = "/home/{PLANTED[2]}"\n',
        "utf-8",
    )
    boot = tmp_path / "boot/firmware"
    boot.mkdir(parents=True)
    (boot / "config.txt").write_text("dtparam=audio=on\n# Ayşe Yılmaz\nkernel=Yılmaz.img\n", "utf-8")
    (boot / "cmdline.txt").write_text(f"root=/dev/sda2 {ALL}\n", "utf-8")
    for name in ("network-config", "user-data", "wpa_supplicant.conf"):
        (boot / name).write_text(ALL, "utf-8")
    connections = tmp_path / "etc/NetworkManager/system-connections"
    connections.mkdir(parents=True)
    (connections / "home.nmconnection").write_text(f"[wifi-security]\npsk={PLANTED[7]}\n{ALL}\n", "utf-8")
    enrolment = place.state() / "enrolment"
    enrolment.mkdir(parents=True)
    (enrolment / "enrolment.json").write_text(json.dumps({"care": {"key": PLANTED[6]}, "x": ALL}), "utf-8")
    (enrolment / "key-1.pem").write_text(ALL, "utf-8")
    _keep(place.state() / DATABASE)
    updates = tmp_path / "var/lib/balance-station-update"
    updates.mkdir(parents=True)
    why = f"balance-ui.service is failed {ALL}"
    state = {"step": "returned", "number": 8, "before": "0.1.0", "after": "0.2.0", "boot": ALL, "why": why}
    (updates / "state.json").write_text(json.dumps(state), "utf-8")
    return place


def _keep(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        bring_up_to_date(database, 0)
        database.execute(
            "INSERT INTO session (id, started, subj, answers) VALUES ('s1', ?, ?, ?)",
            (PLANTED[1], PLANTED[0], ALL.encode()),
        )
        document = json.dumps({"rx": {"subj": PLANTED[0], "note": PLANTED[3], "name": PLANTED[1]}})
        database.execute(
            "INSERT INTO prescription (version, document, received, subj) VALUES (1, ?, 'now', ?)",
            (document.encode(), PLANTED[0]),
        )
        told = {"kind": "lasting", "fault": "SILENT", "cell": "FR", "advice": ALL}
        bodies = (
            {"kind": "sensor_fault", "session": PLANTED[0], "detail": told},
            {"kind": "sensor_fault", "detail": {"kind": PLANTED[4], "fault": PLANTED[4], "cell": PLANTED[2]}},
            {"kind": "message", "text": PLANTED[3]},
        )
        for number, body in enumerate(bodies):
            database.execute(
                "INSERT INTO outbox (id, type, header, body) VALUES (?, 'event', ?, ?)",
                (f"o{number}", json.dumps({"subj": PLANTED[0]}).encode(), json.dumps(body).encode()),
            )
        trial = {"faults": [{"fault": "late_read", "cell": "RL", "from_s": 1.5, "to_s": 2.0}], "text": ALL}
        kept = json.dumps(trial).encode()
        database.execute("INSERT INTO trial VALUES ('t1', 's1', ?, x'00')", (kept,))
        database.execute("INSERT INTO note (key, value) VALUES ('x', ?)", (ALL.encode(),))
        database.commit()


def _whole(parts: dict[str, str]) -> str:
    with zipfile.ZipFile(io.BytesIO(packed(parts, NOW))) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def _sources(place: Place, check: str = "") -> Sources:
    return Sources(place, (lambda: check) if check else None, ROOT)


def test_nothing_planted_in_any_source_is_in_the_report(station: Place) -> None:
    check = json.dumps({"fit": False, "first": f"FR: the chip does not answer {ALL}", "care": {"note": ALL}})
    text = _whole(gather(_sources(station, check)))
    assert [planted for planted in PLANTED if planted.lower() in text.lower()] == []
    assert "grandma" not in text


def test_nothing_planted_is_in_the_report_of_a_broken_database(station: Place) -> None:
    file = station.state() / DATABASE
    file.write_bytes(b"SQLite format 3\0" + ALL.encode() * 50)
    parts = gather(_sources(station))
    assert "cannot be read" in json.loads(parts["database.json"])["state"]
    assert [planted for planted in PLANTED if planted.lower() in _whole(parts).lower()] == []


def test_nothing_planted_is_in_the_report_of_a_broken_configuration(station: Place) -> None:
    station.config_file.write_text(f"[station]\nid = \n{ALL}", "utf-8")
    parts = gather(_sources(station))
    assert json.loads(parts["configuration.json"]) == {"state": "not valid TOML", "line": 2}
    assert [planted for planted in PLANTED if planted.lower() in _whole(parts).lower()] == []


def test_what_a_helper_needs_is_there(station: Place) -> None:
    said = "\nChecking for 10 s: leave the board empty and do not touch it."  # on standard error
    parts = gather(_sources(station, json.dumps({"fit": True, "first": None}) + said))
    told = {name: json.loads(text) for name, text in parts.items() if name.endswith(".json")}
    assert told["configuration.json"]["keys"]["board"]["data_pins"] == [5, 13, 16, 21]
    assert told["configuration.json"]["keys"]["station"] == {"id": "set", "subj": "set"}
    assert told["configuration.json"]["enrolled"] is True
    assert told["configuration.json"]["state"].startswith("refused: [")
    assert told["database.json"]["state"] == "ok"
    assert told["database.json"]["format"] == VERSION
    assert told["database.json"]["rows"]["prescription"] == 1
    assert told["database.json"]["faults"] == [
        {"kind": "lasting", "fault": "SILENT", "cell": "FR"},
        {"fault": "late_read", "cell": "RL", "from_s": 1.5, "to_s": 2.0},
    ]
    assert told["kernel.json"]["undervoltage"] == 1
    assert told["kernel.json"]["card"] == 1
    assert told["units.json"]["balance-station"] == {"ActiveState": "active", "NRestarts": "3"}
    assert "dtparam=audio=on" in told["boot.json"]["config_txt"]
    assert (told["update.json"]["step"], told["update.json"]["after"]) == ("returned", "0.2.0")
    assert told["update.json"]["why"].startswith("balance-ui.service is failed")
    assert told["check.json"] == {"fit": True, "first": None}
    assert told["versions.json"]["python"]
    assert "balance-station: the board was never calibrated: nominal values;" in parts["log.txt"]


def test_a_database_cut_short_still_gives_a_report(station: Place) -> None:
    file = station.state() / DATABASE
    file.write_bytes(file.read_bytes()[:5000])
    parts = gather(_sources(station))
    assert json.loads(parts["database.json"])["state"] != "ok"
    assert json.loads(parts["versions.json"])["station"]


def test_on_a_machine_with_nothing_every_part_says_what_is_missing(tmp_path: Path) -> None:
    parts = gather(_sources(Place(tmp_path, lambda _argv, _typed: Ran(127, "not found"))))
    assert json.loads(parts["database.json"])["state"] == "there is none yet"
    assert json.loads(parts["boot.json"])["state"] == "no boot partition of a Raspberry Pi"
    assert "run the report as root" in parts["log.txt"]
    assert json.loads(parts["check.json"])["missing"] == "not asked for"


def test_the_file_is_bounded_whatever_the_parts_are() -> None:
    parts = {f"{number}.json": "x" * 3_000_000 for number in range(4)}
    with zipfile.ZipFile(io.BytesIO(packed(parts, NOW))) as archive:
        assert sum(info.file_size for info in archive.infolist()) <= MOST_BYTES + 1000


@given(name=st.text(st.characters(categories=["L"]), min_size=3, max_size=12), number=st.integers(100_000))
def test_a_word_the_programs_do_not_say_is_masked(name: str, number: int) -> None:
    shown = masked(f"refused: {name}, ({name}) p-{number} {number}", own_words(ROOT))
    assert str(number) not in shown
    assert name in own_words(ROOT) or name not in shown.replace("refused:", "")


def test_what_the_programs_say_is_left_readable() -> None:
    line = "the board was never calibrated: nominal values; calibrate with balance-calibrate plate"
    assert masked(line, own_words(ROOT)) == line
    assert masked("Started Mustermann at 80.5 SPS", own_words(ROOT)) == f"Started {MASK} at 80.5 SPS"


def test_the_command_writes_one_private_file_and_says_where_and_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "station.toml"
    config.write_text(f'[station]\nid = "x"\nstate = "{tmp_path}/state"\n', "utf-8")
    file = tmp_path / "report.zip"
    monkeypatch.chdir(tmp_path)
    assert main(["report", "--out", file.name, "--config", str(config), "--no-check"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{file} (")
    assert "log.txt" in out
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist()[0] == "README.txt"


def test_whoever_asked_by_sudo_owns_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[Path, int, int]] = []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", lambda *to: given.append(to))
    monkeypatch.setenv("SUDO_UID", "1000")
    config, file = tmp_path / "station.toml", tmp_path / "report.zip"
    config.write_text(f'[station]\nid = "x"\nstate = "{tmp_path}/state"\n', "utf-8")
    assert main(["report", "--out", str(file), "--config", str(config), "--no-check"]) == 0
    assert given == [(file, 1000, -1)]
