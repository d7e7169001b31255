"""Pure rules: routines as data, prescriptions, the course of a session, safety. Time is the sample's time."""
