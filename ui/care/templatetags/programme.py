"""What the pages of a programme say of a refusal."""

from django import template

from ui.care.rejections import remedy

register = template.Library()

register.filter("remedy", remedy)
