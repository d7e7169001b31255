"""Who looked at what and who changed what."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Audit(models.Model):
    """One look or change. Lines are only ever added."""

    when = models.DateTimeField(default=timezone.now, db_index=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)  # pseudonym or id, never a name

    class Meta:
        ordering = ("-when",)
        verbose_name = _("audit line")

    def __str__(self) -> str:
        return f"{self.when:%Y-%m-%d %H:%M:%S} {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the line. Raises TypeError for one that exists."""
        if not self._state.adding:
            raise TypeError("an audit line is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise TypeError: an audit line is never removed."""
        raise TypeError("an audit line is never removed")
