"""The merger of boot configuration: ours in, ours out, and nothing of anybody else's touched."""

import importlib.resources
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_config import boot_file, cmdline_txt, config_txt
from firmware_config.boot import BootText, Screen, Wiring, cmdline_words, config_lines, merged, removed
from firmware_config.pins import claims
from firmware_config.refusal import BootRefusal

WIRING = Wiring(clocks=(6, 19, 20, 26), data=(5, 13, 16, 21), buttons=(17, 27), outputs=(22, 18))
STOCK = (importlib.resources.files("tests") / "boot_texts/trixie-config.txt").read_text("utf-8")
CMDLINE = (
    "console=serial0,115200 console=tty1 root=PARTUUID=4e639091-02 rootfstype=ext4 fsck.repair=yes rootwait\n"
)

ANYTHING = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=300
)
FOREIGN = st.lists(
    st.one_of(
        ANYTHING, st.sampled_from(["dtparam=audio=on\n", "[pi4]\n", "[all]\n", "\n", "# x\n", "arm_boost=1"])
    ),
    max_size=6,
).map("".join)
LINES = st.lists(st.sampled_from(config_lines(WIRING)), max_size=8)
EOL = st.sampled_from(["\n", "\r\n"])


@given(text=FOREIGN, lines=LINES, eol=EOL)
def test_undoing_gives_config_txt_back_byte_for_byte(text: str, lines: list[str], eol: str) -> None:
    text = text.replace("\n", eol)
    assert config_txt.remove(config_txt.merge(text, lines)) == text


@given(text=FOREIGN, lines=LINES, eol=EOL)
def test_merging_twice_changes_nothing_more_and_foreign_text_is_kept(
    text: str, lines: list[str], eol: str
) -> None:
    text = text.replace("\n", eol)
    once = config_txt.merge(text, lines)
    assert config_txt.merge(once, lines) == once
    assert once.startswith(text)
    assert config_txt.ours(once) == tuple(lines)


@given(text=FOREIGN, before=LINES, after=LINES)
def test_new_lines_take_the_place_of_older_ones(text: str, before: list[str], after: list[str]) -> None:
    assert config_txt.merge(config_txt.merge(text, before), after) == config_txt.merge(text, after)


@given(
    words=st.lists(
        st.from_regex(r"[a-z_.]{1,8}(=[a-z0-9,:/-]{1,9})?", fullmatch=True), min_size=1, max_size=8
    ),
    tail=st.sampled_from(["", "\n", " \n", "\r\n"]),
)
def test_cmdline_stays_one_line_and_comes_back_byte_for_byte(words: list[str], tail: str) -> None:
    text = " ".join(words) + tail
    ours = cmdline_words(Screen(mode="1280x720@60"), own_core=True)
    try:
        once = cmdline_txt.merge(text, ours)
    except BootRefusal:
        return
    assert len(once.rstrip().splitlines()) == 1
    assert cmdline_txt.merge(once, ours) == once
    assert cmdline_txt.remove(once) == text
    assert set(ours) <= set(once.split())


def test_lines_added_after_ours_stay_when_ours_go() -> None:
    text = config_txt.merge("a=1\n", ["b=2"]) + "dtparam=spi=on\n"
    assert config_txt.remove(text) == "a=1\ndtparam=spi=on\n"
    assert config_txt.merge(text, ["c=3"]).endswith("dtparam=spi=on\n")


def test_lines_that_would_come_under_another_filter_are_not_left_to_it() -> None:
    text = config_txt.merge("[pi4]\narm_boost=1\n", ["b=2"]) + "dtparam=spi=on\n"
    with pytest.raises(BootRefusal, match=r"would come under \[pi4\]; put \[all\] before them"):
        config_txt.remove(text)


def test_ours_hold_for_every_model_whatever_filter_stood_before() -> None:
    lines = config_txt.merge("[cm4]\notg_mode=1", ["b=2"]).splitlines()
    assert lines[:4] == ["[cm4]", "otg_mode=1", config_txt.BEGIN_JOINED, "[all]"]
    assert config_txt.section_at_end("\n".join(lines)) == "all"


