"""Rehearsals: a recording or a simulated person goes through routine and session in virtual time."""
