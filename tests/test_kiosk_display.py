"""Which video driver is tried, and what is said where there is none."""

import os
from pathlib import Path

import pytest

from ui.patient.display import DisplayError, candidates, compositor_gone, deaf, open_display, why_not


@pytest.mark.parametrize(
    ("asked", "environ", "tried"),
    [
        (None, {}, ("kmsdrm",)),
        (None, {"DISPLAY": ":0"}, ("x11",)),
        (None, {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, ("wayland", "x11")),
        (None, {"DISPLAY": ":0", "SDL_VIDEODRIVER": "KMSDRM, x11"}, ("kmsdrm", "x11")),
        (None, {"DISPLAY": ":0", "SDL_VIDEODRIVER": ""}, ("x11",)),
        ("kmsdrm", {"DISPLAY": ":0", "SDL_VIDEODRIVER": "x11"}, ("kmsdrm",)),
    ],
)
def test_the_driver_asked_for_goes_first_then_what_the_desktop_has(
    asked: str | None, environ: dict[str, str], tried: tuple[str, ...]
) -> None:
    assert candidates(asked, environ) == tried


def test_without_a_desktop_or_a_screen_each_reason_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DISPLAY", "XDG_RUNTIME_DIR", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    monkeypatch.setenv("SDL_VIDEODRIVER", "wayland,x11")
    with pytest.raises(DisplayError) as refused:
        open_display("fullscreen")
    assert "XDG_RUNTIME_DIR is not set" in str(refused.value)
    assert "DISPLAY is not set" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_driver_sdl_does_not_know_is_named_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "directfb")
    with pytest.raises(DisplayError, match="directfb not available; choose one of wayland, x11, kmsdrm"):
        open_display("fullscreen")


def test_wayland_says_whether_the_folder_or_the_compositor_is_missing(tmp_path: Path) -> None:
    assert "XDG_RUNTIME_DIR" in why_not("wayland", {}, "x")
    environ = {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "wayland-3"}
    assert f"no compositor listens at {tmp_path / 'wayland-3'}" in why_not("wayland", environ, "x")
    assert compositor_gone(environ)


def test_x11_names_the_server_that_does_not_answer() -> None:
    assert "no X server answers at :99" in why_not("x11", {"DISPLAY": ":99"}, "x11 not available")


def card(root: Path, state: str) -> Path:
    (root / "dev/dri").mkdir(parents=True)
    (root / "sys/class/drm/card1-HDMI-A-1").mkdir(parents=True)
    (root / "sys/class/drm/card1-HDMI-A-1/status").write_text(f"{state}\n")
    file = root / "dev/dri/card1"
    file.touch()
    return file


def test_kmsdrm_says_what_keeps_it_from_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no /dev/dri/card*" in why_not("kmsdrm", {}, "x", tmp_path)
    file = card(tmp_path, "disconnected")
    assert "no screen is plugged in" in why_not("kmsdrm", {}, "x", tmp_path)
    monkeypatch.setattr(os, "access", lambda path, _mode: path != file)
    assert "may not open /dev/dri/card1" in why_not("kmsdrm", {}, "x", tmp_path)


def test_input_that_nobody_may_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert deaf(tmp_path) == ""
    (tmp_path / "dev/input").mkdir(parents=True)
    (tmp_path / "dev/input/event0").touch()
    assert deaf(tmp_path) == ""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "group input" in deaf(tmp_path)
