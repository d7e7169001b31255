"""Our lines in config.txt: one marked block at its end; what else stands there stays byte for byte.

Text in, text out. Read and write with `newline=""` and `errors="surrogateescape"`, so that line ends and
foreign bytes come through. Source of the format: raspberrypi.com/documentation/computers/config_txt.html.
"""

import re
from collections.abc import Sequence
from typing import Final

from firmware_config.refusal import BootRefusal

LONGEST: Final = 98  # characters of an entry; the firmware ignores the rest
BEGIN: Final = "# >>> balance-station: written by balance-station setup, do not edit >>>"
BEGIN_JOINED: Final = "# >>> balance-station: written by balance-station setup, do not edit (+) >>>"
END: Final = "# <<< balance-station <<<"
_BLOCK: Final = re.compile(
    rf"^(?:{re.escape(BEGIN)}|(?P<joined>{re.escape(BEGIN_JOINED)}))(?P<eol>\r?\n).*?^{re.escape(END)}(?:\r?\n|\Z)",
    re.MULTILINE | re.DOTALL,
)


def merge(text: str, lines: Sequence[str]) -> str:
    """Return the text with these lines in our block, in the place of an older one or at the end.

    Raises BootRefusal for a line that is too long or no single line, and for markers that do not pair.
    """
    for line in lines:
        if len(line) > LONGEST:
            raise BootRefusal(
                f"config.txt: {line[:40]!r}… has {len(line)} characters; the firmware reads {LONGEST}"
            )
        if len(line.splitlines()) > 1 or line in {BEGIN, BEGIN_JOINED, END}:
            raise BootRefusal(f"config.txt: {line[:40]!r} cannot be one of our lines")
    found = _found(text)
    if found is not None:
        block = _block(lines, found["eol"], joined=found["joined"] is not None)
        return text[: found.start()] + block + text[found.end() :]
    eol = "\r\n" if "\r\n" in text else "\n"
    joined = bool(text) and not text.endswith("\n")
    return text + (eol if joined else "") + _block(lines, eol, joined=joined)


def remove(text: str) -> str:
    """Return the text without our block: byte for byte what it was. Raises BootRefusal."""
    found = _found(text)
    if found is None:
        return text
    before, after = text[: found.start()], text[found.end() :]
    if after.strip() and (section := section_at_end(before)) != "all":
        raise BootRefusal(
            f"config.txt: lines were added after ours and would come under [{section}]; "
            "put [all] before them, then undo again"
        )
    if found["joined"] is not None and not after:
        before = before[: -len(found["eol"])]
    return before + after


def foreign(text: str) -> str:
    """Return what is not ours."""
    found = _found(text)
    return text if found is None else text[: found.start()] + text[found.end() :]


def ours(text: str) -> tuple[str, ...] | None:
    """Return the lines of our block, None where there is none."""
    found = _found(text)
    return None if found is None else tuple(found.group().splitlines()[2:-2])  # without markers and [all]


def section_at_end(text: str) -> str:
    """Return the filter that holds for a line added at the end ("all" for none)."""
    section = "all"
    for line in text.splitlines():
        if (found := re.match(r"\s*\[([^\]]*)\]", line)) is not None:
            section = found[1].strip()
    return section


def _block(lines: Sequence[str], eol: str, *, joined: bool) -> str:
    whole = (BEGIN_JOINED if joined else BEGIN, "[all]", *lines, "[all]", END)
    return "".join(line + eol for line in whole)


def _found(text: str) -> re.Match[str] | None:
    begins = len(re.findall(rf"^(?:{re.escape(BEGIN)}|{re.escape(BEGIN_JOINED)})", text, re.MULTILINE))
    ends = len(re.findall(rf"^{re.escape(END)}", text, re.MULTILINE))
    found = _BLOCK.search(text)
    if (begins, ends) == (0, 0) and found is None:
        return None
    if (begins, ends) != (1, 1) or found is None:
        raise BootRefusal(
            "config.txt: the marks of balance-station do not pair; restore the copy beside it "
            "(config.txt.before-balance-station), or remove these lines by hand"
        )
    return found
