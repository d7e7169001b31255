"""The care side as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CareConfig(AppConfig):
    """Patients, stations, results and programmes."""

    name = "ui.care"
    label = "care"
    verbose_name = _("Balance care")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have log-ins noted, and the rights of each role brought up to date by every migration."""
        from ui.care import language  # noqa: PLC0415 models can be imported only now
        from ui.care.installation.timestamps import read_times_quickly  # noqa: PLC0415 likewise
        from ui.care.people import logins  # noqa: PLC0415 models can be imported only now

        logins.connect()
        language.connect()
        read_times_quickly()
        # After Django's own, which makes the permissions.
        post_migrate.connect(_rights, dispatch_uid="care-rights")


def _rights(app_config: AppConfig, **_: Any) -> None:
    """Give groups that are there the rights of this version."""
    if app_config.label != "auth":  # it comes after this application, whose permissions are then there
        return
    from django.contrib.auth.models import Group  # noqa: PLC0415

    from ui.care.people.accounts import role_group  # noqa: PLC0415
    from ui.care.rights.roles import PERMISSIONS  # noqa: PLC0415

    for name in Group.objects.filter(name__in=PERMISSIONS).values_list("name", flat=True):
        role_group(name)
