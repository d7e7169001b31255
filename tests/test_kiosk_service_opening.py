"""The service area is opened on purpose: three seconds in one place, or both buttons, or the combination."""

import pygame
import pytest

from ui.patient.service.opening import Opening

S = 1_000_000_000
CORNER = (30.0, 30.0)
ELSEWHERE = (640.0, 360.0)


def event(kind: int, **facts: object) -> pygame.event.Event:
    return pygame.event.Event(kind, facts)


@pytest.mark.parametrize("kind", [pygame.FINGERDOWN, pygame.MOUSEBUTTONDOWN])
def test_three_seconds_in_the_corner_open_it_once(kind: int) -> None:
    opening = Opening()
    opening.read(event(kind), CORNER, 0)
    assert opening.asked(3 * S - 1) == ""
    assert opening.asked(3 * S) == "touch"
    assert opening.asked(4 * S) == ""


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        (pygame.FINGERUP, CORNER),
        (pygame.MOUSEBUTTONUP, CORNER),
        (pygame.FINGERMOTION, ELSEWHERE),
        (pygame.MOUSEMOTION, ELSEWHERE),
        (pygame.FINGERDOWN, ELSEWHERE),
    ],
)
def test_a_finger_that_lifts_or_leaves_does_not(kind: int, at: tuple[float, float]) -> None:
    opening = Opening()
    opening.read(event(pygame.FINGERDOWN), CORNER, 0)
    opening.read(event(kind), at, 2 * S)
    assert opening.asked(3 * S) == ""


def test_a_trembling_finger_inside_the_corner_does() -> None:
    opening = Opening()
    opening.read(event(pygame.FINGERDOWN), CORNER, 0)
    opening.read(event(pygame.FINGERMOTION), (40.0, 20.0), S)
    assert opening.asked(3 * S) == "touch"


def test_a_press_elsewhere_never_does() -> None:
    opening = Opening()
    opening.read(event(pygame.MOUSEBUTTONDOWN), ELSEWHERE, 0)
    assert opening.asked(3 * S) == ""


def test_both_buttons_held_for_three_seconds_open_it_and_start_begins_no_session() -> None:
    opening = Opening()
    opening.read(event(pygame.KEYDOWN, key=pygame.K_ESCAPE, mod=0), None, 0)
    assert opening.holds_back("go", S)
    opening.read(event(pygame.KEYDOWN, key=pygame.K_RETURN, mod=0), None, S)
    assert opening.asked(4 * S - 1) == ""
    assert opening.asked(4 * S) == "keys"


def test_one_of_them_let_go_in_between_does_not() -> None:
    opening = Opening()
    opening.read(event(pygame.KEYDOWN, key=pygame.K_ESCAPE, mod=0), None, 0)
    opening.read(event(pygame.KEYDOWN, key=pygame.K_RETURN, mod=0), None, 0)
    opening.read(event(pygame.KEYUP, key=pygame.K_ESCAPE, mod=0), None, 2 * S)
    assert opening.asked(3 * S) == ""
    assert not opening.holds_back("go", 3 * S)


def test_a_release_that_was_never_heard_does_not_keep_start_from_working() -> None:
    opening = Opening()
    opening.read(event(pygame.KEYDOWN, key=pygame.K_ESCAPE, mod=0), None, 0)
    assert opening.holds_back("go", 9 * S)
    assert not opening.holds_back("go", 10 * S)


def test_the_key_combination_opens_it_at_once_and_its_letter_alone_does_not() -> None:
    opening = Opening()
    opening.read(event(pygame.KEYDOWN, key=pygame.K_s, mod=pygame.KMOD_LCTRL), None, 0)
    assert opening.asked(1) == ""
    opening.read(event(pygame.KEYDOWN, key=pygame.K_s, mod=pygame.KMOD_LCTRL | pygame.KMOD_LALT), None, 0)
    assert opening.asked(1) == "keys"
