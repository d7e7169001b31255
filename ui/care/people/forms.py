"""The forms of people, patients' records and the own account."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from station.errors import ConfigError
from ui.care.models import Audit, Patient, Station, Team
from ui.care.people.accounts import clean_name
from ui.care.people.roster import NAME_CHARACTERS, tidy
from ui.care.people.stale import CHANGED
from ui.care.rights.roles import CLINICAL
from ui.care.words.people import ROLE

STATE_CHARACTERS: Final = 32


class Stated(forms.Form):
    """A form that says with which state of things it was opened; the page compares it with the state now."""

    state = forms.CharField(widget=forms.HiddenInput, max_length=STATE_CHARACTERS, required=False)

    def is_stale(self, now: str) -> bool:
        """Whether things are not as they were when the form was opened; says so above the form."""
        if (self.data.get("state") or "") == now:
            return False
        self.add_error(None, str(CHANGED))
        # What is sent next stands for what is seen now.
        self.data = {**self.data.dict(), "state": now} if hasattr(self.data, "dict") else self.data
        return True


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, also when that is nothing; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


class LoginForm(AuthenticationForm):
    """Name and password, refused in one sentence that does not say which of them was wrong."""

    error_messages = {  # noqa: RUF012 (Django's own form)
        "invalid_login": _("Name and password do not fit. Both are case-sensitive."),
        "inactive": _("Name and password do not fit. Both are case-sensitive."),
    }


class CodeForm(forms.Form):
    """A code of the app, or a backup code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class PasswordForm(forms.Form):
    """The own password, to confirm."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """Refuse another password than the own."""
        password = str(self.cleaned_data["password"])
        if not self._user.check_password(password):
            raise ValidationError(gettext("This is not your password."))
        return password


class PersonForm(forms.Form):
    """A new person."""

    name = forms.CharField(
        label=_("Name to log in with"),
        max_length=150,
        help_text=_(
            "Letters, digits and @ . + - _ only. It stands in the audit for good, and cannot be changed."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=[*ROLE.items()])
    every_patient = forms.BooleanField(
        label=_("Sees every patient"),
        required=False,
        help_text=_("For a small practice. Otherwise patients are assigned one by one, or by teams."),
    )

    def clean_name(self) -> str:
        """Refuse a name no account can have, and one that is taken."""
        name = str(self.cleaned_data["name"])
        if clean_name(name) is None:
            raise ValidationError(gettext("Letters, digits and @ . + - _ only."))
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(gettext("Somebody has this name already; choose another."))
        return name


class RoleForm(Stated):
    """The role of somebody."""

    role = forms.ChoiceField(label=_("Role"), choices=[*ROLE.items()])


class TeamForm(Stated):
    """A team: its name and its people."""

    name = forms.CharField(label=_("Name of the team"), max_length=80)
    every_patient = forms.BooleanField(
        label=_("Holds every patient"), required=False, help_text=_("Those enrolled later too.")
    )
    members = forms.ModelMultipleChoiceField(
        label=_("People"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._team = team
        _choose(self, "members", clinical_people(), team.members.all() if team else ())

    def clean_name(self) -> str:
        """Refuse a name that another team has."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        others = Team.objects.exclude(pk=self._team.pk) if self._team else Team.objects.all()
        if not name or others.filter(name__iexact=name).exists():
            raise ValidationError(gettext("Another team has this name; choose another."))
        return name


class RecordForm(Stated):
    """A patient's name, and who sees the results."""

    name = forms.CharField(
        label=_("Name of the patient"),
        max_length=2 * NAME_CHARACTERS,
        help_text=_("Kept here and nowhere else: station and broker know the pseudonym only."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    users = forms.ModelMultipleChoiceField(
        label=_("People who see the results"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams that see the results"),
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, patient: Patient | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = patient.assignments.select_related("user", "team") if patient else ()
        _choose(self, "users", clinical_people(), [row.user for row in rows if row.user])
        _choose(
            self, "teams", Team.objects.filter(every_patient=False), [row.team for row in rows if row.team]
        )

    def clean_name(self) -> str:
        """Refuse an empty or too long name."""
        try:
            return tidy(str(self.cleaned_data["name"]))
        except ConfigError as error:
            raise ValidationError(str(error)) from None


class StationForm(Stated):
    """A station to be given to a patient."""

    sid = forms.CharField(
        label=_("Station"),
        max_length=63,
        help_text=_("Its id, as it stands on the station: letters, digits, '.', '_' and '-'."),
        widget=forms.TextInput(attrs={"list": "free-stations", "autocomplete": "off", "spellcheck": "false"}),
    )


class ForgetForm(Stated):
    """The pseudonym, typed again."""

    pseudonym = forms.CharField(
        label=_("Type the pseudonym again"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, patient: Patient, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patient = patient

    def clean_pseudonym(self) -> str:
        """Refuse another pseudonym."""
        typed = str(self.cleaned_data["pseudonym"]).strip()
        if typed != self._patient.pseudonym:
            raise ValidationError(gettext("This is not the pseudonym of this patient."))
        return typed


class AuditFilter(forms.Form):
    """Which lines of the audit are looked for."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    by = forms.CharField(label=_("Who"), max_length=150, required=False)
    about = forms.CharField(label=_("Pseudonym, station or id"), max_length=100, required=False)
    action = forms.CharField(label=_("What"), max_length=40, required=False)
    page = forms.IntegerField(min_value=1, max_value=10**9, required=False, widget=forms.HiddenInput)

    def lines(self) -> Any:
        """Return the lines, the newest first. The form must be valid."""
        data, lines = self.cleaned_data, Audit.objects.all()
        if data["since"]:
            lines = lines.filter(when__date__gte=data["since"])
        if data["until"]:
            lines = lines.filter(when__date__lte=data["until"])
        if data["by"]:
            lines = lines.filter(by__iexact=data["by"])
        if data["about"]:
            lines = lines.filter(about=data["about"]) | lines.filter(subject__icontains=data["about"])
        if data["action"]:
            lines = lines.filter(action__icontains=data["action"])
        return lines


def clinical_people() -> Any:
    """Return the people who may be given a patient."""
    people = User.objects.filter(is_active=True, groups__name__in=CLINICAL)
    return people.distinct().order_by("username")


def free_stations() -> Any:
    """Return the stations that may be given to a patient, those heard last first."""
    free = Station.objects.filter(patient=None, retired=None)
    return free.annotate(heard=Max("last_seen")).order_by("-heard", "sid")


def _choose(form: forms.Form, name: str, choices: Any, there: Iterable[Any]) -> None:
    """Offer these, and those that are chosen already though nobody would be offered them now."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101
    kept = [each.pk for each in there]
    model = choices.model
    field.queryset = model.objects.filter(pk__in=[*choices.values_list("pk", flat=True), *kept])
