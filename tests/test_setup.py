"""`balance-station setup`, on folders that look like a card and with programs that answer from a table."""

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from station.__main__ import main
from station.arguments import SETUP_STEPS
from station.errors import ConfigError, StationError
from station.link.identity import fingerprint
from station.setup.answers import Answers, ScreenAnswers, must_be, read_answers
from station.setup.boot_steps import pin_rows
from station.setup.change import Ran
from station.setup.command import ask
from station.setup.place import Place, report_of, run_program
from station.setup.run import STEPS, Setup, refuse_without_root, show
from station.setup.step import Finding
from tests.certified import Site

STOCK = (Path(__file__).parent / "boot_texts/trixie-config.txt").read_text("utf-8")
CMDLINE = "console=tty1 root=PARTUUID=4e639091-02 rootwait\n"
ANSWERS = Answers(station="kitchen-7", source="gpio")


class Machine:
    """Programs of an image: what the machine starts into, and which units are enabled."""

    def __init__(self) -> None:
        self.target = "graphical.target"
        self.enabled: set[str] = set()
        self.ran: list[tuple[str, ...]] = []
        self.fails = ""

    def __call__(self, argv: Sequence[str], _typed: str) -> Ran:
        words = [word for word in argv if not word.startswith("--")]
        self.ran.append(tuple(words))
        if self.fails and self.fails in argv:
            return Ran(1, "it does not want to")
        match words:
            case ["systemctl", "get-default"]:
                return Ran(0, self.target)
            case ["systemctl", "set-default", target]:
                self.target = target
            case ["systemctl", "is-enabled", unit]:
                return Ran(0, "enabled") if unit in self.enabled else Ran(1, "disabled")
            case ["systemctl", "enable", *units]:
                self.enabled.update(units)
            case ["systemctl", "disable", *units]:
                self.enabled.difference_update(units)
        return Ran(0, "")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    boot = tmp_path / "boot/firmware"
    boot.mkdir(parents=True)
    (boot / "config.txt").write_text(STOCK, "utf-8")
    (boot / "cmdline.txt").write_text(CMDLINE, "utf-8")
    units = tmp_path / "usr/lib/systemd/system"
    units.mkdir(parents=True)
    for name in ("balance-station", "balance-uplink", "balance-ui"):
        (units / f"{name}.service").write_text("[Unit]\n", "utf-8")
    return tmp_path


def _tree(root: Path) -> dict[str, bytes]:
    files = {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}
    kept = ("setup.json", ".before-balance-station")
    return {name: content for name, content in files.items() if not name.endswith(kept)}


def _setup(
    card: Path, machine: Machine, answers: Answers | None = ANSWERS, *, dry: bool = False
) -> tuple[Setup, list[str]]:
    said: list[str] = []
    return Setup(Place(card, machine), answers, say=said.append, dry=dry), said


def _states(setup: Setup) -> dict[str, str]:
    return {step.name: finding.state for step, finding in setup.findings()}


def _found(setup: Setup) -> dict[str, Finding]:
    return {step.name: finding for step, finding in setup.findings()}


def test_an_image_is_set_up_as_far_as_an_image_can_be(card: Path) -> None:
    machine = Machine()
    setup, _ = _setup(card, machine)
    assert setup.do()
    assert _states(setup) == {
        "wiring": "done",
        "boot": "done",
        "display": "done",
        "country": "by hand",
        "check": "by hand",
        "calibration": "by hand",
        "enrolment": "by hand",
        "units": "done",
    }
    assert 'id = "kitchen-7"' in (card / "etc/balance-station/station.toml").read_text("utf-8")
    assert "gpio=6,19,20,26=op,dl" in (card / "boot/firmware/config.txt").read_text("utf-8")
    assert machine.target == "multi-user.target"
    assert machine.enabled == {"balance-station.service", "balance-uplink.service", "balance-ui.service"}


def test_setting_up_again_changes_nothing(card: Path) -> None:
    machine = Machine()
    _setup(card, machine)[0].do()
    before = _tree(card)
    setup, said = _setup(card, machine)
    assert setup.do()
    assert said == []
    assert _tree(card) == before


