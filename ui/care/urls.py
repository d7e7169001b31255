"""The pages of the site. No name of a patient stands in an address: those end up in logs."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from ui.care import single_sign_on
from ui.care.views import account, people, refusals, roster
from ui.care.views.audit import audit_csv, audit_page
from ui.care.views.copies import patient_copy
from ui.care.views.patients import patient_list, patient_page
from ui.care.views.programme import prescription_state, programme_form
from ui.care.views.trials import trial_page
from ui.care.wall.urls import wall_urls

urlpatterns = [
    path("", patient_list, name="patients"),
    path("login/", account.SiteLogin.as_view(), name="login"),
    path("login/code/", account.second_factor_page, name="second_factor"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("patients/<slug:pseudonym>/", patient_page, name="patient"),
    path("patients/<slug:pseudonym>/programme/", programme_form, name="programme"),
    path("prescriptions/<int:prescription_id>/state/", prescription_state, name="prescription_state"),
    path("trials/<uuid:trial_id>/", trial_page, name="trial"),
    path("patients/<slug:pseudonym>/copy/", patient_copy, name="patient_copy"),
    path("wall/", include(wall_urls)),
    path("roster/", roster.roster_page, name="roster"),
    path("roster/new/", roster.patient_new, name="patient_new"),
    path("roster/stations/<str:sid>/", roster.station_page, name="station"),
    path("roster/<slug:pseudonym>/", roster.record_page, name="record"),
    path("roster/<slug:pseudonym>/act/", roster.record_act, name="record_act"),
    path("roster/<slug:pseudonym>/forget/", roster.forget_page, name="forget"),
    path("people/", people.people_list, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:user_id>/", people.person_page, name="person"),
    path("people/teams/new/", people.team_page, name="team_new"),
    path("people/teams/<int:team_id>/", people.team_page, name="team"),
    path("audit/", audit_page, name="audit"),
    path("audit/lines.csv", audit_csv, name="audit_csv"),
    path("account/", account.account_page, name="account"),
    path("account/password/", account.password_page, name="password"),
    path("account/second-factor/", account.second_factor_setup, name="second_factor_setup"),
    path("account/second-factor/code.svg", account.second_factor_picture, name="second_factor_picture"),
    path("account/second-factor/codes/", account.second_factor_codes, name="second_factor_codes"),
    path("account/second-factor/off/", account.second_factor_off, name="second_factor_off"),
]
if single_sign_on.is_on():
    urlpatterns.append(path("oidc/", include("mozilla_django_oidc.urls")))

handler400 = refusals.bad_request
handler403 = refusals.forbidden
handler404 = refusals.not_found
handler500 = refusals.server_error
