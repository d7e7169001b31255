"""The real pins, with the kernel's side of the GPIO character device played at the system-call layer."""

import ctypes
import errno
import fcntl
import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar, Self

import gpiod
import pytest
from gpiod.line import Bias, Direction, Value

from station.board import gpio
from station.board.config import BoardConfig
from station.board.gpio import GPIO_V2_LINE_GET_VALUES, GPIO_V2_LINE_SET_VALUES, GpioPins, LineValues
from station.errors import BoardError


class KernelValues(ctypes.Structure):
    """struct gpio_v2_line_values of linux/gpio.h."""

    _fields_ = (("bits", ctypes.c_uint64), ("mask", ctypes.c_uint64))


class FakeRequest:
    fd = 42

    def __init__(self) -> None:
        self.released = 0

    def release(self) -> None:
        self.released += 1


class FakeChip:
    """A GPIO chip of 54 lines, as `gpiod.Chip` shows it."""

    label = "pinctrl-bcm2711"
    error: OSError | None = None
    used: ClassVar[dict[int, str]] = {}

    def __init__(self, path: str) -> None:
        self.path = path
        self.asked: dict[int, gpiod.LineSettings] = {}
        self.consumer = ""

    def get_info(self) -> SimpleNamespace:
        return SimpleNamespace(label=self.label)

    def get_line_info(self, offset: int) -> SimpleNamespace:
        return SimpleNamespace(used=offset in self.used, consumer=self.used.get(offset, ""))

    def request_lines(self, config: dict[int, gpiod.LineSettings], consumer: str) -> FakeRequest:
        if self.error is not None:
            raise self.error
        self.asked, self.consumer = config, consumer
        return FakeRequest()

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    (tmp_path / "gpiochip0").touch()
    return tmp_path


def open_with(monkeypatch: pytest.MonkeyPatch, devices: Path, **chip: Any) -> tuple[GpioPins, FakeChip]:
    """Open the pins on a fake chip with these attributes, and return both."""
    opened: list[FakeChip] = []

    def fake(path: str) -> FakeChip:
        made = FakeChip(path)
        for name, value in chip.items():
            setattr(made, name, value)
        opened.append(made)
        return made

    monkeypatch.setattr(gpiod, "Chip", fake)
    pins = GpioPins.open(BoardConfig(), devices=devices)
    return pins, opened[0]


def test_the_buffer_is_the_kernels_structure() -> None:
    values = KernelValues.from_buffer(LineValues(0xF0).buffer)
    assert ctypes.sizeof(KernelValues) == 16
    assert (values.bits, values.mask) == (0, 0xF0)


def test_the_requests_are_numbered_as_in_linux_gpio_h() -> None:
    # _IOWR(type 0xB4, nr, 16 bytes): direction 3 in bits 30-31, size in 16-29, type in 8-15, nr in 0-7
    assert GPIO_V2_LINE_GET_VALUES == 0xC010B40E
    assert GPIO_V2_LINE_SET_VALUES == 0xC010B40F


def test_each_hot_call_is_one_ioctl_that_touches_only_its_own_lines(
    monkeypatch: pytest.MonkeyPatch, devices: Path
) -> None:
    calls: list[tuple[int, int, int, int]] = []

    def kernel(fd: int, number: int, buffer: bytearray) -> int:
        values = KernelValues.from_buffer(buffer)
        calls.append((fd, number, values.bits & 0xF, values.mask))
        if number == GPIO_V2_LINE_GET_VALUES:
            values.bits = 0b1010_0000
        return 0

    pins, _ = open_with(monkeypatch, devices)
    monkeypatch.setattr(fcntl, "ioctl", kernel)
    pins.set_clock(0b0101)
    assert pins.data() == 0b1010
    assert calls == [(42, GPIO_V2_LINE_SET_VALUES, 0b0101, 0x0F), (42, GPIO_V2_LINE_GET_VALUES, 0, 0xF0)]


