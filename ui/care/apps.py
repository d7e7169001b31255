"""The care side as a Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CareConfig(AppConfig):
    """Patients, stations, results and programmes."""

    name = "ui.care"
    label = "care"
    verbose_name = _("Balance care")
    default_auto_field = "django.db.models.BigAutoField"
