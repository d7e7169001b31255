"""Hand-made sheets of every page of the service area: for pictures and tests."""

from typing import Final

from station.training.health import CareSide
from ui.patient.service.area import make_rooms
from ui.patient.service.calibration_examples import calibration_sheets
from ui.patient.service.check import CheckSheet, FoundSheet
from ui.patient.service.check_report import CORNERS, CellReport, CheckReport, FindingReport
from ui.patient.service.door import PinSheet
from ui.patient.service.network import Interface, NetworkSheet
from ui.patient.service.preferences import LanguageSheet, VolumeSheet
from ui.patient.service.restart import RestartSheet
from ui.patient.service.simulation import CornerSheet, SimulationSheet
from ui.patient.service.view import MenuSheet, Sheet
from ui.patient.service.voice import VoiceSheet
from ui.patient.words import language

GOOD: Final = tuple(
    CellReport(cell=cell, data_pin=data, clock_pin=clock, good=803, sps=80.3, noise_g=24.6, load_kg=load_kg)
    for cell, data, clock, load_kg in zip(
        CORNERS, (5, 6, 13, 19), (21, 20, 16, 12), (0.1, 0.0, -0.2, 0.1), strict=True
    )
)
SILENT: Final = CellReport(cell="FR", data_pin=6, clock_pin=20, good=0)
REASON: Final = "balance-station: /etc/balance-station.toml:7: board.data_pins has 3 pins; it takes four"
NOISY: Final = CellReport(
    cell="RL", data_pin=13, clock_pin=16, good=801, sps=80.1, noise_g=131.0, load_kg=None
)
FIT: Final = CheckReport(fit=True, sim=True, cells=GOOD)
UNFIT: Final = CheckReport(
    fit=False,
    sim=True,
    cells=(GOOD[0], SILENT, NOISY, GOOD[3]),
    findings=(
        FindingReport(kind="silent", cell="FR", text="FR: the chip does not answer"),
        FindingReport(kind="noisy", cell="RL", text="RL: 131 g of noise"),
    ),
)


AT_RISK: Final = CheckReport(
    fit=False,
    sim=True,
    cells=GOOD,
    findings=tuple(
        FindingReport(kind=kind, text=kind, fatal=fatal)
        for kind, fatal in (
            ("card-failing", True),
            ("disk-full", True),
            ("database-restored", False),
            ("care-away", False),
        )
    ),
)


def service_sheets() -> dict[str, Sheet]:
    """Return a sheet of every page by the name of its picture, in the order of the menu."""
    rooms = make_rooms(None, None, {})
    broken = SimulationSheet(broken=(("unplugged", "FR"), ("slow", "RL"), ("late", None)))
    network = (
        Interface("eth0", up=True, address="192.168.178.204"),
        Interface("wlan0", up=False, address=None),
    )
    return {
        "50-service-pin": PinSheet(count=3),
        "51-service-pin-wrong": PinSheet(trouble="wrong"),
        "52-service-pin-wait": PinSheet(trouble="wrong", wait_s=57),
        "53-service-pin-new": PinSheet("new", count=4),
        "54-service-pin-again": PinSheet("again"),
        "55-service-pin-differ": PinSheet("new", trouble="differ"),
        "56-service-menu": MenuSheet(tuple((room.name, room.title()) for room in rooms)),
        "57-service-check": CheckSheet(seconds=6),
        "58-service-check-fit": CheckSheet(report=FIT),
        "59-service-check-unfit": CheckSheet(report=UNFIT),
        "59b-service-check-card": CheckSheet(report=AT_RISK),
        "59c-service-check-findings": FoundSheet(AT_RISK),
        "60-service-check-failed": CheckSheet(failed=REASON),
        "61-service-simulation": SimulationSheet(),
        "62-service-simulation-broken": broken,
        "63-service-corner": CornerSheet("unplugged"),
        "64-service-language": LanguageSheet(language()),
        "65-service-volume": VolumeSheet(3),
        "65b-service-voice": VoiceSheet("by-day"),
        "65c-service-voice-none": VoiceSheet("on", there=False),
        "66-service-network": NetworkSheet(
            network, care=CareSide(reach="silent", since="2026-05-04T09:00:00")
        ),
        "67-service-network-none": NetworkSheet((), station=False),
        "68-service-restart": RestartSheet(),
        **calibration_sheets(),
    }