def test_run_again_without_answers_those_of_the_last_time_hold(card: Path) -> None:
    machine = Machine()
    chosen = Answers(
        station="kitchen-7",
        own_core=True,
        desktop=True,
        screen=ScreenAnswers(mode="1280x720@60"),
        bundle="x.json",
    )
    _setup(card, machine, chosen)[0].do()
    before = _tree(card)
    setup, said = _setup(card, machine, None)
    assert setup.do()
    assert said == []
    assert _tree(card) == before
    assert "isolcpus=3" in (card / "boot/firmware/cmdline.txt").read_text("utf-8")
    assert machine.target == "graphical.target"
    assert "x.json" not in (card / "var/lib/balance-station/setup.json").read_text("utf-8")


def test_who_is_asked_keeps_with_an_empty_line_what_was_said_before(card: Path) -> None:
    place = Place(card, Machine())
    place.record.answers = Answers(country="TR", own_core=True)
    asked = io.StringIO()
    answers = ask(place, io.StringIO("hall-2\nwii\n\n\n"), asked)
    assert answers == Answers(station="hall-2", source="wii", country="TR", own_core=True)
    assert "Country of the Wi-Fi, two letters; - for a cable [TR]: " in asked.getvalue()
    assert ask(place, io.StringIO("hall-2\n\n-\n\n"), asked).country == ""


def test_an_answer_that_cannot_be_used_is_asked_for_again_and_no_station_gets_a_name_by_itself(
    card: Path,
) -> None:
    asked = io.StringIO()
    typed = io.StringIO("\nKüche 7!\nkitchen-7\nPins\nGPIO\nDEU\nde\n\n")
    answers = ask(Place(card, Machine()), typed, asked)
    assert answers == Answers(station="kitchen-7", source="gpio", country="DE")
    assert asked.getvalue().count("A name is needed") == 2
    assert asked.getvalue().count("One of: gpio, wii, simulate.") == 1
    assert asked.getvalue().count("Two letters") == 1
    with pytest.raises(ConfigError, match="nobody answers any more"):
        ask(Place(card, Machine()), io.StringIO("hall 2\n"), asked)


def test_taking_all_back_gives_the_card_as_it_was(card: Path) -> None:
    machine, before = Machine(), _tree(card)
    _setup(card, machine)[0].do()
    setup, _ = _setup(card, machine)
    assert setup.undo(SETUP_STEPS)
    assert _tree(card) == before
    assert (machine.target, machine.enabled) == ("graphical.target", set())


@pytest.mark.parametrize("step", ["wiring", "boot", "display", "units"])
def test_one_step_is_taken_back_alone_and_can_be_done_again(card: Path, step: str) -> None:
    machine = Machine()
    _setup(card, machine)[0].do()
    after = _tree(card)
    assert _setup(card, machine)[0].undo([step])
    setup, _ = _setup(card, machine)
    assert _states(setup)[step] == "todo"
    assert setup.do()
    assert _tree(card) == after


def test_a_dry_run_shows_the_very_diff_and_changes_nothing(card: Path) -> None:
    machine, before = Machine(), _tree(card)
    setup, said = _setup(card, machine, dry=True)
    assert setup.do()
    text = "\n".join(said)
    assert _tree(card) == before
    assert (machine.target, machine.enabled) == ("graphical.target", set())
    assert "+gpio=6,19,20,26=op,dl" in text
    assert f"-{CMDLINE}".rstrip() in text
    assert '+id = "kitchen-7"' in text
    assert "set-default multi-user.target" in text
    assert not (card / "var").exists()


def test_a_dry_run_of_an_undo_changes_nothing(card: Path) -> None:
    machine = Machine()
    _setup(card, machine)[0].do()
    before = _tree(card)
    setup, said = _setup(card, machine, dry=True)
    setup.undo(SETUP_STEPS)
    assert "-gpio=6,19,20,26=op,dl" in "\n".join(said)
    assert _tree(card) == before


def test_boot_lines_follow_the_wiring_of_the_configuration(card: Path) -> None:
    file = card / "etc/balance-station/station.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[board]\nclock_pins = [2, 3, 4, 12]\n[panel]\nbuzzer_pin = 23\n", "utf-8")
    setup, _ = _setup(card, Machine())
    assert setup.do()
    text = (card / "boot/firmware/config.txt").read_text("utf-8")
    assert "gpio=2,3,4,12=op,dl" in text
    assert "gpio=22,23=op,dl" in text
    file.write_text("[board]\nclock_pins = [2, 3, 4, 24]\n", "utf-8")
    assert _states(setup)["boot"] == "todo"  # rewired: the lines are made anew
    assert setup.do()
    assert "gpio=2,3,4,24=op,dl" in (card / "boot/firmware/config.txt").read_text("utf-8")


