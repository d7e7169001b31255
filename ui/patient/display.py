"""The display: which of SDL's video drivers draws, and in one sentence each why one cannot."""

import ctypes
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal

import pygame

from station.errors import StationError
from ui.patient.theme import HEIGHT, WIDTH

Mode = Literal["fullscreen", "windowed", "offscreen"]
Driver = Literal["wayland", "x11", "kmsdrm"]
DRIVERS: Final[tuple[Driver, ...]] = ("wayland", "x11", "kmsdrm")
UNSEEN: Final = frozenset({"dummy", "offscreen", "evdev"})
EXIT_LOST: Final = 1  # as for every other failure: the supervisor starts the kiosk again
# What SDL loads of the system when it is asked for a driver, and the Debian packages that bring it.
LIBRARIES: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "wayland": (
        ("libwayland-client.so.0", "libwayland-cursor.so.0", "libwayland-egl.so.1", "libxkbcommon.so.0"),
        "libwayland-client0 libwayland-cursor0 libwayland-egl1 libxkbcommon0 libegl1 libgles2",
    ),
    "x11": (("libX11.so.6", "libXext.so.6"), "libx11-6 libxext6"),
    "kmsdrm": (
        ("libdrm.so.2", "libgbm.so.1", "libEGL.so.1", "libGLESv2.so.2"),
        "libdrm2 libgbm1 libegl1 libgles2 libgl1-mesa-dri",
    ),
}


class DisplayError(StationError, OSError):
    """There is no display to draw on, or not any more."""


def candidates(asked: str | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the drivers to try in turn: the one asked for, else SDL's own variable, else what is there.

    A desktop has Wayland, X11 or both (Wayland is tried first); KMSDRM needs the screen for itself, so it is
    the one where there is no desktop.
    """
    named = asked or environ.get("SDL_VIDEODRIVER", "")
    if named:
        return tuple(name.strip().lower() for name in named.split(",") if name.strip())
    found = [
        driver
        for driver, variable in (("wayland", "WAYLAND_DISPLAY"), ("x11", "DISPLAY"))
        if environ.get(variable)
    ]
    return tuple(found) or ("kmsdrm",)


def open_display(mode: Mode, asked: str | None = None) -> str:
    """Open the display and a window on it; return the driver that has it.

    Raises DisplayError, with a reason for each driver tried, where nobody would see what is drawn.
    """
    # Touch arrives as finger events; its echo as a mouse is switched off where SDL makes it itself.
    os.environ.setdefault("SDL_TOUCH_MOUSE_EVENTS", "0")
    reasons = []
    for driver in ("dummy",) if mode == "offscreen" else candidates(asked, os.environ):
        if driver in UNSEEN and mode != "offscreen":
            reasons.append(f"{driver}: nobody sees what SDL's {driver} driver draws")
            continue
        try:
            _open(driver, mode)
        except pygame.error as error:
            pygame.display.quit()
            reasons.append(f"{driver}: {why_not(driver, os.environ, str(error))}")
        else:
            return pygame.display.get_driver()
    raise DisplayError(f"no display to draw on ({'; '.join(reasons)}); or ask for --offscreen")


def _open(driver: str, mode: Mode) -> None:
    os.environ["SDL_VIDEODRIVER"] = driver
    if driver == "x11":
        # Pixels go straight to the server; SDL would else try OpenGL first, which without a GPU is slower.
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    pygame.display.init()
    full = mode == "fullscreen"
    pygame.display.set_mode(
        (0, 0) if full else (WIDTH, HEIGHT), pygame.FULLSCREEN if full else pygame.RESIZABLE
    )


def why_not(driver: str, environ: Mapping[str, str], said: str, root: Path = Path("/")) -> str:
    """Return in a clause why a driver has not opened and what to do; `said` is what SDL said."""
    reason = ""
    if driver == "wayland":
        reason = _why_no_wayland(environ)
    elif driver == "x11":
        reason = "" if environ.get("DISPLAY") else "DISPLAY is not set: start it inside the X session"
    elif driver == "kmsdrm":
        reason = _why_no_cards(root)
    else:
        return f"{said}; choose one of {', '.join(DRIVERS)}"
    return reason or _why_no_libraries(driver) or _why_otherwise(driver, environ, said)


def _why_no_wayland(environ: Mapping[str, str]) -> str:
    folder = environ.get("XDG_RUNTIME_DIR")
    if not folder:
        return "XDG_RUNTIME_DIR is not set: start it inside the desktop session"
    path = Path(folder) / environ.get("WAYLAND_DISPLAY", "wayland-0")
    if os.access(folder, os.X_OK) and not path.exists():
        return f"no compositor listens at {path}: start the desktop first"
    if not os.access(path, os.R_OK | os.W_OK):
        return f"this user may not open {path}: run it as the user of the desktop"
    return ""


def _why_no_cards(root: Path) -> str:
    cards = sorted((root / "dev/dri").glob("card*"))
    if not cards:
        return "there is no /dev/dri/card*: the graphics driver is not loaded (dtoverlay=vc4-kms-v3d)"
    if not any(os.access(card, os.R_OK | os.W_OK) for card in cards):
        return f"this user may not open /dev/dri/{cards[0].name}: add it to the groups video and render"
    states = [file.read_text().strip() for file in (root / "sys/class/drm").glob("card*-*/status")]
    if states and "connected" not in states:
        return "no screen is plugged in: plug one in and switch it on"
    return ""


def _why_no_libraries(driver: str) -> str:
    libraries, packages = LIBRARIES[driver]
    for library in libraries:
        try:
            ctypes.CDLL(library)
        except OSError:
            return f"{library} is missing: sudo apt install {packages}"
    return ""


def _why_otherwise(driver: str, environ: Mapping[str, str], said: str) -> str:
    if driver == "x11":
        server = environ["DISPLAY"]
        return f"no X server answers at {server}, or it lets this user not in ({said}): see xhost, XAUTHORITY"
    if driver == "kmsdrm":
        return f"{said}: does another program have the screen (a desktop, another kiosk)?"
    return said


def deaf(root: Path = Path("/")) -> str:
    """Return in a sentence that no input can be read, where SDL would say nothing; else an empty string."""
    devices = sorted((root / "dev/input").glob("event*"))
    if devices and not any(os.access(device, os.R_OK) for device in devices):
        return "no touch screen or keyboard can be read: add this user to the group input"
    return ""


def told_when_x_is_lost(say: Callable[[str], None]) -> object:
    """Have it said in a sentence when the X server has gone; Xlib lets no program live on after that.

    The caller keeps what is returned: C holds no reference to it. Raises OSError where there is no Xlib.
    """

    def lost(_display: int | None) -> int:
        say("the X server has gone; ending with exit code 1, to be started again when it is back")
        os._exit(EXIT_LOST)

    handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(lost)
    ctypes.CDLL("libX11.so.6").XSetIOErrorHandler(handler)
    return handler


def compositor_gone(environ: Mapping[str, str]) -> bool:
    """Return whether nobody answers at the Wayland socket: SDL then asks to end as if somebody had."""
    folder, name = environ.get("XDG_RUNTIME_DIR", ""), environ.get("WAYLAND_DISPLAY", "wayland-0")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(Path(folder) / name))
        except OSError:
            return True
    return False
