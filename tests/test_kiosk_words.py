"""Every word on the screen in four languages: complete, with its numbers, and never cut off."""

import gettext
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import pygame
import pytest

from station.training.caps import Allowance, too_much
from station.training.programme import Programme
from station.training.questions import CHECK_IN, EVERY
from station.training.routine import shipped_routines
from station.training.tips import TIPS
from station.training.words import blocked_words, pain_words, result_sentence, summary_words
from ui.patient.catalogue import collect, forms, main, missing, po_file, read_catalogue
from ui.patient.examples import LONG_CUE, LONG_NOTE, LONGEST_ID, NOTE, OWN_ID, every_screen
from ui.patient.lettering import Lettering
from ui.patient.pages.waiting import id_lines
from ui.patient.screens import Drawing
from ui.patient.service.examples import REASON
from ui.patient.service.preferences import NAMES
from ui.patient.theme import HEIGHT, WIDTH
from ui.patient.view import View
from ui.patient.words import LANGUAGES, decimal, figure, said, speak, speak_from

pytestmark = pytest.mark.usefixtures("coarse")

PAGE = pygame.Rect(0, 0, WIDTH, HEIGHT)
TRANSLATED: Final = [language for language in LANGUAGES if language != "en"]
POINT: Final = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")  # in a number, not in an address
ACCENTS: Final = str.maketrans("aeioucnsgAEIOUCNSG", "äéîöüçñşğÄÉÎÖÜÇÑŞĞ")
# Written by a person, by a clinic or by a program, or a language in its own words: shown as it is.
FREE_TEXT: Final = {NOTE, LONG_NOTE, LONG_CUE, REASON, OWN_ID, *id_lines(LONGEST_ID), *NAMES.values()}

each_language = pytest.mark.parametrize("language", TRANSLATED)
each_screen = pytest.mark.parametrize("name", every_screen())


class Pseudo(gettext.NullTranslations):
    """A language with an accent on everything, a third longer than English, and marked as translated."""

    def gettext(self, message: str) -> str:
        parts = re.split(r"(\{\w+\})", message)
        accented = "".join(part if part.startswith("{") else part.translate(ACCENTS) for part in parts)
        return f"[{accented}{' ñéü' * (len(message) // 12)}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak("en")


def holders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


@each_language
def test_every_text_is_translated(language: str) -> None:
    assert missing(language) == []


@each_language
def test_every_translation_has_the_numbers_of_its_text(language: str) -> None:
    for message in read_catalogue(language):
        one = message.id if isinstance(message.id, str) else message.id[0]
        for form in forms(message):
            assert not message.id or holders(form) == holders(one), (one, form)


@each_language
def test_what_the_kiosk_reads_is_what_translators_wrote(language: str) -> None:
    read = gettext.translation("kiosk", po_file(language).parents[2], [language])
    for message in read_catalogue(language):
        if isinstance(message.id, str) and message.id:
            assert read.gettext(message.id) == message.string
        elif message.id:
            one, many = message.id
            assert {read.ngettext(one, many, n) for n in (1, 2)} == set(forms(message))


@each_language
def test_no_translation_is_kept_that_no_screen_shows(language: str) -> None:
    known = {message.id for message in collect()}
    assert {message.id for message in read_catalogue(language)} <= known


def session_sentences() -> set[str]:
    """Sentences as they come from the session, with their numbers filled in."""
    tried = [
        result_sentence(outcome, held_s=held_s, hold_s=20, best_s=best_s)
        for outcome in ("done", "fault", "stopped", "lost")
        for held_s, best_s in ((0.2, 0), (1.4, 0), (11.4, 0), (11.4, 6.0))
    ]
    ended = [
        words
        for done, held_s in ((0, 0.0), (1, 1.2), (3, 62.0))
        for tried_holds in (1, 4)
        for words in summary_words(done=done, tried=tried_holds, held_s=held_s, stopped=True)
    ]
    blocked = [*pain_words(7, 5), *(words for asked in CHECK_IN for words in blocked_words(asked.advice))]
    asked = [text for a in EVERY for text in (a.text, a.low, a.high, a.again, *a.choices) if text]
    return {*tried, *ended, *blocked, *asked, *TIPS, *enough_sentences()}


def enough_sentences() -> set[str]:
    caps = Programme(planned=())
    done = (
        Allowance(sessions_today=2),
        Allowance(sessions_today=2, days_ago=frozenset({1, 2, 3, 4, 5})),
        Allowance(sessions_today=1, minutes_today=31),
        Allowance(days_ago=frozenset(range(1, 7))),
        *(Allowance(since_last_s=seconds) for seconds in (0.0, 3700.0, 7000.0)),
    )
    return {sentence for allowance in done for sentence in too_much(allowance, caps)}