def test_a_conflict_blocks_its_step_with_the_line_named_and_stops_no_other(card: Path) -> None:
    config = card / "boot/firmware/config.txt"
    config.write_text(STOCK + "dtoverlay=hifiberry-dac\n", "utf-8")
    setup, _ = _setup(card, Machine())
    assert setup.do()
    found = {step.name: finding for step, finding in setup.findings()}
    assert found["boot"].state == "blocked"
    assert "'dtoverlay=hifiberry-dac' takes GPIO 18" in found["boot"].text
    assert found["units"].state == "done"
    assert config.read_text("utf-8") == STOCK + "dtoverlay=hifiberry-dac\n"


def test_a_program_that_fails_is_named_and_the_rest_is_done(card: Path) -> None:
    machine = Machine()
    machine.fails = "set-default"
    setup, said = _setup(card, machine)
    assert not setup.do()
    assert "Screen: systemctl ended with 1: it does not want to" in said
    assert _states(setup)["display"] == "todo"
    assert _states(setup)["units"] == "done"


def test_a_station_without_a_name_says_where_to_write_it(card: Path) -> None:
    setup, _ = _setup(card, Machine(), Answers())
    setup.do()
    found = {step.name: finding for step, finding in setup.findings()}
    assert found["wiring"].state == "blocked"
    assert 'station = "…" in the answers' in found["wiring"].text
    assert found["units"].state == "blocked"


def test_a_configuration_somebody_edited_is_not_removed(card: Path) -> None:
    machine = Machine()
    _setup(card, machine)[0].do()
    file = card / "etc/balance-station/station.toml"
    file.write_text(file.read_text("utf-8") + "# ours\n", "utf-8")
    setup, said = _setup(card, machine)
    assert not setup.undo(["wiring"])
    assert any("is not as setup wrote it" in line for line in said)
    assert file.exists()


def test_an_enrolment_taken_back_is_put_aside_not_lost(card: Path) -> None:
    folder = card / "var/lib/balance-station/enrolment"
    folder.mkdir(parents=True)
    (folder / "enrolment.json").write_text("{}", "utf-8")
    setup, _ = _setup(card, Machine())
    assert _states(setup)["enrolment"] == "done"
    assert setup.undo(["enrolment"])
    assert (folder.with_name("enrolment.before-undo") / "enrolment.json").exists()
    folder.mkdir()
    (folder / "enrolment.json").write_text("[]", "utf-8")
    assert setup.undo(["enrolment"])
    assert (folder.with_name("enrolment.before-undo-2") / "enrolment.json").read_text("utf-8") == "[]"
    assert (folder.with_name("enrolment.before-undo") / "enrolment.json").read_text("utf-8") == "{}"


def test_an_enrolment_says_its_authority_and_that_it_is_for_another_name(card: Path, tmp_path: Path) -> None:
    folder = card / "var/lib/balance-station/enrolment"
    folder.mkdir(parents=True)
    site = Site(tmp_path / "site")
    given = {"care": site.give("kitchen-7")._asdict()}
    (folder / "enrolment.json").write_text(json.dumps(given), "utf-8")
    setup, _ = _setup(card, Machine(), Answers(station="kitchen-7"))
    setup.do()
    assert _found(setup)["enrolment"].text.endswith(f"authority {fingerprint(site.authority.certificate)}")
    config = card / "etc/balance-station/station.toml"
    config.write_text(config.read_text("utf-8").replace("kitchen-7", "hall-2"), "utf-8")
    found = _found(_setup(card, Machine(), Answers(station="hall-2"))[0])["enrolment"]
    assert found.state == "by hand"
    assert found.text.startswith("its certificate is for station kitchen-7, and this one is hall-2")


def test_a_folder_without_boot_partition_does_what_makes_sense(tmp_path: Path) -> None:
    setup, _ = _setup(tmp_path, Machine())
    assert setup.do()
    states = _states(setup)
    assert (states["boot"], states["units"], states["wiring"]) == ("blocked", "blocked", "done")


