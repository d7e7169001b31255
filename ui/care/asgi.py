"""The site as an ASGI application."""

import gc
import os
from importlib import import_module
from typing import Final

from django.core.asgi import get_asgi_application

YOUNG_OBJECTS: Final = 20_000  # are made before the collector looks: a large page, not every few lines of it

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ui.care.settings")

application = get_asgi_application()
import_module("ui.care.urls")  # with every view: the first page waits for none of it
# What stays for ever is looked through no more: a page of a thousand patients makes many objects, and each
# time the collector would else go through all of Django too.
gc.collect()
gc.freeze()
gc.set_threshold(YOUNG_OBJECTS)
