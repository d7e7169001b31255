"""Our words in cmdline.txt, between two words that the kernel passes over; it stays one line.

A word with a dot is a parameter of a module that is not there, which the kernel ignores
(docs.kernel.org/admin-guide/kernel-parameters.html); so the file itself says which words are ours.
"""

import re
from collections.abc import Sequence
from typing import Final

from firmware_config.refusal import BootRefusal

BEGIN: Final = "balance_station.begin"
END: Final = "balance_station.end"
LONGEST: Final = 1024  # characters; the firmware adds its own, and the kernel takes 2,048 in all
# Words that may be given several times, each with another meaning.
MANY: Final = frozenset({"console", "video", "module_blacklist"})
_OURS: Final = re.compile(rf" ?{re.escape(BEGIN)}(?: [^\r\n]*?)? {re.escape(END)}(?=\s|\Z)")


def merge(text: str, words: Sequence[str]) -> str:
    """Return the line with these words in our part; those that already stand there are left where they are.

    Raises BootRefusal for more than one line, a word that contradicts one of another's, or too long a line.
    """
    for word in words:
        if not word or word.split() != [word] or word in {BEGIN, END}:
            raise BootRefusal(f"cmdline.txt: {word!r} is not one word")
    rest = remove(text)
    line = rest.rstrip()
    if not line:
        raise BootRefusal("cmdline.txt: it is empty, and a Pi does not start from that; restore it first")
    if len(line.splitlines()) > 1:
        raise BootRefusal(
            "cmdline.txt: it has more than one line and the kernel reads only the first; join them"
        )
    there = line.split()
    for word in words:
        _refuse_contradiction(word, there)
    added = [word for word in dict.fromkeys(words) if word not in there]
    if not added:
        return rest
    merged = " ".join((line, BEGIN, *added, END))
    if len(merged) > LONGEST:
        raise BootRefusal(f"cmdline.txt: it would have {len(merged)} characters; at most {LONGEST} are safe")
    return merged + rest[len(line) :]


def remove(text: str) -> str:
    """Return the line without our part: byte for byte what it was. Raises BootRefusal."""
    rest = _OURS.sub("", text, count=1)
    if BEGIN in rest or END in rest:
        raise BootRefusal(
            "cmdline.txt: the marks of balance-station do not pair; restore the copy beside it "
            "(cmdline.txt.before-balance-station)"
        )
    return rest


def ours(text: str) -> tuple[str, ...] | None:
    """Return our words, None where there is no part of ours."""
    found = _OURS.search(text)
    return None if found is None else tuple(found.group().split()[1:-1])


def _refuse_contradiction(word: str, there: Sequence[str]) -> None:
    key, equals, _ = word.partition("=")
    if not equals:
        return
    begins = word.partition(":")[0] + ":" if key in MANY else key + "="
    for other in there:
        if other != word and other.startswith(begins):
            raise BootRefusal(
                f"cmdline.txt: it says {other} and the station needs {word}; remove that, then set up again"
            )
