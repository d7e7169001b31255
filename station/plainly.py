"""What is wrong with a configuration, for whoever typed it: which section and key, and what it needs."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Final

import msgspec

KINDS: Final = {
    "str": "a text in quotes", "int": "a whole number", "float": "a number", "bool": "true or false",
    "array": "a list in [ ]", "object": "keys of its own", "null": "nothing",
}  # fmt: skip
BOUNDS: Final = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}


def plainly(error: msgspec.ValidationError, sections: Iterable[str]) -> str:
    """Return the sentence; of `sections`, those there may be, the nearest to a mistyped one is named."""
    found = re.fullmatch(r"(.*?)(?: - at `\$\.?([^`]*)`)?", str(error), flags=re.DOTALL)
    what, path = (found[1], found[2] or "") if found else (str(error), "")
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what):
        return _unknown(unknown[1], path, sections)
    section, _, key = path.partition(".")
    where = f"[{section}] {key}".strip() if section else "it"
    return f"{where}{'' if key else ':'} {_reworded(what)}"


def _unknown(name: str, path: str, sections: Iterable[str]) -> str:
    if path:
        return f"[{path}] has no key {name}"
    near = get_close_matches(name, list(sections), n=1)
    return f"there is no section or key {name}" + (f"; perhaps [{near[0]}]" if near else "")


def _reworded(what: str) -> str:
    rules: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
        (r"Expected `str` matching regex '\^\(([\w|:.+]+)\)\$'", lambda m: f"must be {_one_of(m[1])}"),
        (r"Expected `str` matching regex '\^?(.*?)\$?'", lambda m: f"is not of the form {m[1]}"),
        (r"Invalid enum value (.*)", lambda m: f"cannot be {m[1]}"),
        (r"Expected `array` of length (\d+), got (\d+)", lambda m: f"needs {m[1]} values, and has {m[2]}"),
        (r"Expected `([\w |]+)`, got `(\w+)`", lambda m: f"needs {_kind(m[1])}, and has {_kind(m[2])}"),
        (r"Expected `\w+` (<=|>=|<|>) (\S+)", lambda m: f"must be {BOUNDS[m[1]]} {float(m[2]):g}"),
    )
    for pattern, words in rules:
        if found := re.fullmatch(pattern, what, flags=re.DOTALL):
            return words(found)
    return what


def _one_of(pattern: str) -> str:
    """Return the alternatives of a pattern as they are typed; `.+` is anything."""
    *others, last = pattern.replace(".+", "…").split("|")
    return f"{', '.join(others)} or {last}" if others else last


def _kind(name: str) -> str:
    return " or ".join(KINDS.get(each, each) for each in name.split(" | "))
