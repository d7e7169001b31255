"""Notes in the audit who looked at what and who changed what."""

from django.contrib.auth.models import User
from django.http import HttpRequest

from ui.care.models import Audit

ACTION_CHARACTERS = 40
SUBJECT_CHARACTERS = 100


def note(request: HttpRequest, action: str, subject: str, *, about: str = "") -> None:
    """Add one line; `subject` is a pseudonym or an id, never a name, `about` the patient's pseudonym."""
    who = request.user if isinstance(request.user, User) else None
    write(who, action, subject, about=about)


def write(who: User | None, action: str, subject: str, *, about: str = "", by: str = "") -> None:
    """Add one line for what this account, or a command of an operator (`by`), did."""
    Audit.objects.create(
        who=who,
        by=by,
        action=action[:ACTION_CHARACTERS],
        subject=subject[:SUBJECT_CHARACTERS],
        about=about or (subject if subject.startswith("p-") else ""),
    )
