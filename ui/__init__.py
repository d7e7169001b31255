"""The two faces of the system: the patient kiosk and the care side."""
