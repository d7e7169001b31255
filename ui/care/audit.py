"""Notes in the audit who looked at what and who changed what."""

from django.http import HttpRequest

from ui.care.models import Audit


def note(request: HttpRequest, action: str, subject: str) -> None:
    """Add one line; `subject` is a pseudonym or an id, never a name."""
    who = request.user if request.user.is_authenticated else None
    Audit.objects.create(who=who, action=action, subject=subject)