def test_every_pin_of_the_station_is_shown_once_with_how_it_is_from_boot_on() -> None:
    place = Place(Path("/nonexistent"), Machine())
    rows = pin_rows(place.config())
    assert len({pin for _, pin, _ in rows}) == 12
    assert ("FL PD_SCK", 6, "low from boot") in rows
    assert ("RR DOUT", 21, "input, pulled up") in rows


def test_the_options_name_every_step() -> None:
    assert tuple(step.name for step in STEPS) == SETUP_STEPS


def test_the_command_shows_an_image_in_json_and_nothing_else(
    card: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = card / "answers.toml"
    answers.write_text('station = "hall-1"\ncountry = "TR"\ndesktop = true\n', "utf-8")
    assert main(["setup", "--root", str(card), "--answers", str(answers), "--json", "--dry-run"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["boot"] == str(card / "boot/firmware")
    assert [step["step"] for step in document["steps"]] == list(SETUP_STEPS)
    assert document["ready"] is False


def test_a_machine_that_is_no_pi_is_told_so(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--root", str(card / "usr"), "--show"]) == 0
    assert "no boot partition of a Raspberry Pi" in capsys.readouterr().out
    assert main(["setup", "--root", str(card / "nowhere"), "--show"]) == 1
    assert "there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            'station = "a b"',
            "station is 'a b' and must be letters A to Z, digits, - _ and . without spaces",
        ),
        ('source = "pins"', "source is 'pins' and must be gpio, wii or simulate"),
        ('country = "turkey"', "country is 'turkey' and must be two letters, such as TR"),
        ("bundle = 1", "bundle is 1 and must be the path of a file, in quotes"),
        ('own_core = "yes"', "own_core is 'yes' and must be true or false"),
        ("screen = 1", "screen is 1 and must be a section, [screen]"),
        ("[screen]\nrotate_deg = 45", "screen.rotate_deg is 45 and must be 0, 90, 180 or 270"),
        (
            "colour = 1",
            "colour is not known; the keys are station, source, country, bundle, own_core, desktop, screen",
        ),
        (
            "[screen]\nrotate = 90",
            "screen.rotate is not known; the keys are screen.connector, screen.mode, screen.rotate_deg",
        ),
        (
            'source = "gpio"\nstation = kitchen',
            'line 2, column 11 is not TOML, such as station = "kitchen-7"',
        ),
    ],
)
def test_answers_that_cannot_be_used_name_file_key_and_what_may_stand_there(
    tmp_path: Path, text: str, why: str
) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as refused:
        read_answers(file)
    assert str(refused.value) == f"answers {file}: {why}"


def test_answers_that_are_no_text_are_told_so(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_bytes(b"\xff\xfes")
    with pytest.raises(ConfigError, match="it is not UTF-8 text"):
        read_answers(file)


@pytest.mark.parametrize("form", [Answers, ScreenAnswers])
def test_of_every_answer_is_told_what_it_must_be(form: type[msgspec.Struct]) -> None:
    assert all(must_be(field.type) for field in msgspec.structs.fields(form))


class Pi(Machine):
    """A running Pi: its check, its country, its enrolment."""

    def __init__(self) -> None:
        super().__init__()
        self.report: dict[str, object] = {"fit": False, "first": "FR: the chip does not answer"}
        self.typed = ""
        self.refuses = ""

    def __call__(self, argv: Sequence[str], typed: str) -> Ran:
        if "check" in argv:
            return Ran(0 if self.report["fit"] else 1, json.dumps(self.report))
        if "enrol" in argv:
            self.typed = typed
            if self.refuses:
                return Ran(1, f"Scan the codes of the printed page, in any order.\n{self.refuses}")
            return Ran(0, "enrolled")
        return super().__call__(argv, typed)


class LivePlace(Place):
    """A card that is taken for the running machine."""

    @property
    def live(self) -> bool:
        return True


def _live(card: Path, machine: Machine, answers: Answers = ANSWERS) -> Setup:
    model = card / "proc/device-tree/model"
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_text("Raspberry Pi 5 Model B Rev 1.0\0", "utf-8")
    return Setup(LivePlace(card, machine), answers, say=lambda _: None, dry=False)


def test_a_board_that_is_not_fit_stays_to_do_with_the_first_thing_to_mend(card: Path) -> None:
    machine = Pi()
    setup = _live(card, machine)
    setup.do()
    found = {step.name: finding for step, finding in setup.findings()}
    assert found["check"].state == "todo"
    assert "FR: the chip does not answer" in found["check"].text
    machine.report = {"fit": True, "first": None}
    again = _live(card, machine)
    again.do()
    assert _states(again)["check"] == "done"


def test_another_board_is_looked_at_anew(card: Path) -> None:
    machine = Pi()
    machine.report = {"fit": True, "first": None}
    _live(card, machine).do()
    assert _states(_live(card, machine))["check"] == "done"
    (card / "etc/balance-station/station.toml").unlink()
    machine.report = {"fit": False, "first": "no GPIO found"}
    other = _live(card, machine, msgspec.structs.replace(ANSWERS, station="ward-3"))
    other.do()
    assert "no GPIO found" in _found(other)["check"].text


def test_after_the_first_run_a_restart_is_asked_for_until_the_kernel_was_started_with_it(card: Path) -> None:
    setup = _live(card, Pi())
    setup.do()
    found = {step.name: finding for step, finding in setup.findings()}
    assert found["boot"].restart
    (card / "proc/cmdline").write_text((card / "boot/firmware/cmdline.txt").read_text("utf-8"), "utf-8")
    found = {step.name: finding for step, finding in _live(card, Pi()).findings()}
    assert not found["boot"].restart


BUNDLE = {
    "v": 1, "station": "kitchen-7", "subj": "p-1", "host": "care.example.org", "port": 8883,
    "keys": ["A" * 43 + "="], "ca": "x", "certificate": "x", "key": "SECRET",
}  # fmt: skip


def _with_bundle(card: Path, content: bytes) -> tuple[Setup, Pi, list[str]]:
    bundle = card / "kitchen-7.bundle.json"
    bundle.write_bytes(content)
    machine, said = Pi(), list[str]()
    place = LivePlace(card, machine)
    answers = Answers(station="kitchen-7", bundle=str(bundle))
    return Setup(place, answers, say=said.append, dry=False), machine, said


def test_a_bundle_is_handed_over_unseen(card: Path) -> None:
    setup, machine, said = _with_bundle(card, json.dumps(BUNDLE).encode())
    setup.do()
    assert json.loads(machine.typed) == BUNDLE
    assert "SECRET" not in "\n".join(said)
    assert "SECRET" not in (card / "var/lib/balance-station/setup.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n", "it is a station's request"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "it is a PDF"),
        (json.dumps(BUNDLE).encode()[:100], "it is damaged, or only a part"),
        (b"", "it is empty"),
    ],
)
def test_a_file_that_is_no_bundle_is_called_what_it_is_and_nothing_is_run(
    card: Path, content: bytes, what: str
) -> None:
    setup, machine, _ = _with_bundle(card, content)
    setup.do()
    found = _found(setup)["enrolment"]
    assert found.state == "blocked"
    assert found.text.startswith(f"bundle {card}/kitchen-7.bundle.json: {what}")
    assert machine.typed == ""


