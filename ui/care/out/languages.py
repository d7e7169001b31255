"""The languages a report can be written in."""

from functools import cache
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

LANGUAGES: Final = dict(settings.LANGUAGES)


@cache
def languages() -> dict[str, str]:
    """Return the languages the site has words in: a page half in one and half in another helps nobody."""

    def known(language: str) -> bool:
        with translation.override(language):
            return language == "en" or gettext("Training report") != "Training report"

    return {language: name for language, name in LANGUAGES.items() if known(language)}
