"""What is read of the computer: right where it is told, None where it is not."""

from pathlib import Path

import pytest

from station.machine.reading import THROTTLED, read_machine
from station.training.health import MachineHealth, PowerState


def write(root: Path, **files: str) -> None:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    write(
        tmp_path,
        **{
            "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
            "etc/os-release": 'NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
            "proc/uptime": "93784.12 361234.44\n",
            "proc/meminfo": "MemTotal:        3884312 kB\nMemFree: 1 kB\nMemAvailable:    2884312 kB\n",
            "sys/class/thermal/thermal_zone0/temp": "48312\n",
            THROTTLED: "50005\n",
        },
    )
    return tmp_path


def test_a_raspberry_pi_tells_all_of_it(pi: Path) -> None:
    machine = read_machine(pi, free_bytes=lambda: 12_345_678_901)
    assert (machine.model, machine.os) == ("Raspberry Pi 4 Model B Rev 1.4", "Debian GNU/Linux 12 (bookworm)")
    assert (machine.cpu_c, machine.uptime_s) == (48.3, 93784)
    assert (machine.memory_mb, machine.memory_free_mb, machine.disk_free_mb) == (3978, 2954, 12345)
    assert machine.power_now == PowerState(undervoltage=True, throttled=True)
    assert machine.power_since_start == PowerState(undervoltage=True, throttled=True)


def test_what_was_is_told_apart_from_what_is(pi: Path) -> None:
    write(pi, **{THROTTLED: "10000"})
    machine = read_machine(pi, free_bytes=lambda: 0)
    assert (machine.power_now, machine.power_since_start) == (PowerState(), PowerState(undervoltage=True))


def test_what_is_not_told_is_none_and_never_guessed(tmp_path: Path) -> None:
    def gone() -> int:
        raise FileNotFoundError

    machine = read_machine(tmp_path, free_bytes=gone)
    assert machine == MachineHealth(python=machine.python)


@pytest.mark.parametrize("text", ["", "nonsense", "\0ÿ", "PRETTY_NAME=unquoted words", "MemTotal: much kB"])
def test_files_that_make_no_sense_are_as_if_they_were_not_there(tmp_path: Path, text: str) -> None:
    for path in (
        "etc/os-release", "proc/uptime", "proc/meminfo", "sys/class/thermal/thermal_zone0/temp", THROTTLED
    ):  # fmt: skip
        write(tmp_path, **{path: text})
    machine = read_machine(tmp_path, free_bytes=lambda: 0)
    assert (machine.os, machine.cpu_c, machine.memory_mb, machine.uptime_s, machine.power_now) == (None,) * 5


def test_a_pi_5_tells_of_weak_power_by_its_voltage_sensor_alone(tmp_path: Path) -> None:
    sensor = "sys/class/hwmon/hwmon3"
    write(tmp_path, **{f"{sensor}/name": "rpi_volt\n", f"{sensor}/in0_lcrit_alarm": "1\n"})
    machine = read_machine(tmp_path, free_bytes=lambda: 0)
    assert machine.power_now == machine.power_since_start == PowerState(undervoltage=True)
    write(tmp_path, **{f"{sensor}/in0_lcrit_alarm": "0\n"})
    machine = read_machine(tmp_path, free_bytes=lambda: 0)
    assert (machine.power_now, machine.power_since_start) == (
        PowerState(),
        None,
    )  # what was before is not known


def test_fan_hottest_zone_and_waiting_for_memory_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
            "sys/class/hwmon/hwmon2/name": "pwmfan\n",
            "sys/class/hwmon/hwmon2/fan1_input": "0\n",
            "sys/class/thermal/thermal_zone0/temp": "48312\n",
            "sys/class/thermal/thermal_zone1/temp": "66100\n",
            "proc/pressure/memory": "some avg10=1.00 avg60=12.34 avg300=0 total=1\nfull avg10=0 avg60=9.0\n",
        },
    )
    machine = read_machine(tmp_path, free_bytes=lambda: 0)
    assert (machine.fan_rpm, machine.cpu_c, machine.memory_stall_percent) == (0, 66.1, 12.34)