def test_why_a_bundle_was_not_taken_is_said_in_the_words_of_the_enrolment(card: Path) -> None:
    setup, machine, said = _with_bundle(card, json.dumps(BUNDLE).encode())
    machine.refuses = "balance-station enrol: bundle /tmp/x: it is the bundle of station hall-2"
    setup.do()
    assert "Enrolment: bundle /tmp/x: it is the bundle of station hall-2" in said


def test_a_country_is_set_through_raspi_config_and_given_back(card: Path) -> None:
    (card / "boot/firmware/cmdline.txt").write_text(
        CMDLINE.rstrip() + " cfg80211.ieee80211_regdom=GB\n", "utf-8"
    )
    machine = Pi()
    setup = _live(card, machine, Answers(station="kitchen-7", country="TR"))
    setup.do()
    assert ("raspi-config", "nonint", "do_wifi_country", "TR") in machine.ran
    setup.undo(["country"])
    assert machine.ran[-1] == ("raspi-config", "nonint", "do_wifi_country", "GB")


def test_changing_this_machine_without_root_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("station.setup.run.os.geteuid", lambda: 1000)
    with pytest.raises(StationError, match="sudo balance-station setup"):
        refuse_without_root(Place(Path("/"), Machine()))


def test_the_example_a_package_brings_names_no_station_and_comes_back_when_taken_back(card: Path) -> None:
    example = (Path(__file__).parents[1] / "scripts/deb/etc/station.toml").read_text("utf-8")
    for place in ("usr/share/balance-station", "etc/balance-station"):
        (card / place).mkdir(parents=True)
        (card / place / "station.toml").write_text(example, "utf-8")
    machine = Machine()
    setup, _ = _setup(card, machine, Answers())
    setup.do()
    assert _states(setup)["wiring"] == _states(setup)["units"] == "blocked"
    asked = io.StringIO()
    answers = ask(Place(card, machine), io.StringIO("kitchen-7\n\n\n\n"), asked)
    assert "Name of this station" in asked.getvalue()
    setup, _ = _setup(card, machine, answers)
    assert setup.do()
    config = card / "etc/balance-station/station.toml"
    assert 'id = "kitchen-7"' in config.read_text("utf-8")
    assert _states(setup)["wiring"] == "done"
    assert setup.undo(["wiring"])
    assert config.read_text("utf-8") == example


