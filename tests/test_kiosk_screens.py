"""What every screen of the kiosk promises to the person in front of it."""

import os
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pygame
import pytest

from station.training.questions import CHECK_IN, as_question
from ui.patient.canvas import Choose
from ui.patient.examples import every_screen, snapshot
from ui.patient.place import Scene
from ui.patient.screens import Drawing, main
from ui.patient.theme import (
    HEIGHT,
    SHAPE_PAIRS,
    SMALLEST,
    TEXT_PAIRS,
    WARM,
    WIDTH,
    Colour,
    contrast,
)
from ui.patient.view import TRAINING_PHASES, View
from ui.patient.widgets import SIGN_BOX, STOP

SCREENS = every_screen()
GOLDEN = Path(__file__).with_name("golden")
BLOCK_PX = 16
PAGE = pygame.Rect(0, 0, WIDTH, HEIGHT)


@cache
def drawn(name: str) -> Drawing:
    return Drawing(SCREENS[name])


each_screen = pytest.mark.parametrize("name", SCREENS)


def pixels(picture: pygame.Surface) -> npt.NDArray[np.float64]:
    return pygame.surfarray.array3d(picture).astype(float)


def ground_behind(picture: pygame.Surface, rect: pygame.Rect) -> Colour:
    """The colour most of a text's rectangle has."""
    area = pygame.surfarray.array2d(picture.subsurface(rect.clip(PAGE)))
    colours, counts = np.unique(area, return_counts=True)
    colour = picture.unmap_rgb(int(colours[counts.argmax()]))
    return colour.r, colour.g, colour.b


