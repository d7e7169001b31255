"""Notes in the audit who looked at what and who changed what."""

import getpass

from django.http import HttpRequest

from ui.care.models import Audit


def note(request: HttpRequest, action: str, subject: str) -> None:
    """Add one line; `subject` is a pseudonym or an id, never a name."""
    who = request.user if request.user.is_authenticated else None
    Audit.objects.create(who=who, action=action, subject=subject)


def note_command(action: str, subject: str) -> None:
    """Add one line for a command on the server; its user of the system is named after `subject`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container without a list of users
        user = "?"
    Audit.objects.create(who=None, action=action, subject=f"{subject} (by {user} on the server)"[:100])