@pytest.mark.parametrize("cut", [config_txt.BEGIN, config_txt.END])
def test_marks_that_do_not_pair_are_refused_with_the_copy_named(cut: str) -> None:
    broken = config_txt.merge("a=1\n", ["b=2"]).replace(cut + "\n", "")
    with pytest.raises(BootRefusal, match=r"config\.txt\.before-balance-station"):
        config_txt.merge(broken, ["c=3"])
    with pytest.raises(BootRefusal, match=r"config\.txt\.before-balance-station"):
        config_txt.remove(broken)


def test_an_entry_longer_than_the_firmware_reads_is_refused() -> None:
    assert config_txt.merge("", ["x" * 98])
    with pytest.raises(BootRefusal, match="has 99 characters; the firmware reads 98"):
        config_txt.merge("", ["x" * 99])


def test_every_line_of_ours_fits_the_firmware_and_names_each_pin_once() -> None:
    lines = config_lines(WIRING)
    assert max(map(len, (*lines, config_txt.BEGIN_JOINED))) <= config_txt.LONGEST
    pins = [pin for claim in claims("\n".join(lines)) for pin in sorted(claim.pins)]
    assert sorted(pins) == sorted(WIRING.pins)


@pytest.mark.parametrize(
    ("line", "pins"),
    [
        ("gpio=4-6,20=op,dh", "6 and 20|5 and 6 and 20"),
        ("dtoverlay=hifiberry-dac", "18 and 19 and 20 and 21"),
        ("dtparam=i2s=on", "18 and 19 and 20 and 21"),
        ("dtparam=audio=on,i2s=on", "18 and 19"),
        ("dtoverlay=spi1-1cs", "16 and 17 and 18"),
        ("dtoverlay=w1-gpio,gpiopin=5", "5"),
        ("dtoverlay=gpio-poweroff", "26"),
        ("dtoverlay=gpio-shutdown,gpio_pin=17", "17"),
        ("dtoverlay=mcp2515-can0,oscillator=12000000,interrupt=16", "16"),
        ("[pi5]\ndtoverlay=uart5", "13"),
    ],
)
def test_a_foreign_line_on_our_pins_is_named_and_nothing_is_changed(line: str, pins: str) -> None:
    with pytest.raises(BootRefusal, match=f"takes GPIO (?:{pins}).*remove it, or wire the station"):
        merged(BootText(STOCK + line + "\n", CMDLINE), WIRING, ())


@pytest.mark.parametrize(
    "line",
    [
        "dtoverlay=w1-gpio",
        "dtparam=spi=on",
        "dtparam=i2c_arm=on",
        "enable_uart=1",
        "#gpio=6=op",
        "dtparam=i2s=off",
    ],
)
def test_lines_on_other_pins_are_nobodys_business(line: str) -> None:
    assert line in merged(BootText(STOCK + line + "\n", CMDLINE), WIRING, ()).config


def test_one_wire_on_its_default_pin_conflicts_with_a_board_wired_to_it() -> None:
    wiring = Wiring(clocks=(4, 19, 20, 26), data=(5, 13, 16, 21), buttons=(17, 27), outputs=(22, 18))
    with pytest.raises(BootRefusal, match="'dtoverlay=w1-gpio' takes GPIO 4"):
        merged(BootText("dtoverlay=w1-gpio\n", CMDLINE), wiring, ())


def test_included_files_are_looked_into_once_each() -> None:
    files = {"extra.txt": "include extra.txt\ninclude more.txt\n", "more.txt": "gpio=26=op\n"}
    with pytest.raises(BootRefusal, match=r"^more\.txt: the line 'gpio=26=op' takes GPIO 26"):
        merged(
            BootText("include extra.txt\n", CMDLINE), WIRING, (), included=lambda name: files.get(name, "")
        )


