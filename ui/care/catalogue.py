"""Collect the words of the care side for translators: `python -m ui.care.catalogue [--check]` (needs Babel).

They go into `locale/<language>/LC_MESSAGES` beside this file: `django.po` for people, `django.mo` for the
site and its reports. What is translated stays; `--check` only says what is missing, guessed, stale, or has
other placeholders than the source.
"""

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from station.training.routine import shipped_routines
from station.training.words import TEAM_HOLD_WORDS, WAIT_FOR_TEAM

HERE: Final = Path(__file__).parent
LOCALE: Final = HERE / "locale"
LANGUAGES: Final = ("de", "es", "tr")
FUNCTIONS: Final = ("gettext", "_", "ngettext", "pgettext", "npgettext")
WIDTH: Final = 110
# The dates stand still: a file changes only when a text does.
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT: Final[dict[str, Any]] = {
    "project": "balance-station", "version": "1", "header_comment": "# Words of the care side.",
    "fuzzy": False, "msgid_bugs_address": "see README", "last_translator": "balance-station",
    "language_team": "balance-station",
    "creation_date": EPOCH, "revision_date": EPOCH,
}  # fmt: skip
Text = str | tuple[str, ...]
Found = tuple[Text, str | None, str]  # text, context, file
_STRING: Final = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
# Django turns a template into calls like these, and everything else into X.
_CALL: Final = re.compile(rf"\b(n?p?gettext|_)\(\s*({_STRING}(?:\s*,\s*{_STRING})*)")
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[.\d]*[sd]|(?<!%)%(?:%%)*[sd]\b|\{\w*\}")


@cache  # each language asks for the same, and the sources stay as they are meanwhile
def texts() -> tuple[Found, ...]:
    """Return every text that can stand on a page or in a report. Django must be set up."""
    return tuple(_texts())


def _texts() -> Iterator[Found]:
    for file in sorted(HERE.rglob("*.py")):
        if file == Path(__file__):
            continue
        where = f"ui/care/{file.relative_to(HERE).as_posix()}"
        yield from ((text, context, where) for text, context in python_texts(file.read_text()))
    for file in sorted((HERE / "templates").rglob("*.html")):
        where = f"ui/care/{file.relative_to(HERE).as_posix()}"
        yield from ((text, context, where) for text, context in template_texts(file.read_text()))
    for name, routine in sorted(shipped_routines().items()):
        yield routine.title, None, f"station/training/routines/{name}.toml"
    yield from ((text, None, "station/training/words.py") for text in (*TEAM_HOLD_WORDS[1:], WAIT_FOR_TEAM))


def python_texts(source: str) -> Iterator[tuple[Text, str | None]]:
    """Yield the marked texts of a module, each with its context; also those within an f-string."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            strings = [
                it.value for it in node.args if isinstance(it, ast.Constant) and isinstance(it.value, str)
            ]
            if strings:
                yield _marked(node.func.id, strings)


def _marked(function: str, strings: list[str]) -> tuple[Text, str | None]:
    context = strings.pop(0) if "p" in function else None
    return (tuple(strings[:2]) if function.startswith("n") else strings[0]), context


def template_texts(source: str) -> Iterator[tuple[Text, str | None]]:
    """Yield the marked texts of a template, each with its context."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - Django is set up by then

    for function, arguments in _CALL.findall(templatize(source)):
        yield _marked(function, ast.literal_eval(f"[{arguments}]"))


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language: today's texts, with the translations that are there."""
    file = LOCALE / language / "LC_MESSAGES/django.po"
    known = read_po(io.BytesIO(file.read_bytes()), locale=language) if file.exists() else Catalog()
    made = Catalog(locale=language, **ABOUT)
    for text, context, where in texts():
        there = known.get(text[0] if isinstance(text, tuple) else text, context)
        flags = {"fuzzy"} if there and there.fuzzy else set()
        made.add(text, there.string if there else None, [(where, 0)], flags, context=context)
    for message in made:
        message.flags.discard("python-format")  # "50 % of" is not a % format
    return made


def wrong(made: Catalog) -> list[str]:
    """Return what is not translated, only guessed, or has other placeholders than its source."""
    said = []
    for message in made:
        if not message.id:
            continue
        if not all(_strings(message)):
            said.append(f"{_singular(message)!r} is not translated")
        elif message.fuzzy:
            said.append(f"{_singular(message)!r} is only guessed (fuzzy)")
        elif not _same_placeholders(message):
            said.append(f"{_singular(message)!r} has other placeholders in its translation")
    return said


def _same_placeholders(message: Message) -> bool:
    """Return whether the words name what the source names; a singular may leave the number out."""
    source = message.id if isinstance(message.id, tuple | list) else (message.id,)
    most = set(_PLACEHOLDER.findall(source[-1]))
    least = set(_PLACEHOLDER.findall(source[0])) & most
    singular, *others = [set(_PLACEHOLDER.findall(words)) for words in _strings(message)]
    return least <= singular <= most and all(named == most for named in others)


def _strings(message: Message) -> tuple[str, ...]:
    words = message.string
    return tuple(word or "" for word in words) if isinstance(words, tuple | list) else (words or "",)


def _singular(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _files(made: Catalog) -> dict[str, bytes]:
    people, machine = io.BytesIO(), io.BytesIO()
    write_po(people, made, width=WIDTH, sort_output=True, include_lineno=False)
    write_mo(machine, made)
    return {"django.po": people.getvalue(), "django.mo": machine.getvalue()}


def stale() -> list[str]:
    """Return what is wrong or not as the sources make it, a sentence each. Django must be set up."""
    said = []
    for language in LANGUAGES:
        made = catalogue(language)
        said += [f"{language}: {sentence}" for sentence in wrong(made)]
        folder = LOCALE / language / "LC_MESSAGES"
        for name, read in (("django.po", read_po), ("django.mo", read_mo)):
            file = folder / name
            if not file.exists() or _words(read(io.BytesIO(file.read_bytes()))) != _words(made):
                said.append(f"{language}/{name} is stale: run python -m ui.care.catalogue")
    return said


def _words(of: Catalog) -> dict[tuple[str, str | None], tuple[str, ...]]:
    """Return what is said by a catalogue, without its header: that names the Babel that wrote it."""
    return {(_singular(it), it.context): _strings(it) for it in of if it.id}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` say what is wrong with them (exit code 1)."""
    import os  # noqa: PLC0415

    import django  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m ui.care.catalogue", description=__doc__)
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
