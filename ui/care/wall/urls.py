"""The addresses of the clinic wall."""

from django.urls import path

from ui.care.wall import views

wall_urls = [
    path("", views.wall_page, name="wall"),
    path("stream/", views.wall_stream, name="wall_stream"),
    path("choose/", views.wall_choose, name="wall_choose"),
    path("keep/", views.wall_keep, name="wall_keep"),
    path("<str:sid>/<slug:kind>/", views.wall_say, name="wall_say"),
]
