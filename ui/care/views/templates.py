"""The clinic's templates: kept from a programme, named, removed. None is ever sent by itself."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ui.care.models import ProgrammeTemplate
from ui.care.prescribing.place import Place
from ui.care.prescribing.programme import document_of, first_programme
from ui.care.prescribing.starts import of_template, template_of
from ui.care.rights.audit import note
from ui.care.views.programme import exercise_lines, require_place


class TemplateForm(forms.Form):
    """The name of a template."""

    name = forms.CharField(
        label=_("Name of the template"),
        max_length=80,
        help_text=_("Of what it is for, like “Fusion, weeks 1 to 3”. No patient's name."),
    )

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name = str(self.cleaned_data["name"])
        if ProgrammeTemplate.objects.filter(name=name).exists():
            raise forms.ValidationError(gettext("There is a template of this name. Choose another one."))
        return name


@permission_required("care.add_prescription", raise_exception=True)
def templates(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """List the templates to begin a programme of this person from, and keep their own as a new one."""
    place = require_place(request, pseudonym)
    if isinstance(place, HttpResponse):
        return place
    if request.POST.get("remove", "").isdecimal():
        return _remove(request, place, int(request.POST["remove"]))
    standing = place.standing
    form = TemplateForm(request.POST if request.method == "POST" else None)
    if standing is not None and request.method == "POST" and form.is_valid():
        template = ProgrammeTemplate.objects.create(
            name=form.cleaned_data["name"],
            programme=template_of(place.trained() or document_of(standing)),
            who=request.user if isinstance(request.user, User) else None,
        )
        note(request, "kept a template", str(template.pk))
        messages.success(request, gettext("Kept as “%(name)s”.") % {"name": template.name})
        return redirect(f"{request.path}{place.query}")
    base = place.trained() or first_programme(place.station, place.patient.pseudonym, None)
    kept = [
        {"template": template, "exercises": exercise_lines(of_template(template, place, base))}
        for template in ProgrammeTemplate.objects.select_related("who")
    ]
    context = {"patient": place.patient, "place": place, "form": form, "kept": kept, "standing": standing}
    return render(request, "care/programme_templates.html", context, status=422 if form.errors else 200)


def _remove(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    template = get_object_or_404(ProgrammeTemplate, pk=pk)
    template.delete()
    note(request, "removed a template", str(pk))
    messages.success(request, gettext("“%(name)s” was removed.") % {"name": template.name})
    return redirect(f"{request.path}{place.query}")
