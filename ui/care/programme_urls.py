"""The pages of one person's programme, below their own."""

from django.urls import path

from ui.care.views.answers import answer
from ui.care.views.programme import programme_form
from ui.care.views.sending import send_form
from ui.care.views.templates import templates
from ui.care.views.versions import versions

urlpatterns = [
    path("", programme_form, name="programme"),
    path("send/<slug:what>/", send_form, name="programme_send"),
    path("answers/<uuid:event_id>/", answer, name="programme_answer"),
    path("versions/", versions, name="programme_versions"),
    path("templates/", templates, name="programme_templates"),
]
