"""The pages of the site. No name of a patient stands in an address: those end up in logs."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from ui.care.out.urls import pages
from ui.care.people import single_sign_on
from ui.care.views import account, people, programme_urls, refusals, roster
from ui.care.views.audit import audit_csv, audit_page
from ui.care.views.copies import patient_copy
from ui.care.views.language import choose_language
from ui.care.views.patients import add_note, background_form, patient_page
from ui.care.views.programme import prescription_state
from ui.care.views.stations import station_list
from ui.care.views.theme import choose_theme
from ui.care.views.trials import compare_page, path_file, received_file, trial_page
from ui.care.views.updates import releases_page, update_part
from ui.care.views.worklist import new_lines, see_to_item, take_back_item, worklist_page
from ui.care.wall.urls import wall_urls


class StationIdConverter(StringConverter):
    """The id of a station, as a topic can carry it: no other word reaches the database."""

    regex = r"[A-Za-z0-9._-]{1,63}"


register_converter(StationIdConverter, "sid")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", worklist_page, name="patients"),
    path("worklist/new/", new_lines, name="new_lines"),
    path("worklist/seen/", see_to_item, name="see_to"),
    path("worklist/back/", take_back_item, name="take_back"),
    path("theme/", choose_theme, name="theme"),
    path("language/", choose_language, name="language"),
    path("login/", account.SiteLogin.as_view(), name="login"),
    path("login/code/", account.second_factor_page, name="second_factor"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("patients/<slug:pseudonym>/", patient_page, name="patient"),
    path("patients/<slug:pseudonym>/notes/", add_note, name="add_note"),
    path("patients/<slug:pseudonym>/background/", background_form, name="background"),
    path("patients/<slug:pseudonym>/compare/", compare_page, name="compare"),
    *programme_urls.urlpatterns,
    path("prescriptions/<int:prescription_id>/state/", prescription_state, name="prescription_state"),
    path("stations/", station_list, name="stations"),
    path("stations/releases/", releases_page, name="releases"),
    path("stations/<sid:sid>/update/", update_part, name="update"),
    path("trials/<uuid:trial_id>/", trial_page, name="trial"),
    path("trials/<uuid:trial_id>/path.csv", path_file, name="trial_path"),
    path("trials/<uuid:trial_id>/received.json", received_file, name="trial_received"),
    path("patients/<slug:pseudonym>/copy/", patient_copy, name="patient_copy"),
    path("wall/", include(wall_urls)),
    path("roster/", roster.roster_page, name="roster"),
    path("roster/new/", roster.patient_new, name="patient_new"),
    path("roster/stations/<sid:sid>/", roster.station_page, name="station"),
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
    *pages,
    path("api/v1/", include("ui.care.out.api.door")),
]
if single_sign_on.is_on():
    urlpatterns.append(path("oidc/", include("ui.care.people.single_sign_on_urls")))

handler400 = refusals.bad_request
handler403 = refusals.forbidden
handler404 = refusals.not_found
handler500 = refusals.server_error
