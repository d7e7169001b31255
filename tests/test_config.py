"""The configuration: good defaults, and one sentence for everything else."""

from pathlib import Path

import pytest

from station.__main__ import main
from station.config import (
    Config,
    StationConfig,
    known_routines,
    load_config,
    parse_config,
    socket_path,
    state_folder,
)
from station.errors import ConfigError
from station.session.clock import kernel_says_synced
from station.training.routine import shipped_routines
from station.trusted import wall_of


def test_nothing_configured_is_a_simulated_station(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BALANCE_CONFIG", raising=False)
    assert load_config(None) == Config()
    assert Config().source.source == "simulate"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[station\n", "not valid TOML"),
        ('[station]\nname = "x"\n', "[station] has no key name"),
        ('[update]\ntake = "off"\n', "there is no section or key update; perhaps [updates]"),
        ('[updates]\ntake = "byhand"\n', "[updates] take cannot be 'byhand'"),
        ('[board]\nwidth_mm = "wide"\n', "[board] width_mm needs a number, and has a text in quotes"),
        ("[board]\ndata_pins = [5]\n", "[board] data_pins needs 4 values, and has 1"),
        ('[station]\nid = "../x"\n', "[station] id is not of the form"),
        ('[source]\nsource = "magic"\n', "[source] source must be simulate, gpio, wii or replay:…"),
        ("[care]\nport = 0\n", "[care] port must be at least 1"),
        ('[care]\nhost = ""\n', "[care] host"),
        ('[care]\nhost = "two words"\n', "[care] host"),
        (
            "[limits]\nhardest_rung = { single-legs = 2 }\n",
            "limits.hardest_rung names 'single-legs'; this station has balance-board, ",
        ),
        ('[care]\nkeys = ["AAAA"]\n', "care.keys holds a key of 3 bytes"),
        ("[limits]\nlongest_hold_s = 0\n", "[limits] longest_hold_s must be more than 0"),
        ("[board]\ndata_pins = [5, 5, 16, 21]\n", "GPIO 5"),
        (
            '[source]\nsource = "gpio"\nclock = "trust"\n',
            "is for a simulated board and a broker on this machine",
        ),
        (
            '[source]\nclock = "trust"\n[care]\nhost = "care.example.org"\n',
            "the one at care.example.org has another",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_file_and_key(text: str, named: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config(text, where="configuration x.toml")
    assert "x.toml" in str(refused.value)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_limits_of_every_routine_can_be_set() -> None:
    text = "\n".join(f"{name} = 2" for name in shipped_routines())
    config = parse_config(f"[limits.hardest_rung]\n{text}\n", where="x.toml")
    assert set(config.limits.hardest_rung) == set(shipped_routines())


def test_a_missing_file_ends_the_program_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--config", str(tmp_path / "none.toml")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "none.toml: No such file" in line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["run", "--source", "magic"],
            "--source magic: the source must be simulate, gpio, wii or replay:FILE",
        ),
        (["run", "--config", "TRUSTS", "--source", "gpio"], "a date nobody set is not believed"),
        (["run", "--fault", "burnt:FR"], "--fault burnt:FR: 'burnt' is no fault"),
        (["demo", "--fault", "unplugged"], "--fault unplugged: a fault 'unplugged' names one cell"),
        (["run", "--source", "gpio", "--fault", "slow:FR"], "this station has a real board"),
    ],
)
def test_what_cannot_be_simulated_is_refused_before_anything_starts(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (trusts := tmp_path / "trusts.toml").write_text('[source]\nclock = "trust"\n')
    assert main([str(trusts) if word == "TRUSTS" else word for word in words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line


def test_usage_errors_end_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--once"]) == 2
    assert "--headless" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "says"),
    [("replay:/nowhere/person.csv", "person.csv"), ("gpio", "no GPIO found")],
)
def test_a_source_that_is_not_there_ends_the_station_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, says: str
) -> None:
    if source == "gpio" and list(Path("/dev").glob("gpiochip*")):
        pytest.skip("this machine has GPIO")
    config = tmp_path / "station.toml"
    config.write_text(f'[station]\nstate = "{tmp_path}"\n[source]\nsource = "{source}"\n')
    assert main(["run", "--config", str(config)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line


def test_a_clinics_own_routine_can_be_limited_and_a_bad_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'routine = "mine"\ntitle = "Mine"\nstance = "both"\ncues = []\n'
        '[[rungs]]\nsupport = "none"\nhold_s = 5\nsupport_limit_percent = 5\n'
    )
    text = f'[training]\nroutines = "{tmp_path}"\n[limits.hardest_rung]\nmine = 1\n'
    assert "mine" in known_routines(parse_config(text, where="x.toml"))
    file.write_text("routine = 3\n")
    with pytest.raises(ConfigError, match=r"^x\.toml: .*mine\.toml"):
        parse_config(text, where="x.toml")


@pytest.mark.parametrize("how", ["by the units", "by a configuration", "by whoever may write there"])
def test_the_installed_station_is_found_where_its_units_put_it(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update that did not find it would begin while somebody trains."""
    installed, socket = tmp_path / "lib", tmp_path / "run/session.sock"
    installed.mkdir()
    monkeypatch.setattr("station.config.INSTALLED_STATE", installed)
    monkeypatch.setattr("station.config.INSTALLED_SOCKET", socket)
    for name in ("BALANCE_SOCKET", "STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    if how == "by the units":
        monkeypatch.setenv("STATE_DIRECTORY", str(installed))
    named = str(installed) if how == "by a configuration" else ""
    config = Config(station=StationConfig(state=named))
    assert state_folder(config) == installed
    assert socket_path(config) == socket
    elsewhere = Config(station=StationConfig(state=str(tmp_path)))
    assert socket_path(elsewhere) == tmp_path / "session.sock"


def test_the_clock_is_believed_where_a_simulated_board_and_its_broker_share_it() -> None:
    trusting = parse_config('[source]\nclock = "trust"\n', where="x.toml")
    assert wall_of(trusting).state() == "synced"
    assert wall_of(Config())._synced is kernel_says_synced
