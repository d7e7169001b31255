"""Which page belongs to which sheet. A new entry of the menu adds its own line here."""

from collections.abc import Callable
from typing import Any, Final

from ui.patient.canvas import Canvas
from ui.patient.service.calibration_sheets import (
    MassSheet,
    MomentSheet,
    ProcedureSheet,
    RestoreSheet,
    ResultSheet,
    StepSheet,
)
from ui.patient.service.check import CheckSheet, FoundSheet
from ui.patient.service.door import PinSheet
from ui.patient.service.network import NetworkSheet
from ui.patient.service.pages import (
    calibration,
    calibration_step,
    check,
    keypad,
    menu,
    settings,
    simulation,
    voice,
)
from ui.patient.service.preferences import LanguageSheet, VolumeSheet
from ui.patient.service.restart import RestartSheet
from ui.patient.service.simulation import CornerSheet, SimulationSheet
from ui.patient.service.view import MenuSheet, ServiceView
from ui.patient.service.voice import VoiceSheet
from ui.patient.view import View

# Each takes the kind of sheet it is listed for, which a type cannot say of a dictionary.
PAGES: Final[dict[type, Callable[[Canvas, View, ServiceView, Any], None]]] = {
    PinSheet: keypad.keypad,
    MenuSheet: menu.menu,
    CheckSheet: check.check,
    FoundSheet: check.found,
    ProcedureSheet: calibration.procedures,
    RestoreSheet: calibration.restore,
    MassSheet: calibration.masses,
    StepSheet: calibration_step.step,
    MomentSheet: calibration.moment,
    ResultSheet: calibration.result,
    SimulationSheet: simulation.simulation,
    CornerSheet: simulation.corner,
    LanguageSheet: settings.languages,
    VolumeSheet: settings.volume,
    VoiceSheet: voice.voice,
    NetworkSheet: settings.network,
    RestartSheet: settings.restart,
}


def draw_service(canvas: Canvas, view: View, service: ServiceView) -> None:
    """Draw the page of an open service area."""
    PAGES[type(service.sheet)](canvas, view, service, service.sheet)