def test_without_a_terminal_and_without_answers_nothing_is_changed_and_one_sentence_says_what_is_needed(
    card: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("kitchen-7\ngpio\n-\n\n"))
    before = _tree(card)
    assert main(["setup", "--root", str(card)]) == 1
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert "there is no terminal to ask at, nothing was changed" in line
    assert "--answers FILE" in line
    assert said.out == ""
    assert _tree(card) == before
    assert not (card / "var/lib/balance-station/setup.json").exists()


def test_without_a_terminal_what_was_answered_once_still_holds(
    card: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _setup(card, Machine())[0].do()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    monkeypatch.setattr("station.setup.command.run_program", Machine())
    assert main(["setup", "--root", str(card)]) == 0
    assert "done      Name and wiring: station kitchen-7" in capsys.readouterr().out


@pytest.mark.parametrize(("source", "pins"), [("gpio", True), ("wii", True), ("simulate", False)])
def test_pins_are_shown_where_something_is_wired(card: Path, source: str, pins: bool) -> None:
    setup, _ = _setup(card, Machine(), Answers(station="kitchen-7", source=source))  # type: ignore[arg-type]
    setup.do()
    show(setup, Place(card, Machine()), out := io.StringIO())
    assert ("FL DOUT" in out.getvalue()) is pins
    assert "Name and wiring" in out.getvalue()


def test_what_a_check_says_besides_its_report_makes_no_board_unfit() -> None:
    ran = run_program(("sh", "-c", 'echo Checking for 10 s >&2; echo \'{"fit": true, "first": null}\''), "")
    assert report_of(ran.text) == {"fit": True, "first": None}
    assert report_of("balance-station check: no chip answers") == {}


class Interrupting(io.StringIO):
    """A terminal at which somebody presses Ctrl-C instead of an answer."""

    def isatty(self) -> bool:
        return True

    def readline(self, _size: int = -1, /) -> str:  # type: ignore[override]
        raise KeyboardInterrupt


def test_ctrl_c_at_a_question_says_what_stays_and_how_to_go_on(
    card: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Interrupting())
    before = _tree(card)
    assert main(["setup", "--root", str(card)]) == 130
    (_, line) = capsys.readouterr().err.splitlines()  # the first ends the line of the question
    assert line == (
        "balance-station setup: stopped; what was done stays, nothing more was changed; "
        "the same command goes on where it stopped"
    )
    assert _tree(card) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--undo", "all"], "what was taken back stays so; the same command takes back the rest"),
        (["--show"], "nothing was changed"),
        (["--dry-run", "--undo", "all"], "nothing was changed"),
    ],
)
def test_ctrl_c_says_what_became_of_what_was_asked(
    card: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    options: list[str],
    words: str,
) -> None:
    def interrupted(*_: object) -> Ran:
        raise KeyboardInterrupt

    machine = Machine()
    _setup(card, machine)[0].do()
    monkeypatch.setattr("station.setup.command.run_program", interrupted)
    assert main(["setup", "--root", str(card), *options]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == f"balance-station setup: stopped; {words}"
