"""What leaves the care side: reports, tables, FHIR, monitoring days, and the API."""
