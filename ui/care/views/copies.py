"""A copy of a patient's data, for the patient or another clinic."""

import io

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from ui.care.people.patient_copy import write_copy
from ui.care.rights.access import patient_for
from ui.care.rights.audit import note


@require_POST
@permission_required("care.export_patient", raise_exception=True)
def patient_copy(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Return the ZIP. A POST: it is noted, and no link in a mail can have it made."""
    patient = patient_for(request, pseudonym)
    note(request, "took a copy of all data", patient.pseudonym)
    out = io.BytesIO()
    write_copy(patient, out)
    response = HttpResponse(out.getvalue(), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{patient.pseudonym}.zip"'
    return response
