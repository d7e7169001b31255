"""The languages a report can be written in."""

from functools import cache
from typing import Final

from django.utils import translation
from django.utils.translation import gettext

LANGUAGES: Final = {"en": "English", "tr": "Türkçe", "de": "Deutsch", "es": "Español"}


@cache
def languages() -> dict[str, str]:
    """Return the languages the site has words in: a page half in one and half in another helps nobody."""

    def known(language: str) -> bool:
        with translation.override(language):
            return language == "en" or gettext("Training report") != "Training report"

    return {language: name for language, name in LANGUAGES.items() if known(language)}
