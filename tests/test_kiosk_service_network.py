"""The network as the kernel shows it: looked at, never changed."""

from pathlib import Path

from ui.patient.examples import snapshot
from ui.patient.service.network import AGAIN_NS, Interface, NetworkRoom, address_of, interfaces
from ui.patient.service.room import Around
from ui.patient.service.settings import Settings


def test_interfaces_are_listed_by_name_without_the_loopback(tmp_path: Path) -> None:
    for name, state in (("wlan0", "down"), ("eth0", "up"), ("lo", "unknown"), ("tun0", "unknown")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "operstate").write_text(f"{state}\n")
    (tmp_path / "bonding_masters").touch()
    found = interfaces(tmp_path, {"eth0": "192.168.1.7"}.get)
    assert found == (
        Interface("eth0", up=True, address="192.168.1.7"),
        Interface("tun0", up=True, address=None),
        Interface("wlan0", up=False, address=None),
    )


def test_without_any_the_list_is_empty(tmp_path: Path) -> None:
    assert interfaces(tmp_path / "none") == ()


def test_an_interface_that_is_not_there_has_no_address() -> None:
    assert address_of("nowhere0") is None
    assert address_of("lo") in {"127.0.0.1", None}


def test_a_cable_plugged_in_meanwhile_is_seen() -> None:
    found = [Interface("eth0", up=False, address=None)]
    room = NetworkRoom(lambda: tuple(found))
    room.enter(Around(None, Settings(), 0))
    found[0] = Interface("eth0", up=True, address="192.168.1.7")
    room.turn(Around(None, Settings(), AGAIN_NS - 1))
    assert not room.sheet(Around(None, Settings(), 0)).interfaces[0].up
    room.turn(Around(None, Settings(), AGAIN_NS))
    sheet = room.sheet(Around(snapshot("welcome"), Settings(), AGAIN_NS))
    assert sheet.interfaces[0].up
    assert sheet.station
