"""What the form of reports offers, and to whom."""

from django import template
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from ui.care.out.languages import languages
from ui.care.out.selection import may_export

register = template.Library()


@register.simple_tag
def may_take_away(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether somebody may take tables and bundles away."""
    return may_export(user)


@register.simple_tag
def report_languages() -> dict[str, str]:
    """Return the languages a report can be written in, by code."""
    return languages()
