"""The walk through every page of the care site, picture by picture: `python -m benchmarks.care_screens`."""

from benchmarks.care_walk import NO_PAGES, PAGES, STEPS
from tests.test_care_access import names


def test_every_address_is_on_a_picture_or_named_as_no_page() -> None:
    assert set(names()) == PAGES | NO_PAGES
    assert not PAGES & NO_PAGES


def test_every_picture_has_a_name_of_its_own() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)
