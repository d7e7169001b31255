"""Words on the screen go through gettext, and fractions through Babel; the source language is English."""

import gettext as gettext_module
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

from station.training.words import TEMPLATES

DOMAIN: Final = "kiosk"
CATALOGUES: Final = Path(__file__).with_name("locale")
LANGUAGES: Final = ("en", "tr", "de", "es")


class _Tongue:
    language: str = "en"
    catalogue: gettext_module.NullTranslations = gettext_module.NullTranslations()


def speak(language: str) -> None:
    """Use this language (one of `LANGUAGES`) from now on; English where it has no catalogue."""
    _Tongue.language = language
    speak_from(gettext_module.translation(DOMAIN, CATALOGUES, [language], fallback=True))


def language() -> str:
    """Return the language in use."""
    return _Tongue.language


def speak_from(catalogue: gettext_module.NullTranslations) -> None:
    """Use this catalogue from now on."""
    _Tongue.catalogue = catalogue


def _(text: str) -> str:
    """Return the text in the language in use."""
    return _Tongue.catalogue.gettext(text)


def counted(one: str, many: str, count: int) -> str:
    """Return the form that fits the count, with `{count}` filled in."""
    return _Tongue.catalogue.ngettext(one, many, count).format(count=count)


def said(text: str) -> str:
    """Return a sentence that came from the session in the language in use.

    One the catalogue does not know, such as a routine a clinic has written itself, stays as it is.
    """
    if not text:
        return ""
    words = _(text)
    if words != text:
        return words
    for template in TEMPLATES:
        if match := _pattern(template).fullmatch(text):
            told = {
                key: figure(float(number)) if "." in number else number
                for key, number in match.groupdict().items()
            }
            return _(template).format(**told)
    return text


def decimal(value: float, places: int) -> str:
    """Return a number with this many decimals (one or more), with the decimal sign of the language in use."""
    return _in_figures(round(value, places) + 0.0, "0." + "0" * places)  # + 0.0: no minus before a zero


def figure(value: object) -> object:
    """Return a value as a sentence tells it: a fraction with the decimal sign of the language in use."""
    return _in_figures(value, "0.0##") if isinstance(value, float) else value


def day_words(day: str) -> str:
    """Return a day (RFC 3339) with the month's name and the year, as the language in use writes it."""
    return format_date(date.fromisoformat(day), "long", locale=language())


def _in_figures(value: float, pattern: str) -> str:
    return format_decimal(value, pattern, locale=language(), group_separator=False)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return what finds the numbers of a filled-in template."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[\\d.]+)", re.escape(template)))