@each_screen
def test_screen_looks_as_it_was_approved(name: str) -> None:
    """Run with KIOSK_APPROVE=1 to approve what is drawn now, then look at the pictures."""
    half = pygame.transform.smoothscale(drawn(name).picture, (WIDTH // 2, HEIGHT // 2))
    file = GOLDEN / f"{name}.png"
    if os.environ.get("KIOSK_APPROVE"):
        GOLDEN.mkdir(exist_ok=True)
        pygame.image.save(half, str(file))
    difference = np.abs(pixels(half) - pixels(pygame.image.load(str(file)))).mean(axis=2)
    blocks = difference[:, : difference.shape[1] // BLOCK_PX * BLOCK_PX]
    blocks = blocks.reshape(WIDTH // 2 // BLOCK_PX, BLOCK_PX, -1, BLOCK_PX).mean(axis=(1, 3))
    assert blocks.max() < 8, f"{name} differs near block {np.unravel_index(blocks.argmax(), blocks.shape)}"


def test_every_approved_picture_belongs_to_a_screen() -> None:
    assert {file.stem for file in GOLDEN.glob("*.png")} == set(SCREENS)


@each_screen
def test_no_text_is_cut_off(name: str) -> None:
    for text in drawn(name).texts:
        assert text.setting.fits, text
        assert PAGE.contains(text.rect), text


@each_screen
def test_texts_do_not_cover_each_other(name: str) -> None:
    texts = [text for text in drawn(name).texts if text.text]
    for number, one in enumerate(texts):
        for other in texts[number + 1 :]:
            assert not one.rect.inflate(-4, -8).colliderect(other.rect.inflate(-4, -8)), (
                one.text,
                other.text,
            )


@each_screen
def test_text_is_large_and_stands_out_from_what_is_really_behind_it(name: str) -> None:
    drawing = drawn(name)
    for text in drawing.texts:
        if text.text:
            assert text.setting.size >= SMALLEST
            assert contrast(text.colour, ground_behind(drawing.picture, text.rect)) >= 7, text.text


@pytest.mark.parametrize("pair", TEXT_PAIRS)
def test_text_colours_have_contrast_of_7(pair: tuple[Colour, Colour]) -> None:
    assert contrast(*pair) >= 7


@pytest.mark.parametrize("pair", SHAPE_PAIRS)
def test_shape_colours_have_contrast_of_3(pair: tuple[Colour, Colour]) -> None:
    assert contrast(*pair) >= 3


@each_screen
def test_buttons_are_large_apart_and_on_the_page(name: str) -> None:
    buttons = drawn(name).buttons
    for number, button in enumerate(buttons):
        assert button.rect.height >= 96
        assert button.rect.width >= 96
        assert PAGE.contains(button.rect)
        assert all(not button.rect.colliderect(other.rect) for other in buttons[number + 1 :])


@each_screen
def test_stop_is_on_every_screen_of_a_session(name: str) -> None:
    shown = SCREENS[name].snapshot
    if shown is not None and shown.phase in TRAINING_PHASES:
        assert STOP in [button.action for button in drawn(name).buttons]


@each_screen
@pytest.mark.usefixtures("coarse")
def test_simulated_is_said_on_every_screen_and_only_then(name: str) -> None:
    shown = SCREENS[name].snapshot
    if shown is None:
        return
    real = msgspec.structs.replace(shown, sim=False)
    assert "SIMULATED" in [text.text for text in Drawing(View(shown)).texts]
    assert "SIMULATED" not in [text.text for text in Drawing(View(real)).texts]


def test_no_and_yes_look_alike() -> None:
    question = as_question(CHECK_IN[0], number=1, of=9)
    drawing = Drawing(View(snapshot("checkin", question=question)))
    no, yes = (button.rect for button in drawing.buttons if button.action != STOP)
    assert no.size == yes.size
    words = [text for text in drawing.texts if text.text in {"No", "Yes"}]
    assert words[0].setting.size == words[1].setting.size
    assert words[0].colour == words[1].colour
    assert drawing.picture.get_at((no.left + 40, no.top + 20)) == drawing.picture.get_at(
        (yes.left + 40, yes.top + 20)
    )


def test_a_scale_offers_0_to_10_and_sends_nothing_before_one_is_chosen() -> None:
    buttons = Drawing(View(SCREENS["37-checkout"].snapshot)).buttons
    assert [button.action for button in buttons] == [*(Choose(value) for value in range(11)), STOP]


def test_the_whole_rim_is_in_the_picture_and_drawn_where_it_is() -> None:
    shown = SCREENS["30-hold-rim"].snapshot
    assert shown is not None
    assert shown.exercise is not None
    assert shown.exercise.rim_mm is not None
    scene = Scene(shown)
    for x_mm, y_mm in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
        outside = shown.exercise.rim_mm + 2.0
        x, y = scene.at(x_mm * outside, y_mm * outside)
        assert drawn("30-hold-rim").picture.get_at((round(x), round(y)))[:3] == WARM


def test_the_screens_are_sharp_on_a_larger_display() -> None:
    large = Drawing(SCREENS["03-welcome"], scale=1.5)
    assert large.picture.get_size() == (1920, 1080)
    assert [b.rect for b in large.buttons] == [b.rect for b in Drawing(SCREENS["03-welcome"]).buttons]


def test_make_screens_writes_one_picture_a_screen_and_a_contact_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = dict(list(SCREENS.items())[::20])  # all of them take ten seconds to write
    monkeypatch.setattr("ui.patient.screens.every_screen", lambda: some)
    assert main([str(tmp_path), "--language", "en"]) == 0
    assert {file.stem for file in (tmp_path / "en").glob("*.png")} == set(some)
    assert (tmp_path / "en.png").exists()
    assert SIGN_BOX.width > 0


def test_one_screen_alone_can_be_written_for_a_page_that_shows_it(tmp_path: Path) -> None:
    assert main([str(tmp_path), "--only", "25-hold"]) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["25-hold.png"]


def test_the_pictures_of_the_readme_show_the_screens_as_they_are() -> None:
    pictures = {file.stem: file for file in Path("docs/images").glob("[0-9]*.png")}
    assert pictures.keys() >= {"06-checkin-yes-no", "25-hold", "48c-weeks"}
    for name, file in pictures.items():
        difference = np.abs(pixels(drawn(name).picture) - pixels(pygame.image.load(str(file)))).mean()
        assert difference < 1, f"{name}: make images"
