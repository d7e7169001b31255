"""The pages of the site. No name of a patient stands in an address: those end up in logs."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from ui.care.views.patients import add_note, background_form, patient_page
from ui.care.views.programme import prescription_state, programme_form
from ui.care.views.stations import station_list
from ui.care.views.theme import choose_theme
from ui.care.views.trials import compare_page, path_file, received_file, trial_page
from ui.care.views.worklist import see_to_item, take_back_item, worklist_page

urlpatterns = [
    path("", worklist_page, name="patients"),
    path("worklist/seen/", see_to_item, name="see_to"),
    path("worklist/back/", take_back_item, name="take_back"),
    path("theme/", choose_theme, name="theme"),
    path("login/", LoginView.as_view(template_name="care/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("patients/<slug:pseudonym>/", patient_page, name="patient"),
    path("patients/<slug:pseudonym>/notes/", add_note, name="add_note"),
    path("patients/<slug:pseudonym>/background/", background_form, name="background"),
    path("patients/<slug:pseudonym>/compare/", compare_page, name="compare"),
    path("patients/<slug:pseudonym>/programme/", programme_form, name="programme"),
    path("prescriptions/<int:prescription_id>/state/", prescription_state, name="prescription_state"),
    path("stations/", station_list, name="stations"),
    path("trials/<uuid:trial_id>/", trial_page, name="trial"),
    path("trials/<uuid:trial_id>/path.csv", path_file, name="trial_path"),
    path("trials/<uuid:trial_id>/received.json", received_file, name="trial_received"),
]
