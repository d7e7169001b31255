"""The addresses of the clinic wall."""

from django.urls import path

from ui.care.views import wall

wall_urls = [
    path("", wall.wall_page, name="wall"),
    path("stream/", wall.wall_stream, name="wall_stream"),
    path("choose/", wall.wall_choose, name="wall_choose"),
    path("keep/", wall.wall_keep, name="wall_keep"),
    path("<str:sid>/<slug:kind>/", wall.wall_say, name="wall_say"),
]
