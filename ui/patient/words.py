"""Words on the screen go through gettext; the source language is English."""

import gettext as gettext_module
from pathlib import Path
from typing import Final

DOMAIN: Final = "kiosk"
CATALOGUES: Final = Path(__file__).with_name("locale")


class _Tongue:
    catalogue: gettext_module.NullTranslations = gettext_module.NullTranslations()


def speak(language: str) -> None:
    """Use this language (`en`, `tr`, `de`, `es`) from now on; English where it has no catalogue."""
    _Tongue.catalogue = gettext_module.translation(DOMAIN, CATALOGUES, [language], fallback=True)


def _(text: str) -> str:
    """Return the text in the language in use."""
    return _Tongue.catalogue.gettext(text)


def counted(one: str, many: str, count: int) -> str:
    """Return the form that fits the count, with `{count}` filled in."""
    return _Tongue.catalogue.ngettext(one, many, count).format(count=count)


def said(text: str) -> str:
    """Return a sentence that came from the session, translated when the catalogue knows it."""
    return _(text) if text else ""
