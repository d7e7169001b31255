"""The service area in the running kiosk: what it takes from the loop, and what it does with its requests."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pygame

from ui.patient.canvas import Button, Pick
from ui.patient.gestures import Gesture, Key, Tap
from ui.patient.link import StationLink
from ui.patient.pen import Point
from ui.patient.service.calibration import CalibrationRoom
from ui.patient.service.calibration_child import CalibrationChild
from ui.patient.service.check import CheckRoom
from ui.patient.service.command import ChildCommand
from ui.patient.service.desk import ServiceDesk, may_open
from ui.patient.service.door import Door
from ui.patient.service.network import NetworkRoom, interfaces
from ui.patient.service.opening import Opening
from ui.patient.service.preferences import LanguageRoom, VolumeRoom
from ui.patient.service.restart import RestartRoom
from ui.patient.service.room import Around, End, Keep, Request, Room, Sound, Speak, Tell
from ui.patient.service.settings import Settings, SettingsFile
from ui.patient.service.simulation import SimulationRoom
from ui.patient.service.view import ServiceView
from ui.patient.service.voice import VoiceRoom
from ui.patient.sound.announcer import Announcer
from ui.patient.sound.voice import PROGRAM
from ui.patient.words import speak

AFTER_NS: Final = 400_000_000  # a finger still on its way when the area has closed means nothing


def make_rooms(config: Path | None, socket: Path | None, environ: Mapping[str, str]) -> tuple[Room, ...]:
    """Return the entries of the menu, in its order."""
    check = [sys.executable, "-m", "station", "check", "--json"]
    if config is not None:
        check += ["--config", str(config)]
    found_at = {} if socket is None else {"BALANCE_SOCKET": str(socket)}
    options = [] if config is None else ["--config", str(config)]
    calibrate = [sys.executable, "-m", "calibration"]
    return (
        CheckRoom(ChildCommand(check, {**environ, **found_at})),
        CalibrationRoom(CalibrationChild(calibrate, options, {**environ, **found_at})),
        SimulationRoom(),
        LanguageRoom(),
        VolumeRoom(),
        VoiceRoom(lambda: shutil.which(PROGRAM) is not None),
        NetworkRoom(interfaces),
        RestartRoom(),
    )


class ServiceArea:
    """Stands between the kiosk's loop and the desk; `ended` asks the kiosk to end."""

    def __init__(
        self,
        rooms: Sequence[Room],
        link: StationLink,
        announcer: Announcer,
        file: SettingsFile,
        *,
        salt: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._link = link
        self._announcer = announcer
        self._file = file
        self._settings = file.read()
        self._desk = ServiceDesk(Door(salt=salt), rooms)
        self._opening = Opening()
        self._closed_ns: int | None = None
        self.ended = False
        announcer.settle(self._settings.volume, self._settings.voice)

    def turn(self, now_ns: int) -> None:
        """Let time pass in front of the newest snapshot."""
        if self._desk.is_open:
            self._desk.turn(self._around(now_ns))
            self._note_closing(now_ns)
        asked_by = self._opening.asked(now_ns)
        if asked_by:
            self._open(now_ns, by_keys=asked_by == "keys")

    def open_by_buttons(self, now_ns: int) -> None:
        """Stand in front of the door, if nobody trains: both of the station's own buttons were held."""
        self._open(now_ns, by_keys=True)

    def _open(self, now_ns: int, *, by_keys: bool) -> None:
        if self._desk.is_open or not self._may_open():
            return
        self._settings = self._file.read()  # the PIN may have been cleared meanwhile
        self._desk.open(self._around(now_ns), by_keys=by_keys)

    def view(self, now_ns: int) -> ServiceView | None:
        """Return what is to be seen; None while the area is closed."""
        return self._desk.view(self._around(now_ns))

    def takes(
        self,
        event: pygame.event.Event,
        gesture: Gesture | None,
        at: Point | None,
        shown: Sequence[Button],
        now_ns: int,
    ) -> bool:
        """Return whether an event belongs to the area, and do what it asks for."""
        if not self._desk.is_open:
            self._opening.read(event, at, now_ns)
            just_closed = self._closed_ns is not None and now_ns - self._closed_ns < AFTER_NS
            both = isinstance(gesture, str) and self._opening.holds_back(gesture, now_ns) and self._may_open()
            return gesture is not None and (just_closed or both)
        if isinstance(gesture, Tap) and at is not None:
            hit = (b.action for b in shown if b.rect.collidepoint(at))
            action = next(hit, None)
            self._do(
                lambda around: self._desk.tap(action.choice if isinstance(action, Pick) else None, around),
                now_ns,
            )
        elif isinstance(gesture, str):
            self.takes_key(gesture, now_ns)
        return True

    def takes_key(self, key: Key, now_ns: int) -> bool:
        """Return whether a key, or a button of the station, belongs to the area, and do what it asks for."""
        if not self._desk.is_open:
            return False
        self._do(lambda around: self._desk.key(key, around), now_ns)
        return True

    def close(self) -> None:
        """End whatever runs; may be called twice."""
        self._desk.close()

    def _around(self, now_ns: int) -> Around:
        return Around(self._link.newest, self._settings, now_ns, self._link.care)

    def _may_open(self) -> bool:
        return may_open(self._link.newest, interrupted=self._link.interrupted)

    def _do(self, act: Callable[[Around], tuple[Request, ...]], now_ns: int) -> None:
        for request in act(self._around(now_ns)):
            self._fulfil(request, now_ns)
        self._note_closing(now_ns)

    def _note_closing(self, now_ns: int) -> None:
        if not self._desk.is_open:
            self._closed_ns = now_ns
            self._opening.forget()

    def _fulfil(self, request: Request, now_ns: int) -> None:
        match request:
            case Tell(command=command):
                self._link.send(command, now_ns)
            case Keep(settings=settings):
                self._settle(settings)
            case Sound():
                self._announcer.try_tone()
            case Speak():
                self._announcer.try_voice()
            case End():
                self.ended = True

    def _settle(self, settings: Settings) -> None:
        if settings.language not in (None, self._settings.language):
            speak(settings.language)
        self._announcer.settle(settings.volume, settings.voice)
        self._settings = settings
        self._file.write(settings)
