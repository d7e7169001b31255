"""The care site in four languages: who gets which, nothing left in English, nothing that is not marked."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from django.template.base import Lexer, TokenType
from django.test import Client
from django.urls import reverse
from django.utils import translation

from station.training import saying
from station.training.decision import Evidence
from station.training.routine import shipped_routines
from tests.clinic import PASSWORD, Clinic, client_of, clinic, log_in
from tests.test_care_access import MATRIX, url
from ui.care import catalogue
from ui.care.models import Account
from ui.care.templatetags.care import number
from ui.care.words.clinical import seconds_words
from ui.care.words.decisions import why_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("care_folder")]

TEMPLATES: Final = Path(catalogue.__file__).parent / "templates"
# Files of data, of a page that is redirected from, or of a stream.
NO_PAGES: Final = {
    "report_pdf", "patient_tables", "patient_fhir", "caseload_tables", "monitoring_csv", "wall_stream",
    "trial_path", "trial_received", "second_factor_picture", "audit_csv",
}  # fmt: skip
# Names, units and sizes of paper are the same everywhere.
UNMARKED: Final = {"mm/s", "mm²", "PEA95", "Letter", "A4"}
# The same word in English and in one of the languages, or a word within what people typed.
COMMON: Final = {"no"}


_SHOWN: Final = re.compile(
    r'(?:title|alt|aria-label|placeholder|data-(?!chart|tone|state|switch)[a-z]+)="([^"]*)"'
)


@pytest.fixture
def place() -> Clinic:
    return clinic()


def speak(client: Client, language: str) -> None:
    client.post(reverse("language"), {"language": language, "next": "/"})


def visible(page: str) -> list[str]:
    """Return the texts of a page: between its tags, and the attributes that are read out or shown."""
    shown = re.sub(r"<(script|style|code|pre|textarea)\b.*?</\1>", " ", page, flags=re.DOTALL)
    named = _SHOWN.findall(shown)
    texts = [*re.split(r"<[^>]*>", shown), *named]
    return [" ".join(unescape(text).split()) for text in texts if text.strip()]


def left_over(of: Catalog) -> set[str]:
    """Return the English texts that a page in this language must not hold."""
    english: set[str] = set()
    own: set[str] = set()
    for message in of:
        for source in (message.id,) if isinstance(message.id, str) else message.id:
            english.add(str(source))
        words = message.string
        own |= {words} if isinstance(words, str) else set(words or ())
    plain = {text for text in english - own if text and "%(" not in text and len(text) > 2}
    return {text for text in plain if text.casefold() not in COMMON}


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_no_page_holds_an_english_sentence_of_the_catalogue(place: Clinic, language: str) -> None:
    english = left_over(catalogue.catalogue(language))
    found: list[str] = []
    for role in ("therapist", "admin", "auditor"):
        client = client_of(place.people[role])
        speak(client, language)
        for name in sorted(set(MATRIX) - NO_PAGES):
            response = client.get(url(name, place, "own"))
            if response.status_code == 405 or "html" not in response.headers.get("Content-Type", ""):
                continue
            page = response.content.decode()
            if response.status_code == 200 and "<html" in page:
                assert f'<html lang="{language}"' in page, name
            found += [f"{name}, {role}: {text}" for text in set(visible(page)) & english]
    assert found == []


def unmarked(source: str) -> Iterator[str]:
    """Yield the texts of a template that stand outside of what is translated."""
    plain, inside = [], False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            inside = (inside or token.contents.startswith("blocktranslate")) and not (
                token.contents.startswith("endblocktranslate")
            )
        elif token.token_type == TokenType.TEXT and not inside:
            plain.append(token.contents)
        elif token.token_type == TokenType.VAR:
            plain.append(" ")
    for text in visible("\0".join(plain)):
        yield from (part.strip() for part in text.split("\0") if re.search(r"[A-Za-z]{2,}", part))


def test_every_text_of_a_template_is_marked() -> None:
    found = [
        f"{file.name}: {text}"
        for file in sorted(TEMPLATES.rglob("*.html"))
        for text in unmarked(re.sub(r"<(code|pre)\b.*?</\1>", "", file.read_text(), flags=re.DOTALL))
        if text not in UNMARKED and (" " in text or text[0].isupper())
    ]
    assert found == []


def test_a_text_that_is_not_marked_is_found() -> None:
    assert list(unmarked('<p>{% translate "Right" %} Wrong here</p>')) == ["Wrong here"]


def test_the_catalogue_is_whole_and_as_the_sources_make_it() -> None:
    assert catalogue.stale() == []


def test_marked_texts_are_found_wherever_they_stand() -> None:
    source = "x = f\"{gettext('within')} {ngettext('one', 'many', 2)}\"\ny = pgettext('seconds', 'a' 'b')\n"
    assert set(catalogue.python_texts(source)) == {
        ("within", None), (("one", "many"), None), ("ab", "seconds"),
    }  # fmt: skip
    assert list(catalogue.template_texts('{% load i18n %}{% translate "it\'s" %}')) == [("it's", None)]


@pytest.mark.parametrize(
    ("english", "words", "flags", "said"),
    [
        ("%(n)d of them", "davon %(m)d", (), "other placeholders"),
        ("%(n)d of them", "", (), "not translated"),
        ("%(n)d of them", "%(n)d davon", ("fuzzy",), "only guessed"),
        (("one day", "%(n)d days"), ("ein Tag", "Tage"), (), "other placeholders"),
    ],
)
def test_what_is_wrong_with_a_translation_is_said(
    english: str, words: str, flags: tuple[str, ...], said: str
) -> None:
    made = Catalog(locale="de")
    made.add(english, words, flags=flags)
    assert said in catalogue.wrong(made)[0]


def test_a_singular_may_leave_its_number_out() -> None:
    made = Catalog(locale="de")
    made.add(("%(n)d day", "%(n)d days"), ("%(n)d Tag", "%(n)d Tage"))
    made.add(("one more", "%(n)d more"), ("noch eines", "noch %(n)d"))
    assert catalogue.wrong(made) == []


def test_a_browser_is_answered_in_its_language(client: Client) -> None:
    page = client.get("/login/", headers={"accept-language": "es-MX,es;q=0.9"})
    assert page.headers["Content-Language"] == "es"
    assert '<html lang="es"' in page.content.decode()
    assert client.get("/login/", headers={"accept-language": "fr"}).headers["Content-Language"] == "en"


def test_a_language_is_chosen_before_the_log_in(client: Client) -> None:
    speak(client, "tr")
    assert '<html lang="tr"' in client.get("/login/").content.decode()
    speak(client, "")
    assert '<html lang="en"' in client.get("/login/").content.decode()


def test_a_choice_stays_with_the_account(place: Clinic) -> None:
    user = place.people["therapist"]
    speak(client_of(user), "de")
    assert Account.objects.get(user=user).language == "de"
    elsewhere = Client()
    log_in(user.username, PASSWORD, client=elsewhere)
    page = elsewhere.get("/", headers={"accept-language": "es"})
    assert '<html lang="de"' in page.content.decode()


@pytest.mark.parametrize("asked", ["xx", "de\0", "../de", "DE" * 200])
def test_another_language_than_the_sites_own_follows_the_browser(place: Clinic, asked: str) -> None:
    client = client_of(place.people["therapist"])
    answer = client.post(reverse("language"), {"language": asked, "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"
    assert client.get("/").headers["Content-Language"] == "en"


def test_the_api_stays_english(client: Client) -> None:
    page = client.get("/api/v1/patients", headers={"accept-language": "de"})
    assert page.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-3.416, "−3.42"), (-34.16, "−34.2"), (-7, "−7"), (0, "0"), (-0.001, "0.00"), (341.6, "342")],
)
def test_a_number_has_the_digits_it_is_worth_and_a_real_minus(value: float, shown: str) -> None:
    with translation.override("en"):
        assert number(value) == shown


def test_numbers_for_the_scripts_have_a_point_and_those_to_read_a_comma(place: Clinic) -> None:
    client = client_of(place.people["therapist"])
    speak(client, "de")
    page = client.get(f"/trials/{place.own.trial}/").content.decode()
    for data in re.findall(r'<script id="[^"]*" type="application/json">(.*?)</script>', page):
        json.loads(data)
    drawing = re.search(r"<svg.*?</svg>", page, flags=re.DOTALL)
    if drawing:
        assert not re.search(r'(?:x|y|rx|ry|d)="[^"]*\d,\d+"', drawing[0])
    with translation.override("de"):
        assert (seconds_words(12.43), seconds_words(20)) == ("12,4 s", "20 s")


def evidence(stops: tuple[str, ...] = ()) -> Evidence:
    return Evidence(
        session="s", day="2026-05-04", trials=("t",), held=2, attempts=2, pain=2, pain_after=2, effort=4,
        stops=stops,
    )  # fmt: skip


def test_the_stations_own_reasons_are_told_in_the_readers_language() -> None:
    routine = shipped_routines()["supported-standing"]
    three = [evidence()] * 3
    reasons = [saying.ready(routine, None, 2, 3, three, alone=alone) for alone in (True, False)]
    reasons += [saying.easier(routine, "left", (3, 2), (stop,), three) for stop in saying.STOPS]
    reasons += [saying.easier(routine, None, rungs, (), three) for rungs in ((3, 2), (1, 1))]
    with translation.override("de"):
        told = [why_words(reason) for reason in reasons]
    assert all(text.startswith("Auf Stufe ") for text in told)
    assert told[1] == (
        "Auf Stufe 2: 6 von 6 in 3 Einheiten gehalten, Schmerz nicht gestiegen, Anstrengung höchstens 4. "
        "Die nächste Stufe wird vorgeschlagen."
    )
    assert not any(stop in text for text in told for stop in saying.STOPS.values())
    assert why_words("Of another form.") == "Of another form."
