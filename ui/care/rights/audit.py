"""Notes in the audit who looked at what and who changed what."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.http import HttpRequest

from ui.care.models import Audit
from ui.care.models.audit import add_lines
from ui.care.rights.operator import operator

ACTION_CHARACTERS = 40
SUBJECT_CHARACTERS = 100
ABOUT_CHARACTERS = 64


def note(request: HttpRequest, action: str, subject: str, *, about: str = "") -> None:
    """Add one line; `subject` is a pseudonym or an id, never a name, `about` the patient's pseudonym."""
    who = request.user if isinstance(request.user, User) else None
    write(who, action, subject, about=about)


def note_all(request: HttpRequest, action: str, subjects: Iterable[tuple[str, str]]) -> None:
    """Add a line for each of these subjects, with the patient's pseudonym or ""; all of them or none."""
    who = request.user if isinstance(request.user, User) else None
    add_lines([_line(who, action, subject, about=about) for subject, about in subjects])


def write(who: User | None, action: str, subject: str, *, about: str = "", by: str = "") -> None:
    """Add one line for what this account, or a command of an operator (`by`), did."""
    _line(who, action, subject, about=about, by=by).save()


def _line(who: User | None, action: str, subject: str, *, about: str = "", by: str = "") -> Audit:
    return Audit(
        who=who,
        by=by,
        action=action[:ACTION_CHARACTERS],
        subject=subject[:SUBJECT_CHARACTERS],
        about=(about or (subject if subject.startswith("p-") else ""))[:ABOUT_CHARACTERS],
    )


def note_command(action: str, subject: str) -> None:
    """Add one line for a command on the server."""
    write(None, action, subject, by=operator())
