"""The pages of the site. No name of a patient stands in an address: those end up in logs."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from ui.care.out.urls import pages
from ui.care.views.patients import patient_list, patient_page
from ui.care.views.programme import prescription_state, programme_form
from ui.care.views.trials import trial_page

urlpatterns = [
    path("", patient_list, name="patients"),
    path("login/", LoginView.as_view(template_name="care/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("patients/<slug:pseudonym>/", patient_page, name="patient"),
    path("patients/<slug:pseudonym>/programme/", programme_form, name="programme"),
    path("prescriptions/<int:prescription_id>/state/", prescription_state, name="prescription_state"),
    path("trials/<uuid:trial_id>/", trial_page, name="trial"),
    *pages,
    path("api/v1/", include("ui.care.out.api.door")),
]