def test_clocks_are_requested_low_and_data_pulled_up_in_corner_order(
    monkeypatch: pytest.MonkeyPatch, devices: Path
) -> None:
    _, chip = open_with(monkeypatch, devices)
    assert list(chip.asked) == [6, 19, 20, 26, 5, 13, 16, 21]
    settings = list(chip.asked.values())
    assert all((s.direction, s.output_value) == (Direction.OUTPUT, Value.INACTIVE) for s in settings[:4])
    assert all((s.direction, s.bias) == (Direction.INPUT, Bias.PULL_UP) for s in settings[4:])
    assert chip.consumer == "balance-station"


@pytest.mark.parametrize("label", ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"])
def test_the_chip_is_found_by_its_label(monkeypatch: pytest.MonkeyPatch, devices: Path, label: str) -> None:
    (devices / "gpiochip10").touch()
    labels = {str(devices / "gpiochip0"): "raspberrypi-exp-gpio", str(devices / "gpiochip10"): label}
    monkeypatch.setattr(FakeChip, "get_info", lambda self: SimpleNamespace(label=labels[self.path]))
    monkeypatch.setattr(gpiod, "Chip", FakeChip)
    assert gpio.find_chip(None, devices).path == str(devices / "gpiochip10")


def test_lines_are_given_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    request = FakeRequest()
    pins = GpioPins(request)  # type: ignore[arg-type]
    pins.close()
    pins.close()
    assert request.released == 1


def refusal(monkeypatch: pytest.MonkeyPatch, devices: Path, **chip: Any) -> str:
    with pytest.raises(BoardError) as caught:
        open_with(monkeypatch, devices, **chip)
    return str(caught.value)


def test_without_gpio_it_says_so_and_names_the_simulation(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match=r"no GPIO found.*choose the source 'simulate'"):
        GpioPins.open(BoardConfig(), devices=tmp_path)


def test_a_foreign_chip_is_named_with_its_label(monkeypatch: pytest.MonkeyPatch, devices: Path) -> None:
    says = refusal(monkeypatch, devices, label="gpio-mockup-A")
    assert "only gpiochip0 (gpio-mockup-A); set board.gpio_chip" in says


def test_a_busy_line_is_named_with_its_user(monkeypatch: pytest.MonkeyPatch, devices: Path) -> None:
    busy = OSError(errno.EBUSY, "Device or resource busy")
    says = refusal(monkeypatch, devices, error=busy, used={19: "hx711", 21: ""})
    assert says == (
        "GPIO 19 (PD_SCK of FR) is in use by 'hx711', GPIO 21 (DOUT of RR) is in use by 'the kernel'; "
        "end that program, or choose other pins in [board]"
    )


def test_missing_permission_names_the_group(monkeypatch: pytest.MonkeyPatch, devices: Path) -> None:
    def denied(path: str) -> FakeChip:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(gpiod, "Chip", denied)
    with pytest.raises(
        BoardError, match=r"no permission to open .*gpiochip0; add this user to the group gpio"
    ):
        GpioPins.open(BoardConfig(), devices=devices)


def test_any_other_refusal_is_told_in_the_kernels_words(
    monkeypatch: pytest.MonkeyPatch, devices: Path
) -> None:
    says = refusal(monkeypatch, devices, error=OSError(errno.EINVAL, "Invalid argument"))
    assert says == "pinctrl-bcm2711 gave no lines (Invalid argument); check the pins in [board]"


def test_pins_that_stop_answering_are_a_board_error(monkeypatch: pytest.MonkeyPatch, devices: Path) -> None:
    pins, _ = open_with(monkeypatch, devices)

    def gone(*_: object) -> int:
        raise OSError(errno.ENODEV, "No such device")

    monkeypatch.setattr(fcntl, "ioctl", gone)
    with pytest.raises(BoardError, match="stopped answering"):
        pins.data()
    with pytest.raises(BoardError, match="stopped answering"):
        pins.set_clock(0)


def test_a_gpiod_without_requests_is_told_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiod", ModuleType("gpiod"))  # an older or empty package of this name
    monkeypatch.delitem(sys.modules, "gpiod.line")
    monkeypatch.delitem(sys.modules, "station.board.gpio")
    with pytest.raises(BoardError, match=r"package gpiod 2 cannot be used .*pip install 'gpiod>=2.2'"):
        importlib.import_module("station.board.gpio")