def test_a_watchdog_switched_off_is_named() -> None:
    with pytest.raises(BootRefusal, match="'dtparam=watchdog=off' contradicts"):
        merged(BootText("dtparam=watchdog=off\n", CMDLINE), WIRING, ())


def test_the_image_as_it_comes_is_merged_and_given_back() -> None:
    old = BootText(STOCK, CMDLINE)
    new = merged(old, WIRING, cmdline_words(Screen(), own_core=False))
    assert new.config.count("dtoverlay=vc4-kms-v3d") == 1  # the image has it already
    assert "gpio=6,19,20,26=op,dl" in new.config
    assert "gpio=5,13,16,21=ip,pu" in new.config
    assert "dtparam=watchdog=on" in new.config
    assert removed(new) == old


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("root=/dev/sda2\nquiet\n", "more than one line"),
        ("root=/dev/sda2 consoleblank=600\n", "says consoleblank=600 and the station needs consoleblank=0"),
        ("root=/dev/sda2 balance_station.begin quiet\n", "do not pair"),
        ("x" * 1000, "at most 1024"),
    ],
)
def test_a_cmdline_that_cannot_be_changed_says_why(text: str, why: str) -> None:
    with pytest.raises(BootRefusal, match=why):
        cmdline_txt.merge(text, ("consoleblank=0", "logo.nologo"))


def test_a_word_that_was_there_before_stays_when_ours_go() -> None:
    text = "root=/dev/sda2 consoleblank=0\n"
    once = cmdline_txt.merge(text, ("consoleblank=0", "logo.nologo"))
    assert cmdline_txt.ours(once) == ("logo.nologo",)
    assert cmdline_txt.remove(once) == text


def test_screen_and_own_core_become_words() -> None:
    words = cmdline_words(Screen("DSI-1", "800x480@60", 180), own_core=True)
    assert "video=DSI-1:800x480@60,rotate=180" in words
    assert {"isolcpus=3", "nohz_full=3", "rcu_nocbs=3"} <= set(words)
    assert not any(
        word.startswith(("video=", "isolcpus")) for word in cmdline_words(Screen(), own_core=False)
    )


def test_the_first_file_stays_beside_it_and_foreign_bytes_come_through(tmp_path: Path) -> None:
    file = tmp_path / "config.txt"
    file.write_bytes(b"# caf\xe9\r\na=1")
    text = boot_file.read_text(file)
    boot_file.write_text(file, config_txt.merge(text, ["b=2"]))
    boot_file.write_text(file, config_txt.merge(boot_file.read_text(file), ["c=3"]))
    assert boot_file.backup_of(file).read_bytes() == b"# caf\xe9\r\na=1"
    boot_file.write_text(file, config_txt.remove(boot_file.read_text(file)))
    assert file.read_bytes() == b"# caf\xe9\r\na=1"
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "config.txt",
        "config.txt.before-balance-station",
    ]


def test_a_write_that_fails_halfway_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.txt"
    file.write_bytes(b"a=1\n")

    def cut(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("firmware_config.boot_file.os.fsync", cut)
    with pytest.raises(OSError, match="Input/output error"):
        boot_file.write_text(file, "b=2\n")
    assert [each.name for each in tmp_path.iterdir()] == ["config.txt"]
    assert file.read_bytes() == b"a=1\n"


def test_the_package_holds_every_text_it_is_asked_for() -> None:
    folder = importlib.resources.files("firmware_config")
    assert (folder / "cloud_init/user-data").read_text("utf-8").startswith("#cloud-config\n")
    assert "renderer: NetworkManager" in (folder / "cloud_init/network-config").read_text("utf-8")
    assert tomllib.loads((folder / "imager/custom.toml").read_text("utf-8"))["config_version"] == 1
    rules = (folder / "udev/60-balance-station.rules").read_text("utf-8")
    for word in ("gpiochip*", "backlight", "Nintendo Wii Remote Balance Board", "watchdog*"):
        assert word in rules
