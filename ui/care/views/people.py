"""People who may log in, and their teams, for the administrator."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from station.errors import ConfigError
from ui.care.models import Team
from ui.care.people import accounts, second_factor
from ui.care.people.forms import PersonForm, RoleForm, Stated, TeamForm, sent
from ui.care.people.stale import state_of
from ui.care.rights.access import role_of
from ui.care.rights.audit import note
from ui.care.views.account import me
from ui.care.words.people import ROLE_MEANS, role_words

managed = permission_required("care.manage_people", raise_exception=True)


@require_GET
@managed
def people_list(request: HttpRequest) -> HttpResponse:
    """Show everybody who may log in, and the teams."""
    note(request, "looked at the people", "")
    people = User.objects.order_by("-is_active", "username").prefetch_related("groups", "teams")
    with_factor = second_factor.users_with_one()
    lines = [
        {
            "user": user,
            "role": role_words(next((group.name for group in user.groups.all()), "")),
            "teams": ", ".join(team.name for team in user.teams.all()),
            "factor": user.pk in with_factor,
        }
        for user in people
    ]
    teams = Team.objects.prefetch_related("members", "assignments")
    return render(request, "care/people.html", {"lines": lines, "teams": teams, "means": _means()})


@require_http_methods(["GET", "POST"])
@managed
def person_new(request: HttpRequest) -> HttpResponse:
    """Add a person, and show the password to be said to them once."""
    form = PersonForm(sent(request))
    if request.method == "POST" and form.is_valid():
        name, role = form.cleaned_data["name"], form.cleaned_data["role"]
        try:
            with transaction.atomic():
                user, password = accounts.invite(name, role, all_patients=form.cleaned_data["every_patient"])
                note(request, f"added as {role}", name)
        except ConfigError as error:
            form.add_error(None, str(error))
        else:
            return render(request, "care/one_time.html", {"person": user, "password": password})
    context = {"form": form, "means": _means()}
    return render(request, "care/person_new.html", context, status=422 if form.errors else 200)


def person_state(person: User) -> str:
    """Return what stands for an account as it is now (`ui.care.people.stale`)."""
    return state_of(person.pk, person.is_active, role_of(person), person.password)


@require_http_methods(["GET", "POST"])
@managed
def person_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a person; change role, lock, give a new password, take the second factor away."""
    with transaction.atomic():
        person = get_object_or_404(User.objects.select_for_update(), pk=user_id)
        if request.method != "POST":
            note(request, "looked at a person", person.get_username())
            return _show_person(request, person)
        form = Stated(request.POST)
        if not form.is_valid() or form.is_stale(person_state(person)):
            return _show_person(request, person, form=form, status=409)
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            messages.error(request, gettext("Nothing was chosen, and nothing was changed."))
            return redirect("person", user_id=user_id)
        if person == me(request):
            messages.error(
                request, gettext("Your own account is changed by another administrator, or on your own page.")
            )
            return redirect("person", user_id=user_id)
        try:
            return act(request, person)
        except ConfigError as error:
            messages.error(request, str(error))
            return redirect("person", user_id=user_id)


def _show_person(
    request: HttpRequest, person: User, *, form: Stated | None = None, status: int = 200
) -> HttpResponse:
    role = role_of(person)
    context = {
        "person": person,
        "role": role_words(role),
        "teams": person.teams.all(),
        "form": form,
        "role_form": RoleForm(initial={"role": role}),
        "means": _means(),
        "device": second_factor.device_of(person),
        "must_change": accounts.must_change_password(person),
        "state": person_state(person),
        "own": person == request.user,
    }
    return render(request, "care/person.html", context, status=status)


def _role(request: HttpRequest, person: User) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise ConfigError(gettext("There is no such role."))
    accounts.give_role(person, form.cleaned_data["role"])
    return _done(request, person, f"role is now {form.cleaned_data['role']}", gettext("The role is changed."))


def _lock(request: HttpRequest, person: User) -> HttpResponse:
    accounts.lock(person)
    return _done(request, person, "locked", gettext("Locked. Every session of this account has ended."))


def _unlock(request: HttpRequest, person: User) -> HttpResponse:
    accounts.unlock(person)
    return _done(request, person, "unlocked", gettext("This account may log in again."))


def _factor(request: HttpRequest, person: User) -> HttpResponse:
    accounts.reset_second_factor(person)
    words = gettext(
        "The second factor is gone. Make sure by voice or sight that it was this person who asked."
    )
    return _done(request, person, "second factor taken away", words)


def _password(request: HttpRequest, person: User) -> HttpResponse:
    password = accounts.new_password(person)
    note(request, "gave a new password", person.get_username())
    return render(request, "care/one_time.html", {"person": person, "password": password})


def _done(request: HttpRequest, person: User, action: str, words: str) -> HttpResponse:
    note(request, action, person.get_username())
    messages.success(request, words)
    return redirect("person", user_id=person.pk)


ACTS: Final[dict[str, Callable[[HttpRequest, User], HttpResponse]]] = {
    "role": _role,
    "lock": _lock,
    "unlock": _unlock,
    "factor": _factor,
    "password": _password,
}


def team_state(team: Team | None) -> str:
    """Return what stands for a team as it is now (`ui.care.people.stale`)."""
    if team is None:
        return ""
    members = sorted(team.members.values_list("pk", flat=True))
    return state_of(team.pk, team.name, team.every_patient, members)


@require_http_methods(["GET", "POST"])
@managed
def team_page(request: HttpRequest, team_id: int | None = None) -> HttpResponse:
    """Make or change a team."""
    with transaction.atomic():
        team = get_object_or_404(Team.objects.select_for_update(), pk=team_id) if team_id else None
        state = team_state(team)
        if request.method == "POST":
            form = TeamForm(request.POST, team=team)
            if form.is_valid() and not form.is_stale(state):
                return _keep_team(request, team, form)
            stale = request.POST.get("state", "") != state
            return _show_team(request, team, form, status=409 if stale else 422)
        members = team.members.all() if team else ()
        first = {"name": team.name, "every_patient": team.every_patient, "members": members} if team else {}
        return _show_team(request, team, TeamForm(initial={**first, "state": state}, team=team))


def _show_team(request: HttpRequest, team: Team | None, form: TeamForm, *, status: int = 200) -> HttpResponse:
    patients = team.assignments.count() if team else 0
    return render(
        request, "care/team.html", {"team": team, "form": form, "patients": patients}, status=status
    )


def _keep_team(request: HttpRequest, team: Team | None, form: TeamForm) -> HttpResponse:
    data = form.cleaned_data
    team = team or Team()
    team.name, team.every_patient = data["name"], data["every_patient"]
    team.save()
    team.members.set(data["members"])
    people = ", ".join(user.get_username() for user in data["members"]) or "nobody"
    note(request, "changed a team", f"{team.name}: {people}{'; every patient' if team.every_patient else ''}")
    messages.success(request, gettext("The team %(name)s is kept.") % {"name": team.name})
    return redirect("people")


def _means() -> list[tuple[str, str]]:
    return [(role_words(role), str(words)) for role, words in ROLE_MEANS.items()]
