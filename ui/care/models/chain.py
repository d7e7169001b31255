"""The chain of the audit: the digest of each line covers the line before, so that a change shows.

A digest is SHA-256 over the digest before, a line feed, and the line as JSON with its keys in order.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

START: Final = "0" * 64  # the digest before the first line


class Line(NamedTuple):
    """What a digest covers."""

    number: int
    when: datetime
    who: int | None  # primary key of the account
    by: str  # its name at that time
    action: str
    subject: str
    about: str  # pseudonym of the patient

    @property
    def words(self) -> str:
        """The line as a person names it."""
        who = self.by or "nobody"
        return f"line {self.number} ({self.when:%Y-%m-%d %H:%M:%S} {who}: {self.action} {self.subject})"


class Link(NamedTuple):
    """A line and the digest that is kept with it."""

    line: Line
    digest: str


class Verdict(NamedTuple):
    """Whether the chain is whole. `broken` names the first line that is not as it was written."""

    lines: int  # up to here it is whole
    digest: str  # of the last line that was right
    broken: str | None


def digest_of(line: Line, before: str) -> str:
    """Return the digest of a line that follows on the digest `before`, in hexadecimal."""
    fields = {**line._asdict(), "when": line.when.astimezone(UTC).isoformat(timespec="microseconds")}
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


class End(NamedTuple):
    """Number and digest of a line: of the last one as it is kept, or of one that somebody wrote down."""

    number: int
    digest: str


BEGINNING: Final = End(0, START)


def verify(links: Iterable[Link], end: End, *, start: End = BEGINNING, seen: End | None = None) -> Verdict:
    """Follow the chain from the line after `start` to its end.

    `seen` was written down elsewhere: a chain that was written anew as a whole is right in itself, but it is
    not the same any more.
    """
    count, before = start
    for line, digest in links:
        if line.number != count + 1:
            return Verdict(count, before, _gap(count + 1, line.number))
        if digest != digest_of(line, before):
            return Verdict(count, before, f"{line.words} is not as it was written, or the line before is not")
        if seen is not None and line.number == seen.number and digest != seen.digest:
            return Verdict(count, before, f"{line.words} has another digest than the one written down")
        before, count = digest, line.number
    if count < end.number:
        return Verdict(count, before, _gap(count + 1, end.number + 1))
    if (count, before) != end:
        return Verdict(count, before, f"the end that is kept (line {end.number}) does not fit line {count}")
    return Verdict(count, before, None)


def _gap(first: int, after: int) -> str:
    if after < first:
        return f"line {after} is there twice"
    if after == first + 1:
        return f"line {first} is missing"
    return f"lines {first} to {after - 1} are missing"
