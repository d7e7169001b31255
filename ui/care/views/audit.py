"""The audit, for the auditor: looked through, and taken as CSV."""

from typing import Final

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ui.care.models import AuditEnd
from ui.care.people.forms import AuditFilter
from ui.care.people.patient_copy import AUDIT_COLUMNS, table
from ui.care.rights.audit import note

LINES_A_PAGE: Final = 100
MOST_IN_CSV: Final = 100_000


@require_GET
@permission_required("care.view_audit", raise_exception=True)
def audit_page(request: HttpRequest) -> HttpResponse:
    """Show the lines that are looked for, the newest first."""
    form = AuditFilter(request.GET)
    if not form.is_valid():
        return render(request, "care/audit.html", {"form": form, "lines": ()}, status=422)
    note(request, "looked at the audit", _asked(form))
    page = form.cleaned_data["page"] or 1
    found = form.lines()
    first = (page - 1) * LINES_A_PAGE
    lines = list(found[first : first + LINES_A_PAGE + 1])
    context = {
        "form": form,
        "lines": lines[:LINES_A_PAGE],
        "count": found.count(),
        "page": page,
        "newer": _query(form, page - 1) if page > 1 else None,
        "older": _query(form, page + 1) if len(lines) > LINES_A_PAGE else None,
        "query": _query(form, None),
        "end": AuditEnd.objects.filter(pk=1).first(),
    }
    return render(request, "care/audit.html", context)


@require_GET
@permission_required("care.view_audit", raise_exception=True)
def audit_csv(request: HttpRequest) -> HttpResponse:
    """Return the lines that are looked for as CSV, the oldest first."""
    form = AuditFilter(request.GET)
    if not form.is_valid():
        return render(request, "care/audit.html", {"form": form, "lines": ()}, status=422)
    note(request, "took the audit as CSV", _asked(form))
    newest = list(form.lines().values_list(*AUDIT_COLUMNS)[:MOST_IN_CSV])
    response = HttpResponse(table(AUDIT_COLUMNS, reversed(newest)), content_type="text/csv; charset=utf-8")
    name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(form: AuditFilter) -> str:
    return " ".join(
        f"{name}={value}" for name, value in form.cleaned_data.items() if value and name != "page"
    )


def _query(form: AuditFilter, page: int | None) -> str:
    asked = {name: value for name, value in form.cleaned_data.items() if value and name != "page"}
    return urlencode({**asked, **({"page": page} if page else {})})
