"""Results and programmes of a patient as HL7 FHIR R4."""
