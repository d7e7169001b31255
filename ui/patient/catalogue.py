"""Collect the words of the kiosk for translators: `python -m ui.patient.catalogue` (needs Babel).

Every text of the screens, and every sentence the session says, goes into `locale/<language>/LC_MESSAGES`:
`kiosk.po` for people, `kiosk.mo` for the kiosk. What is already translated stays; `--check` only says what is
missing.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from station.training.questions import CALL_TEAM, EMERGENCY, EVERY
from station.training.routine import shipped_routines
from station.training.saying import NEWS
from station.training.tips import TIPS
from station.training.words import SENTENCES
from ui.patient.words import CATALOGUES, DOMAIN, LANGUAGES

HERE: Final = Path(__file__).parent
KEYWORDS: Final = {"_": None, "counted": (1, 2)}
SOURCE_LANGUAGE: Final = "en"
WIDTH: Final = 110

# The dates stand still: a file changes only when a text does.
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT: Final[dict[str, Any]] = {
    "project": "balance-station", "version": "1", "header_comment": "# Words of the patient kiosk.",
    "fuzzy": False, "msgid_bugs_address": "see README", "last_translator": "balance-station",
    "language_team": "balance-station",
    "creation_date": EPOCH, "revision_date": EPOCH,
}  # fmt: skip
Text = str | tuple[str, ...]


@cache  # each language asks for the same, and the sources stay as they are meanwhile
def _screen_texts() -> tuple[tuple[Text, str], ...]:
    """Return every text the pages themselves hold, and the file it is in."""
    return tuple(
        (message, file.relative_to(HERE.parents[1]).as_posix())
        for file in sorted(HERE.rglob("*.py"))
        for _line, message, *_ in extract_from_file("python", str(file), keywords=KEYWORDS)
    )


def _session_texts() -> Iterator[tuple[Text, str]]:
    """Yield every sentence that reaches the pages from the session, and where it is written."""
    for asked in EVERY:
        texts = (asked.text, asked.low, asked.high, asked.again, *asked.choices)
        yield from ((text, "station/training/questions.py") for text in texts)
    yield from ((text, "station/training/questions.py") for text in (EMERGENCY, CALL_TEAM))
    yield from ((tip, "station/training/tips.py") for tip in TIPS)
    yield from ((text, "station/training/words.py") for text in SENTENCES)
    yield from ((text, "station/training/saying.py") for text in NEWS)
    for name, routine in sorted(shipped_routines().items()):
        file = f"station/training/routines/{name}.toml"
        yield routine.title, file
        yield from ((cue, file) for cue in routine.cues)
        for rung in routine.rungs:
            yield from ((text, file) for text in (rung.why, *rung.cues))


def collect() -> Catalog:
    """Return the catalogue of all texts, untranslated."""
    catalog = Catalog(**ABOUT)
    for text, file in (*_screen_texts(), *_session_texts()):
        if text:
            catalog.add(text, locations=[(file, 0)])
    for message in catalog:
        message.flags.discard("python-format")  # "{percent} % of" is not a % format
    return catalog


def po_file(language: str) -> Path:
    """Return where the translations into a language are kept."""
    return CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str) -> Catalog:
    """Return the translations into a language; an empty catalogue where there are none yet."""
    file = po_file(language)
    if not file.exists():
        return Catalog(locale=language, domain=DOMAIN, **ABOUT)
    with file.open("rb") as source:
        return read_po(source, locale=language, domain=DOMAIN)


def forms(message: Message) -> tuple[str, ...]:
    """Return the translations of a text: one, or one for each kind of number."""
    words = message.string
    return (words or "",) if words is None or isinstance(words, str) else tuple(word or "" for word in words)


def missing(language: str) -> list[str]:
    """Return the texts that have no translation into this language, or only a guessed one."""
    known = read_catalogue(language)
    texts = []
    for message in collect():
        found = known.get(message.id)
        if message.id and (found is None or found.fuzzy or not all(forms(found))):
            texts.append(message.id if isinstance(message.id, str) else message.id[0])
    return texts


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue as the kiosk reads it."""
    target = io.BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


def refresh(language: str) -> None:
    """Bring the files of a language up to date with the texts. Raises OSError when they cannot be written."""
    catalog = read_catalogue(language)
    catalog.update(collect(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    file = po_file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as target:
        write_po(target, catalog, width=WIDTH, sort_output=True, include_lineno=False)
    file.with_suffix(".mo").write_bytes(compiled(catalog))


def main(argv: Sequence[str] | None = None) -> int:
    """Refresh or check all languages; exit 0 when complete, 1 when a text is not translated."""
    parser = argparse.ArgumentParser(prog="python -m ui.patient.catalogue", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args(argv)
    lacking = 0
    for language in LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        if not options.check:
            refresh(language)
        for text in missing(language):
            lacking += 1
            print(f"{po_file(language)}: not translated: {text}", file=sys.stderr)  # noqa: T201 - a command speaks
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
