"""The addresses of what leaves the site. No name of a patient stands in one."""

from django.urls import path

from ui.care.out import views

pages = [
    path("patients/<slug:pseudonym>/report.pdf", views.report_pdf, name="report_pdf"),
    path("patients/<slug:pseudonym>/tables.zip", views.patient_tables, name="patient_tables"),
    path("patients/<slug:pseudonym>/fhir.json", views.patient_fhir, name="patient_fhir"),
    path("tables.zip", views.caseload_tables, name="caseload_tables"),
    path("monitoring/", views.monitoring_page, name="monitoring"),
    path("monitoring.csv", views.monitoring_csv, name="monitoring_csv"),
]
