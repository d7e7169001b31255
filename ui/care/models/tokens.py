"""Keys by which programs read the API, and on which days they were used for what."""

# ruff: noqa: D106 (Meta is Django's own, its docs say what stands there)

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    """A key that reads what its user may see. The key itself is not kept, only its SHA-256."""

    name = models.CharField(max_length=30, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_tokens")
    digest = models.BinaryField(max_length=32, unique=True)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("API token")

    def __str__(self) -> str:
        return self.name

    def works(self, now: datetime) -> bool:
        """Return whether it may be used: not revoked, not over, and its user may still log in."""
        return self.revoked is None and (self.expires is None or now < self.expires) and self.user.is_active


class TokenUse(models.Model):
    """That a token read something on a day; `what` is a path without ids, or with a pseudonym."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="uses")
    day = models.DateField()
    what = models.CharField(max_length=100)

    class Meta:
        ordering = ("-day", "what")
        verbose_name = _("use of a token")
        constraints = (models.UniqueConstraint(fields=("token", "day", "what"), name="one_use_a_day"),)

    def __str__(self) -> str:
        return f"{self.token_id} {self.day} {self.what}"
