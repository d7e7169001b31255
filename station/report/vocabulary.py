"""Which words of a log may leave the station: those the programs say themselves, and no others.

A name cannot be recognised, so it is not looked for: what is not known to be ours is masked.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

MASK: Final = "▒"
PACKAGES: Final = ("station", "ui/patient", "calibration", "firmware_config")
# What systemd and the kernel say of our units.
SYSTEM: Final = frozenset(
    """
    Started Stopped Stopping Starting Failed Scheduled Main Consumed Deactivated Watchdog Killing
    process exited status code with result signal exit-code watchdog timeout restart job counter is
    at successfully entered failed state killed dumped CPU time limit systemd python3
    balance-station balance-ui balance-station.service balance-uplink.service balance-ui.service
    balance-panel.service
    """.split()  # noqa: SIM905 -- a list of forty words reads worse
)
_WORD: Final = re.compile(r"\S+")
_EDGE: Final = " \t.,:;!?()[]{}<>\"'`…“”‘’="
# Small numbers: a time, a rate, a pin. Long ones may be a telephone's, or a person's.
_NUMBER: Final = re.compile(r"[-+]?\d{1,5}(\.\d{1,6})?(%|s|ms|us|kg|g|N|Hz|SPS|MB|mm|°C)?")


@cache  # the programs stay as they are while one of them runs
def own_words(root: Path) -> frozenset[str]:
    """Return every word that stands in a text of the programs under `root`, and in their names."""
    words: set[str] = set(SYSTEM)
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            for text in _texts(file):
                words.update(_stripped(text.split()))
    return frozenset(words)


def masked(line: str, words: frozenset[str], secret: Iterable[str] = ()) -> str:
    """Return the line with every word masked that is not ours nor a small number; `secret` first."""
    for text in secret:
        line = line.replace(text, MASK)
    return _WORD.sub(lambda found: _shown(found[0], words), line)


def _shown(word: str, words: frozenset[str]) -> str:
    bare = word.strip(_EDGE)
    if not bare or bare in words or _NUMBER.fullmatch(bare):
        return word
    return word.replace(bare, MASK)


def _stripped(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        bare = word.strip(_EDGE)
        # Numbers have a rule of their own; a word with figures in it may be somebody's in an example.
        if bare and not any(sign.isdigit() for sign in bare):
            yield bare


def _texts(file: Path) -> Iterator[str]:
    """Yield the texts of a module but not its documentation."""
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
