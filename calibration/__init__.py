"""Procedures and fits that produce a plate. Not built yet: a board works with nominal values and says so."""
