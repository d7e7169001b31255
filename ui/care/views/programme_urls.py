"""The pages of one person's programme, below their own page."""

from django.urls import path

from ui.care.views.answers import answer
from ui.care.views.programme import programme_form
from ui.care.views.sending import send_form
from ui.care.views.templates import templates
from ui.care.views.versions import versions

PROGRAMME = "patients/<slug:pseudonym>/programme/"

urlpatterns = [
    path(PROGRAMME, programme_form, name="programme"),
    path(f"{PROGRAMME}send/<slug:what>/", send_form, name="programme_send"),
    path(f"{PROGRAMME}answers/<uuid:event_id>/", answer, name="programme_answer"),
    path(f"{PROGRAMME}versions/", versions, name="programme_versions"),
    path(f"{PROGRAMME}templates/", templates, name="programme_templates"),
]
