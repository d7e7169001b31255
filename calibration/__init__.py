"""Procedures and fits that produce a plate, each with its error bar; `station.sway` owns the type."""
