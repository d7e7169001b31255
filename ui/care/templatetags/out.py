"""What the form of reports offers."""

from django import template

from ui.care.out.languages import languages

register = template.Library()


@register.simple_tag
def report_languages() -> dict[str, str]:
    """Return the languages a report can be written in, by code."""
    return languages()