@each_language
def test_what_the_session_says_is_translated_with_its_numbers(language: str) -> None:
    speak(language)
    for sentence in session_sentences():
        assert said(sentence) != sentence
        assert re.findall(r"\d+", sentence) == [] or sorted(re.findall(r"\d+", said(sentence))) == sorted(
            re.findall(r"\d+", sentence)
        )


@each_language
def test_the_shipped_exercises_are_translated(language: str) -> None:
    speak(language)
    for routine in shipped_routines().values():
        whys = [rung.why for rung in routine.rungs]
        for text in (routine.title, *routine.cues, *whys):
            assert said(text) != text, text


def test_a_sentence_a_clinic_wrote_itself_is_shown_as_it_is() -> None:
    speak("de")
    assert said("Count the birds outside.") == "Count the birds outside."


def test_a_number_from_the_session_has_the_decimal_sign_of_the_language() -> None:
    sentence = "Well done. You held for the full 12.5 seconds."
    for language, number in (("en", "12.5"), ("tr", "12,5"), ("de", "12,5"), ("es", "12,5")):
        speak(language)
        assert number in said(sentence)


def test_fractions_have_the_decimal_sign_of_the_language_and_no_minus_before_a_zero() -> None:
    assert [decimal(10.024, 2), decimal(-0.04, 1), decimal(12345.6, 1)] == ["10.02", "0.0", "12345.6"]
    assert [figure(9.0), figure(1.57), figure(28), figure("cal-1.5")] == ["9.0", "1.57", 28, "cal-1.5"]
    speak("de")
    assert [decimal(10.024, 2), figure(1.57)] == ["10,02", "1,57"]


def test_a_line_never_ends_between_a_number_and_its_unit() -> None:
    lettering = Lettering(1.0)
    for text in ("about 150 mm", "up to 10,02 kg", "is sure to 95 % now", "in 57 saniye"):
        held = next(word for word in text.split() if word.strip("±,0123456789") == "") + "\N{NO-BREAK SPACE}"
        assert any(held in line for line in lettering.wrap(text, 1, 40, "regular"))
    assert lettering.wrap("GPIO 5, 17", 1, 40, "regular") == ("GPIO", "5,", "17")


@cache
def screens(language: str) -> dict[str, View]:
    """Return every screen with the words of this language, which is spoken already."""
    return every_screen()


def look_for_faults(drawing: Drawing) -> None:
    texts = [text for text in drawing.texts if text.text]
    for number, one in enumerate(texts):
        assert one.setting.fits, one.text
        assert PAGE.contains(one.rect), one.text
        for line, following in pairwise(one.setting.lines):
            assert not (line[-1:].isdigit() and re.match(r"[^\W\d_]|%", following)), one.text
        for other in texts[number + 1 :]:
            apart = not one.rect.inflate(-4, -8).colliderect(other.rect.inflate(-4, -8))
            assert apart, (one.text, other.text)


@each_screen
@each_language
def test_the_words_of_a_screen_fit_in_every_language(language: str, name: str) -> None:
    speak(language)
    drawing = Drawing(screens(language)[name])
    look_for_faults(drawing)
    for text in drawing.texts:
        assert text.text in FREE_TEXT or not POINT.search(text.text), text.text


@each_screen
def test_a_language_a_third_longer_than_english_fits_and_no_text_stays_english(name: str) -> None:
    speak_from(Pseudo())
    drawing = Drawing(screens("pseudo")[name])
    look_for_faults(drawing)
    for text in drawing.texts:
        marked = "[" in text.text or text.text in FREE_TEXT
        assert marked or not re.search("[a-z]", text.text), text.text


@cache
def every_screen_text(language: str) -> list[str]:
    speak(language)
    return [text.text for view in screens(language).values() for text in Drawing(view).texts]


def test_the_font_has_every_letter() -> None:
    drawn = set("".join(every_screen_text("en")))
    for language in TRANSLATED:
        for message in read_catalogue(language):
            drawn |= set("".join(forms(message)))
    for weight in ("regular", "bold"):
        font = Lettering(1.0).font(40, weight)
        lacking = [letter for letter in sorted(drawn) if font.metrics(letter)[0] is None]
        assert lacking == []


def test_no_screen_calls_a_person_by_name() -> None:
    shown = [*every_screen_text("en")]
    for language in TRANSLATED:
        shown += [form for message in read_catalogue(language) for form in forms(message)]
    for text in shown:
        assert not re.search(r"\b(Mr|Mrs|Ms|Dr|Herr|Frau|Sr|Sra|Bay|Bayan)\b\.?", text), text


def test_the_collector_finds_nothing_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr().err == ""


def test_the_collector_names_what_is_not_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ui.patient.catalogue.CATALOGUES", tmp_path)
    assert main([]) == 1
    said_lines = capsys.readouterr().err.splitlines()
    assert any("kiosk.po: not translated: Stop for today" in line for line in said_lines)
