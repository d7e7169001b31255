"""Collect the words of reports for translators: `python -m ui.care.out.catalogue [--check]` (needs Babel).

They go into `locale/<language>/LC_MESSAGES` beside this file: `django.po` for people, `django.mo` for the
site. What is translated stays; `--check` only says what is missing.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from station.training.routine import shipped_routines
from ui.care.words import ALARMS, EVENT, SIDE, SUPPORT, SURFACE, VISION

HERE: Final = Path(__file__).parent
LOCALE: Final = HERE / "locale"
LANGUAGES: Final = ("de", "es", "tr")
SOURCES: Final = ("page.py", "plain_changes.py", "plots.py", "sentences.py", "summary.py")
KEYWORDS: Final = {"gettext": None, "ngettext": (1, 2)}
WIDTH: Final = 110
# The dates stand still: a file changes only when a text does.
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT: Final[dict[str, Any]] = {
    "project": "balance-station", "version": "1", "header_comment": "# Words of reports at the care side.",
    "fuzzy": False, "msgid_bugs_address": "see README", "last_translator": "balance-station",
    "language_team": "balance-station",
    "creation_date": EPOCH, "revision_date": EPOCH,
}  # fmt: skip
Text = str | tuple[str, ...]


def texts() -> Iterator[tuple[Text, str]]:
    """Yield every text that can stand in a report, and the file it is in."""
    for name in SOURCES:
        for _line, message, _comments, _context in extract_from_file(
            "python", str(HERE / name), keywords=KEYWORDS
        ):
            yield message, f"ui/care/out/{name}"
    for words in (SUPPORT, VISION, SURFACE, SIDE, {kind: EVENT[kind] for kind in ALARMS}):
        yield from ((str(text), "ui/care/words.py") for text in words.values())
    for name, routine in sorted(shipped_routines().items()):
        yield routine.title, f"station/training/routines/{name}.toml"


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language: today's texts, with the translations that are there."""
    file = LOCALE / language / "LC_MESSAGES/django.po"
    known = read_po(io.BytesIO(file.read_bytes()), locale=language) if file.exists() else Catalog()
    made = Catalog(locale=language, **ABOUT)
    for text, where in texts():
        key = text[0] if isinstance(text, tuple) else text
        there = known.get(key)
        made.add(text, string=there.string if there else None, locations=[(where, 0)])
    return made


def missing(made: Catalog) -> list[str]:
    """Return the texts that have no translation."""
    return [str(it.id) for it in made if it.id and not all(_strings(it.string))]


def _strings(translation: object) -> tuple[object, ...]:
    return tuple(translation) if isinstance(translation, tuple | list) else (translation,)


def _files(made: Catalog) -> dict[str, bytes]:
    people, machine = io.BytesIO(), io.BytesIO()
    write_po(people, made, width=WIDTH, sort_output=True, include_lineno=False)
    write_mo(machine, made)
    return {"django.po": people.getvalue(), "django.mo": machine.getvalue()}


def stale() -> list[str]:
    """Return what is missing or not as the sources make it, a sentence each. Django must be set up."""
    said = []
    for language in LANGUAGES:
        made = catalogue(language)
        said += [f"{language}: {text!r} is not translated" for text in missing(made)]
        folder = LOCALE / language / "LC_MESSAGES"
        for name, read in (("django.po", read_po), ("django.mo", read_mo)):
            file = folder / name
            if not file.exists() or _words(read(io.BytesIO(file.read_bytes()))) != _words(made):
                said.append(f"{language}/{name} is stale: run python -m ui.care.out.catalogue")
    return said


def _words(of: Catalog) -> dict[str, tuple[object, ...]]:
    """Return what is said by a catalogue, without its header: that names the Babel that wrote it."""
    return {it.id[0] if it.pluralizable else str(it.id): _strings(it.string) for it in of if it.id}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` say what is wrong with them (exit code 1)."""
    import os  # noqa: PLC0415

    import django  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m ui.care.out.catalogue", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is missing or stale")
    check = parser.parse_args(argv).check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ui.care.settings")
    django.setup()
    if not check:
        for language in LANGUAGES:
            folder = LOCALE / language / "LC_MESSAGES"
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in _files(catalogue(language)).items():
                (folder / name).write_bytes(content)
    said = stale()
    sys.stderr.writelines(f"{line}\n" for line in said)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
